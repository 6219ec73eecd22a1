/**
 * Runs of a comparison that ended early, at the next call: each goes on from its newest sound checkpoint, however it
 * ended, to the bits of one that never did; where none is sound it begins again, and what it left is kept aside.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { identityOf, type RunIdentity } from "../../tools/chaos/run-identity.js";
import { DataError, type UsageError } from "../errors.js";
import { episodeLogFile } from "../runs/checkpoints/episode-log.js";
import { checkpointFolder } from "../runs/checkpoints/store.js";
import { snapshotOf } from "../runs/folder-content.fixture.js";
import { lockFile, lockFolder } from "../runs/lock.js";
import { readRun } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import { writeDataset } from "../runs/task-data.js";
import { lineData, registerLine, tiny } from "../runs/tiny-run.fixture.js";
import { type CompareEvents, type CompareOptions, compare } from "./compare.js";
import { flipByteOfNewestCheckpoint, newPlace, tookTheOneBefore } from "./comparison.fixture.js";
import type { Comparison } from "./comparison.js";
import { startHere } from "./run-worker.js";

const { place, remove } = newPlace();
afterAll(remove);

/** Whether the next environment to make its 25th step throws: of 20 and 20 steps, only the online one's does. */
let hot = false;
const task = registerLine("hot-line", {
  beforeStep: (steps) => {
    if (!hot || steps !== 25) return;
    hot = false;
    throw new Error("the motor is hot");
  },
});
const dataset = join(place, "line.hdf5");
await writeDataset(dataset, lineData());
const { agent, ...settings } = { ...tiny, evaluationEpisodes: 1, onlineSteps: 60, logEveryUpdates: 4, dataset };
const comparison: Comparison = {
  tasks: [task],
  seeds: [0],
  variants: [{ label: agent, settings: { agent, ...settings } }],
};
const at = (folder: string, name = "") => join(place, folder, task, `${agent}-seed0`, name);

/** Compares in this process and says what became of the run. */
async function comparing(folder: string, options: Partial<CompareOptions> = {}) {
  const said: string[] = [];
  const phases = new Set<string>();
  const events: CompareOptions["events"] = {
    resumed: (_, reason) => said.push(`resumed: ${reason}`),
    setAside: (_, reason, aside) => said.push(`set aside as ${aside}: ${reason}`),
    progressed: (_, { phase }) => phases.add(phase),
    ...options.events,
  };
  const { runs } = await compare(comparison, {
    folder: join(place, folder),
    startWorker: startHere,
    ...options,
    events,
  });
  return { run: runs[0]!, said, phases: [...phases] };
}

/** A run whose environment threw at step 5 of its third online episode. */
async function failed(folder: string): Promise<void> {
  hot = true;
  const { run } = await comparing(folder);
  expect(run).toMatchObject({ status: "failed", reason: expect.stringMatching(/step 5 of online episode 3/) });
  expect(readRun(at(folder)).summary?.status).toBe("failed");
}

/** A run that was ended online. */
async function interrupted(folder: string): Promise<void> {
  const stop = new AbortController();
  const progressed = (_: unknown, { phase }: { readonly phase: string }) => {
    if (phase === "online") stop.abort();
  };
  expect((await comparing(folder, { signal: stop.signal, events: { progressed } })).run.status).toBe("interrupted");
}

function damageAllCheckpoints(folder: string): void {
  const names = readdirSync(at(folder, checkpointFolder));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) truncateSync(at(folder, join(checkpointFolder, name)), 1_000);
}

async function neverEnded(): Promise<RunIdentity> {
  if (!existsSync(at("whole"))) expect((await comparing("whole")).run.status).toBe("completed");
  return identityOf(at("whole"));
}

describe("a run that ended early goes on", () => {
  const reason = /^resumed: failed \(The environment hot-line failed at step 5 of online episode 3: the motor is hot\./;

  it("where its environment threw once, online and in its own folder, to the same bits", async () => {
    await failed("threw");
    const { run, said, phases } = await comparing("threw");
    expect(said).toEqual([expect.stringMatching(reason)]);
    expect(phases).toEqual(["online"]);
    expect(run.status).toBe("completed");
    expect(readdirSync(join(place, "threw", task))).toEqual([`${agent}-seed0`]);
    expect(identityOf(at("threw"))).toEqual(await neverEnded());
  });

  it("where a failing disk left lines behind the checkpoint that are no lines", async () => {
    await failed("torn");
    appendFileSync(at("torn", runFiles.metrics), '{"phase":\n\0\0\n{');
    const { run } = await comparing("torn", { signal: AbortSignal.abort() });
    expect(run).toMatchObject({ name: "cal-ql, seed 0", status: "not run" });
    expect((await comparing("torn")).said).toEqual([expect.stringMatching(reason)]);
    expect(identityOf(at("torn"))).toEqual(await neverEnded());
  });

  it("from the checkpoint before where the newest is damaged, and reports it", async () => {
    await interrupted("flipped");
    flipByteOfNewestCheckpoint(at("flipped"));
    const notices: string[] = [];
    const noticed: CompareEvents["noticed"] = ({ name }, sentence) => notices.push(`${name}: ${sentence}`);
    const { run, said } = await comparing("flipped", { events: { noticed } });
    expect(said).toEqual(["resumed: was interrupted"]);
    expect(notices).toEqual([expect.stringMatching(/^cal-ql, seed 0: /)]);
    expect(notices[0]!.replace("cal-ql, seed 0: ", "")).toMatch(tookTheOneBefore);
    expect(run.status).toBe("completed");
    expect(identityOf(at("flipped"))).toEqual(await neverEnded());
  });

  it("from its beginning where its worker died before the first checkpoint", async () => {
    await failed("early");
    for (const name of [checkpointFolder, runFiles.summary]) rmSync(at("early", name), { recursive: true });
    for (const name of [runFiles.metrics, runFiles.evaluations, runFiles.notices, episodeLogFile])
      writeFileSync(at("early", name), "");
    expect((await comparing("early")).said).toEqual(["resumed: was killed"]);
    expect(readdirSync(join(place, "early", task))).toEqual([`${agent}-seed0`]);
    expect(identityOf(at("early"))).toEqual(await neverEnded());
  });
});

describe("a run that cannot be gone on with", () => {
  it.each([
    ["failed", failed, /failed \(The environment hot-line failed .*\) and/],
    ["was interrupted", interrupted, /was interrupted and/],
  ])("is set aside with its reason where it %s and all are damaged, and begins again", async (how, end, ending) => {
    const folder = `damaged, ${how}`;
    await end(folder);
    damageAllCheckpoints(folder);
    const before = snapshotOf(at(folder));
    const { run, said, phases } = await comparing(folder);
    const aside = `${at(folder)}.damaged-1`;
    expect(said).toHaveLength(1);
    expect(said[0]!.startsWith(`set aside as ${aside}: `)).toBe(true);
    expect(said[0]).toMatch(ending);
    expect(said[0]).toMatch(/ and cannot be gone on with: The checkpoint .*\d\.safetensors [^.]*ends within[^.]*$/);
    expect(phases).toEqual(["offline", "online"]);
    expect(run.status).toBe("completed");
    expect(snapshotOf(aside)).toEqual(before);
    expect(identityOf(at(folder))).toEqual(await neverEnded());
  });

  it("is set aside though there is no listener, beside those before it", async () => {
    await interrupted("unheard");
    damageAllCheckpoints("unheard");
    mkdirSync(`${at("unheard")}.damaged-1`);
    const { runs } = await compare(comparison, { folder: join(place, "unheard"), startWorker: startHere });
    expect(runs[0]!.status).toBe("completed");
    expect(existsSync(join(`${at("unheard")}.damaged-2`, runFiles.config))).toBe(true);
  });

  it("stays where it is while another process works in it", async () => {
    await interrupted("busy");
    damageAllCheckpoints("busy");
    const unlock = lockFolder(at("busy"), "run");
    await expect(comparing("busy")).rejects.toThrow(/Another run \(process \d+/);
    expect(existsSync(at("busy", lockFile))).toBe(true);
    unlock();
    expect((await comparing("busy")).run.status).toBe("completed");
  });

  const damagedFiles: [string, string][] = [
    [runFiles.config, "Restore the file as the run wrote it."],
    [runFiles.summary, 'Remove the file; "calql resume" or "calql compare" writes it again.'],
  ];
  it.each(damagedFiles)("for a damaged %s is reported in one sentence, untouched", async (name, nextStep) => {
    const folder = `wrong-${name}`;
    await failed(folder);
    writeFileSync(at(folder, name), "{");
    const before = snapshotOf(at(folder));
    const error = await comparing(folder).catch((reason: UsageError) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toBe(`${at(folder, name)} is not valid JSON. ${nextStep}`);
    expect(snapshotOf(at(folder))).toEqual(before);
  });

  it("for a damaged summary goes on once that is removed, to the same bits", async () => {
    await failed("unsummed");
    writeFileSync(at("unsummed", runFiles.summary), "{");
    await expect(comparing("unsummed")).rejects.toThrow("Remove the file");
    rmSync(at("unsummed", runFiles.summary));
    expect((await comparing("unsummed")).said).toEqual(["resumed: was killed"]);
    expect(identityOf(at("unsummed"))).toEqual(await neverEnded());
  });

  it("is named where its folder cannot be moved aside, with what to do", async () => {
    await interrupted("stuck");
    damageAllCheckpoints("stuck");
    symlinkSync("nowhere", `${at("stuck")}.damaged-1`);
    await expect(comparing("stuck")).rejects.toThrow(
      `The damaged run ${at("stuck")} could not be moved aside: a part of the path is a file, not a folder. Move the folder away, then compare again.`,
    );
    expect(existsSync(at("stuck", lockFile))).toBe(false);
  });
});

/**
 * Runs that are resumed from a folder that is not as the run left it: what a kill left behind is cut off, damage is told
 * and a sound checkpoint taken, and what would make it another run is refused.
 */
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { UsageError } from "../errors.js";
import type { TrainSettings } from "../settings/configuration.js";
import { episodeLogFile } from "./checkpoints/episode-log.js";
import { bestCheckpoint, CheckpointStore, checkpointFolder } from "./checkpoints/store.js";
import { contentOf } from "./folder-content.fixture.js";
import { lockFile, lockFolder } from "./lock.js";
import { runFiles } from "./record.js";
import { endedInFirstUpdate, mazeData, mazeTask, saved, settingsFor, whole } from "./resuming.fixture.js";
import type { SavedRun } from "./saved-run.js";
import { keepIn, lineData, newFolder, train } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

describe("a run whose folder has changed since it was ended", () => {
  it("cuts off what a kill or a failing disk left after the checkpoint", async () => {
    const folder = await endedInFirstUpdate();
    for (const [file, rest] of [
      [runFiles.metrics, '{"phase":"offline","updates":999}\n\0\0\0{"pha'],
      [runFiles.evaluations, "not even JSON\nnor this"],
      [episodeLogFile, "half an episode"],
    ] as const)
      appendFileSync(join(folder, file), rest);
    await resume({ folder, dataset: mazeData });
    expect(identityOf(folder)).toEqual(identityOf(await whole(settingsFor("td3-bc", mazeTask), mazeData)));
  });

  it.each<[string, (folder: string, newest: string) => void, RegExp]>([
    ["the newest checkpoint", (_, newest) => truncateSync(newest, 1_000), /ends within its/],
    [
      "the lines",
      (folder) => truncateSync(join(folder, runFiles.metrics), saved(folder).lines.metrics.bytes - 1),
      /metrics\.jsonl is damaged: it has \d+ bytes where/,
    ],
    [
      "digits in the lines",
      (folder) => changeDigit(join(folder, runFiles.metrics), saved(folder).lines.metrics.bytes),
      /metrics\.jsonl is damaged: it has another SHA-256/,
    ],
    [
      "the episodes",
      (folder) => truncateSync(join(folder, episodeLogFile), statSync(join(folder, episodeLogFile)).size - 1),
      /online-episodes\.bin is damaged: it has \d+ bytes/,
    ],
  ])("goes on from the checkpoint before where %s are damaged, and says so", async (_, damage, reason) => {
    const settings = settingsFor("iql", mazeTask);
    const folder = await withTwoCheckpoints(settings);
    const newest = readdirSync(join(folder, checkpointFolder)).sort().at(-1)!;
    damage(folder, join(folder, checkpointFolder, newest));
    const notices: string[] = [];
    await resume({ folder, dataset: mazeData, onNotice: keepIn(notices) });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(reason);
    expect(notices[0]).toMatch(/The one before it is taken\.$/);
    expect(existsSync(join(folder, checkpointFolder, `${newest}.damaged`))).toBe(true);
    expect(identityOf(folder)).toEqual(identityOf(await whole(settings, mazeData)));
  });

  it("is told where the best state until then is damaged", async () => {
    const folder = await withTwoCheckpoints(settingsFor("iql", mazeTask));
    const best = join(folder, checkpointFolder, bestCheckpoint);
    truncateSync(best, 1_000);
    const notices: string[] = [];
    const keep = keepIn(notices);
    const onNotice = (sentence: string) => {
      keep(sentence);
      expect(existsSync(best)).toBe(false);
    };
    await resume({ folder, dataset: mazeData, onNotice });
    expect(notices).toEqual([
      expect.stringMatching(/best\.safetensors is damaged: .*The best state until now is lost/),
    ]);
    expect(statSync(`${best}.damaged`).size).toBe(1_000);
  });

  it.each<[string, (path: string) => void]>([
    ["are damaged", (path) => truncateSync(path, 1_000)],
    ["are gone", (path) => rmSync(path)],
  ])("goes on from the state that was evaluated best where all others %s", async (_, damage) => {
    const settings = settingsFor("iql", mazeTask);
    const folder = await withTwoCheckpoints(settings);
    const checkpoints = join(folder, checkpointFolder);
    const best = join(checkpoints, bestCheckpoint);
    // It may be another name of one of them.
    writeFileSync(`${best}.copy`, readFileSync(best));
    renameSync(`${best}.copy`, best);
    for (const name of readdirSync(checkpoints)) if (name !== bestCheckpoint) damage(join(checkpoints, name));
    const notices: string[] = [];
    await resume({ folder, dataset: mazeData, onNotice: keepIn(notices) });
    expect(notices).toEqual([expect.stringMatching(/checkpoint.* The run continues from .*best\.safetensors\.$/)]);
    expect(identityOf(folder)).toEqual(identityOf(await whole(settings, mazeData)));
  });

  it("gives its lock back where it fails on the way", async () => {
    const folder = await endedInFirstUpdate();
    const locks: boolean[] = [];
    const onProgress = () => {
      locks.push(existsSync(join(folder, lockFile)));
      throw new Error("there is no listener");
    };
    await expect(resume({ folder, dataset: mazeData, onProgress })).rejects.toThrow("there is no listener");
    expect(locks).toEqual([true]);
    expect(existsSync(join(folder, lockFile))).toBe(false);
  });

  it("goes on from a checkpoint of an older program, which knew fewer things, and says so", async () => {
    const folder = await endedInFirstUpdate();
    const store = new CheckpointStore(folder);
    const { manifest, tensors } = store.newest(
      (checkpoint) => checkpoint,
      () => {},
    );
    const { settings: _, ...older } = manifest as SavedRun;
    const lines = { metrics: older.lines.metrics.bytes, evaluations: older.lines.evaluations.bytes };
    store.write({ manifest: { ...older, lines, calqlVersion: "0.0.1" }, tensors }, false);
    const notices: string[] = [];
    await resume({ folder, dataset: mazeData, onNotice: keepIn(notices) });
    expect(notices).toEqual([expect.stringMatching(/was written by calql 0\.0\.1 and continues with \d/)]);
    const expected = identityOf(await whole(settingsFor("td3-bc", mazeTask), mazeData));
    // An older program has not looked at the data, and its checkpoint knows no notices.
    const unseen = expected.notices.filter(({ kind }) => kind !== "data");
    expect(identityOf(folder)).toEqual({ ...expected, notices: unseen });
  });
});

describe("resume refuses", () => {
  it("other data than the run began with", async () => {
    const folder = await endedInFirstUpdate();
    await expect(resume({ folder, dataset: lineData() })).rejects.toThrow(/observations/);
    const { episodes } = mazeData;
    const before = contentOf(folder);
    const [first, ...others] = episodes;
    const rewards = first!.rewards.slice().fill(0.5);
    const changed = { ...mazeData, episodes: [{ ...first!, rewards }, ...others] };
    await expect(resume({ folder, dataset: changed })).rejects.toThrow(
      /The recorded data are not those that the run in .* began with \(the SHA-256 differs\); name those it began with: calql resume .* --dataset FILE /,
    );
    expect(contentOf(folder)).toEqual(before);
    await resume({ folder, dataset: mazeData });
  });

  it("settings that were changed since, naming the first", async () => {
    const folder = await endedInFirstUpdate();
    const config = join(folder, runFiles.config);
    const before = readFileSync(config, "utf8");
    writeFileSync(config, before.replace(/"criticLearningRate": [^,]*/, '"criticLearningRate": 0.5'));
    const error: unknown = await resume({ folder, dataset: mazeData }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(
      /in its config\.json, criticLearningRate is 0\.5 where the checkpoint has 0\.02\. Put it back/,
    );
    writeFileSync(config, before);
    expect((await resume({ folder, dataset: mazeData })).summary.status).toBe("completed");
  });

  it("a folder in which another process is at work, and names it", async () => {
    const folder = await endedInFirstUpdate();
    const unlock = lockFolder(folder, "run");
    try {
      await expect(resume({ folder, dataset: mazeData })).rejects.toThrow(UsageError);
      await expect(resume({ folder, dataset: mazeData })).rejects.toThrow(`process ${process.pid}`);
    } finally {
      unlock();
    }
  });
});

/** A run that was ended online in the middle of an episode, after a checkpoint at the switch with other lines. */
async function withTwoCheckpoints(settings: TrainSettings): Promise<string> {
  const folder = newFolder();
  const stop = new AbortController();
  let online = 0;
  const onProgress = ({ phase }: { readonly phase: string }) => {
    if (phase === "online" && ++online === 5) stop.abort();
  };
  await train(settings, { folder, dataset: mazeData, signal: stop.signal, onProgress });
  return folder;
}

/** Changes the last digit before a place; what is there stays a line. */
function changeDigit(path: string, before: number): void {
  const bytes = readFileSync(path);
  const place = bytes.subarray(0, before).findLastIndex((byte) => byte >= 0x30 && byte <= 0x39);
  bytes[place] = 0x30 + ((bytes[place]! - 0x30 + 1) % 10);
  writeFileSync(path, bytes);
}

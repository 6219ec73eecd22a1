/**
 * Runs that are ended and resumed against runs that were never ended: the same to the bit, for every agent, wherever the
 * end comes.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentName } from "../agents/registry.js";
import { agentNames } from "../agents/registry.js";
import { identityOf } from "../chaos/run-identity.js";
import { episodeLogFile } from "../checkpoints/episode-log.js";
import { bestCheckpoint, CheckpointStore, checkpointFolder } from "../checkpoints/store.js";
import { contentOf } from "../cli/command-line.fixture.js";
import type { Dataset } from "../data/episode.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { collectTask } from "../environments/collect-task.js";
import { makeEnvironment } from "../environments/registry.js";
import { UsageError } from "../errors.js";
import { lockFolder } from "../runs/lock.js";
import { runFiles } from "../runs/record.js";
import { convertDataset } from "../storage/convert-dataset.js";
import type { TrainSettings } from "./configuration.js";
import { parseSavedRun, type SavedRun } from "./saved-run.js";
import { writeDataset } from "./task-data.js";
import { lineData, newFolder, registerLine, tiny } from "./tiny-run.fixture.js";
import { resume, train } from "./train.js";

const discrete: readonly AgentName[] = ["cal-ql-discrete", "cql-discrete", "dqn"];
const line = registerLine("line-to-resume");
const lineSizes = { observationSize: 2, actionSize: 1 };
const mazeData = await collectTask({ task: "pointmaze-umaze", steps: 300, goals: "fixed", seed: 1 });
const gridData = await collectTask({ task: "gridworld-cliff", steps: 300, seed: 1 });

/** Two evaluations in each phase, several trajectories, some lines of metrics, updates that lag behind. */
const schedule = {
  offlineUpdates: 12,
  onlineSteps: 70,
  utdRatio: 0.5,
  warmupSteps: 10,
  evaluateEveryUpdates: 5,
  evaluateEverySteps: 30,
  logEveryUpdates: 4,
} as const satisfies TrainSettings;

function settingsFor(agent: string, task: string): TrainSettings {
  const { nActions, actorHidden, criticHidden, ...others } = tiny;
  const shared = agent === "bc" ? others : { ...others, criticHidden };
  if ((discrete as readonly string[]).includes(agent)) return { ...shared, ...schedule, agent, task };
  const sampling = ["cal-ql", "cql"].includes(agent) ? { nActions } : {};
  return { ...shared, actorHidden, ...sampling, ...schedule, agent, task };
}

/** Data in memory; undefined where the settings name them. */
type Given = Dataset | undefined;

/** Ends the run at the given call of `onProgress`, then goes on, and ends it again, until it is complete. */
async function inPieces(settings: TrainSettings, dataset: Given, ends: readonly number[]): Promise<string> {
  const folder = newFolder();
  for (const [i, end] of [...ends, Number.POSITIVE_INFINITY].entries()) {
    const stop = new AbortController();
    let calls = 0;
    const onProgress = () => {
      if (++calls === end) stop.abort();
    };
    const options = { folder, ...(dataset && { dataset }), signal: stop.signal, onProgress };
    const { summary } = await (i === 0 ? train(settings, options) : resume(options));
    expect(summary.status).toBe(end === Number.POSITIVE_INFINITY ? "completed" : "interrupted");
  }
  return folder;
}

async function whole(settings: TrainSettings, dataset: Given): Promise<string> {
  const folder = newFolder();
  await train(settings, { folder, ...(dataset && { dataset }) });
  return folder;
}

describe("a resumed run is the run that was never ended", () => {
  for (const agent of agentNames) {
    const isDiscrete = discrete.includes(agent);
    const [task, dataset] = isDiscrete ? ["gridworld-cliff", gridData] : ["pointmaze-umaze", mazeData];
    it(`${agent}, ended offline, at the switch and online`, async () => {
      const settings = settingsFor(agent, task);
      const pieces = await inPieces(settings, dataset, [3, 9, 4, 6]);
      expect(identityOf(pieces)).toEqual(identityOf(await whole(settings, dataset)));
    });
  }

  for (const method of ["cql-sac", "cal-ql-sac", "hybrid", "wsrl"]) {
    it(`${method}, whose algorithm or data change at the switch`, async () => {
      const { agent: _agent, ...settings } = settingsFor("sac", "pointmaze-umaze");
      const given = { ...settings, agent: method };
      const pieces = await inPieces(given, mazeData, [5, 8]);
      expect(identityOf(pieces)).toEqual(identityOf(await whole(given, mazeData)));
    });
  }

  it("has the settings of the phase in which it was ended, also where the algorithm is the same in both", async () => {
    const settings = { ...settingsFor("sac", "pointmaze-umaze"), online: { criticLearningRate: 0.05 } };
    const pieces = await inPieces(settings, mazeData, [5, 12, 4]);
    expect(saved(pieces).position.phase).toBe("online");
    expect(identityOf(pieces)).toEqual(identityOf(await whole(settings, mazeData)));
  });

  it("plays an episode again from its beginning where the environment cannot save its state", async () => {
    expect(makeEnvironment(line).saveState).toBeUndefined();
    const settings = settingsFor("cal-ql", line);
    const pieces = await inPieces(settings, lineData(), [12, 2, 3]);
    expect(identityOf(pieces)).toEqual(identityOf(await whole(settings, lineData())));
  });

  it("draws on from data that are larger than the memory that it gives them", async () => {
    const own = await blocksOnDisk();
    const settings = { ...settingsFor("cal-ql", line), batchSize: 2_000, dataset: own, replayMemory: 1 };
    const pieces = await inPieces(settings, undefined, [7, 4, 5]);
    expect(saved(pieces).offlineDraws).toBeGreaterThan(40_000);
    expect(identityOf(pieces)).toEqual(identityOf(await whole(settings, undefined)));
  });

  it("knows the rewards that it has seen of such data, before it sees any again", async () => {
    const own = await blocksOnDisk();
    const settings = { ...settingsFor("cal-ql", line), dataset: own, replayMemory: 1 };
    const folder = newFolder();
    const stop = new AbortController();
    await train(settings, { folder, signal: stop.signal, onProgress: () => stop.abort() });
    const { rewards } = saved(folder);
    expect(rewards![0]).toBeLessThan(rewards![1]);
    await resume({ folder, signal: stop.signal });
    expect(saved(folder).rewards).toEqual(rewards);
  });

  it("begins again where it was ended before its first checkpoint", async () => {
    const settings = settingsFor("sac", "pointmaze-umaze");
    const folder = await inPiecesOnce("sac");
    rmSync(join(folder, checkpointFolder), { recursive: true });
    appendFileSync(join(folder, runFiles.metrics), '{"phase":"offl');
    await resume({ folder, dataset: mazeData });
    expect(identityOf(folder)).toEqual(identityOf(await whole(settings, mazeData)));
  });

  it("cuts off what a kill or a failing disk left after the checkpoint", async () => {
    const folder = await inPiecesOnce();
    for (const [file, rest] of [
      [runFiles.metrics, '{"phase":"offline","updates":999}\n\0\0\0{"pha'],
      [runFiles.evaluations, "not even JSON\nnor this"],
      [episodeLogFile, "half an episode"],
    ] as const)
      appendFileSync(join(folder, file), rest);
    await resume({ folder, dataset: mazeData });
    expect(identityOf(folder)).toEqual(identityOf(await whole(settingsFor("td3-bc", "pointmaze-umaze"), mazeData)));
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
    const settings = settingsFor("iql", "pointmaze-umaze");
    const folder = await withTwoCheckpoints(settings);
    const newest = readdirSync(join(folder, checkpointFolder)).sort().at(-1)!;
    damage(folder, join(folder, checkpointFolder, newest));
    const notices: string[] = [];
    await resume({ folder, dataset: mazeData, onNotice: (sentence) => notices.push(sentence) });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(reason);
    expect(notices[0]).toMatch(/The one before it is taken\.$/);
    expect(existsSync(join(folder, checkpointFolder, `${newest}.damaged`))).toBe(true);
    expect(identityOf(folder)).toEqual(identityOf(await whole(settings, mazeData)));
  });

  it("is told where the best state until then is damaged", async () => {
    const folder = await withTwoCheckpoints(settingsFor("iql", "pointmaze-umaze"));
    truncateSync(join(folder, checkpointFolder, bestCheckpoint), 1_000);
    const notices: string[] = [];
    await resume({ folder, dataset: mazeData, onNotice: (sentence) => notices.push(sentence) });
    expect(notices).toEqual([
      expect.stringMatching(/best\.safetensors is damaged: .*The best state until now is lost/),
    ]);
  });

  it("goes on from a checkpoint of an older program, which knew fewer things, and says so", async () => {
    const folder = await inPiecesOnce();
    const store = new CheckpointStore(folder);
    const { manifest, tensors } = store.newest(
      (checkpoint) => checkpoint,
      () => {},
    );
    const { settings: _, ...older } = manifest as SavedRun;
    const lines = { metrics: older.lines.metrics.bytes, evaluations: older.lines.evaluations.bytes };
    store.write({ manifest: { ...older, lines, calqlVersion: "0.0.1" }, tensors }, false);
    const notices: string[] = [];
    await resume({ folder, dataset: mazeData, onNotice: (sentence) => notices.push(sentence) });
    expect(notices).toEqual([expect.stringMatching(/was written by calql 0\.0\.1 and goes on with \d/)]);
    expect(identityOf(folder)).toEqual(identityOf(await whole(settingsFor("td3-bc", "pointmaze-umaze"), mazeData)));
  });

  it("is not told apart by a second resume of a completed run", async () => {
    const settings = settingsFor("iql", "pointmaze-umaze");
    const folder = await whole(settings, mazeData);
    const before = identityOf(folder);
    await resume({ folder, dataset: mazeData });
    expect(identityOf(folder)).toEqual(before);
  });
});

describe("resume refuses", () => {
  it("other data than the run began with", async () => {
    const folder = await inPiecesOnce();
    await expect(resume({ folder, dataset: lineData() })).rejects.toThrow(/observations/);
    const { episodes } = mazeData;
    const before = contentOf(folder);
    const [first, ...others] = episodes;
    const rewards = first!.rewards.slice().fill(0.5);
    const changed = { ...mazeData, episodes: [{ ...first!, rewards }, ...others] };
    await expect(resume({ folder, dataset: changed })).rejects.toThrow(
      /The recorded data are not those that the run in .* began with \(the SHA-256 differs\); give back those/,
    );
    expect(contentOf(folder)).toEqual(before);
    await resume({ folder, dataset: mazeData });
  });

  it("settings that were changed since, naming the first", async () => {
    const folder = await inPiecesOnce();
    const config = join(folder, runFiles.config);
    const before = readFileSync(config, "utf8");
    writeFileSync(config, before.replace(/"criticLearningRate": [^,]*/, '"criticLearningRate": 0.5'));
    const error: unknown = await resume({ folder, dataset: mazeData }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(
      /in its config\.json, criticLearningRate is 0\.5 where the checkpoint has 0\.0003\. Put it back/,
    );
    writeFileSync(config, before);
    expect((await resume({ folder, dataset: mazeData })).summary.status).toBe("completed");
  });

  it("a folder in which another process is at work, and names it", async () => {
    const folder = await inPiecesOnce();
    const unlock = lockFolder(folder, "run");
    try {
      await expect(resume({ folder, dataset: mazeData })).rejects.toThrow(UsageError);
      await expect(resume({ folder, dataset: mazeData })).rejects.toThrow(`process ${process.pid}`);
    } finally {
      unlock();
    }
  });

  it("leaves no lock behind", async () => {
    const folder = await inPiecesOnce();
    expect(existsSync(join(folder, ".lock"))).toBe(false);
  });
});

/** 40,000 recorded steps for a line, in blocks. */
async function blocksOnDisk(): Promise<string> {
  const place = newFolder();
  mkdirSync(place);
  const [file, own] = [join(place, "data.hdf5"), join(place, "data.calql")];
  await writeDataset(file, randomDataset(1, new Array(400).fill(100), lineSizes));
  await convertDataset(file, own);
  return own;
}

/** A run that was ended in its first update. */
async function inPiecesOnce(agent = "td3-bc"): Promise<string> {
  const folder = newFolder();
  const stop = new AbortController();
  const settings = settingsFor(agent, "pointmaze-umaze");
  await train(settings, { folder, dataset: mazeData, signal: stop.signal, onProgress: () => stop.abort() });
  return folder;
}

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

/** What the newest checkpoint says. */
function saved(folder: string): SavedRun {
  return new CheckpointStore(folder).newest(
    ({ manifest, path }) => parseSavedRun(manifest, path),
    () => {},
  );
}

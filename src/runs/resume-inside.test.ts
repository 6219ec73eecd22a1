/**
 * Runs that are ended inside an online episode, and the moments at which a run writes a checkpoint: between
 * two updates, at the switch, and between two steps where the environment can save its state.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { makeEnvironment } from "../environments/registry.js";
import type { TrainSettings } from "../settings/configuration.js";
import { CheckpointStore } from "./checkpoints/store.js";
import { parseSavedRun, type SavedRun } from "./saved-run.js";
import { lineData, newFolder, registerLine, tiny, train, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

/** Called before every step of every environment below. */
let beforeStep = () => {};
afterEach(() => {
  beforeStep = () => {};
  vi.restoreAllMocks();
});

/** Every step is worth what it does, more or less by the seed of its episode. */
const reward = (_step: number, action: number, seed: number) => action + seed / 2 ** 31;
const shared = { beforeStep: () => beforeStep(), reward };
const savable = registerLine("line that saves its state", { ...shared, savable: true });
const forgetful = registerLine("line that cannot save its state", shared);

/** Two evaluations of two episodes of 10 steps before the first online step; the next one at the end. */
const stepsBeforeOnline = 40;
const settings = {
  ...{ ...tiny, offlineUpdates: 4, onlineSteps: 50, utdRatio: 0.3, logEveryUpdates: 3 },
  ...{ warmupSteps: 15, warmupActions: "random" },
} as const satisfies TrainSettings;

/** What the newest checkpoint says. */
function saved(folder: string): SavedRun {
  return new CheckpointStore(folder).newest(
    ({ manifest, path }) => parseSavedRun(manifest, path),
    () => {},
  );
}

/** Where a run was ended: whole episodes before, and steps of the one in progress that the checkpoint holds. */
type Ended = readonly [episodes: number, trajectory: number | null];

/** Ends the run in the given step of each of its processes, then lets it come to its end. */
async function endedInside(task: string, ends: readonly number[]) {
  const folder = newFolder();
  const places: Ended[] = [];
  for (const [i, end] of [...ends, Number.POSITIVE_INFINITY].entries()) {
    const stop = new AbortController();
    let steps = i === 0 ? -stepsBeforeOnline : 0;
    beforeStep = () => {
      if (++steps === end) stop.abort();
    };
    const options = { folder, dataset: lineData(), signal: stop.signal };
    const { summary } = await (i === 0 ? train({ ...settings, task }, options) : resume(options));
    if (end === Number.POSITIVE_INFINITY) expect(summary.status).toBe("completed");
    else places.push([saved(folder).position.onlineEpisodes, saved(folder).trajectory]);
  }
  return { folder, places };
}

async function whole(task: string): Promise<string> {
  return (await trainTiny(task, settings)).folder;
}

describe("a run that is ended inside an online episode", () => {
  it("goes on within it where the environment can save its state", async () => {
    const { folder, places } = await endedInside(savable, [13, 3, 9, 1, 18]);
    const expected: readonly Ended[] = [
      [1, 3],
      [1, 6],
      [2, 5],
      [2, 6],
      [4, 4],
    ];
    expect(places).toEqual(expected);
    expect(identityOf(folder)).toEqual(identityOf(await whole(savable)));
  });

  it("plays it again from its beginning where the environment cannot", async () => {
    expect((await makeEnvironment(forgetful)).saveState).toBeUndefined();
    const { folder, places } = await endedInside(forgetful, [4, 13, 6, 18, 9]);
    const expected: readonly Ended[] = [
      [0, null],
      [1, null],
      [1, null],
      [2, null],
      [2, null],
    ];
    expect(places).toEqual(expected);
    expect(identityOf(folder)).toEqual(identityOf(await whole(forgetful)));
  });
});

describe("evaluations", () => {
  it("begin their episodes with the same seeds wherever in the run they are made", async () => {
    const task = registerLine("line of luck", { reward: (_step, _action, seed) => seed / 2 ** 31 });
    const evaluateOften = { evaluateEveryUpdates: 5, evaluateEverySteps: 10 };
    const [one, other] = [await trainTiny(task, evaluateOften), await trainTiny(task, { ...evaluateOften, seed: 7 })];
    expect(one.evaluations.map(({ updates }) => updates)).toEqual([0, 5, 10, 20, 30]);
    const { returnMean, returnStandardDeviation } = one.evaluations[0]!;
    expect(one.evaluations.map((evaluation) => evaluation.returnMean)).toEqual(new Array(5).fill(returnMean));
    expect(returnStandardDeviation).toBeGreaterThan(0);
    expect(other.evaluations[0]!.returnMean).not.toBe(returnMean);
  });

  it("are the same in two runs of the same settings, where rewards depend on seed and action", async () => {
    const [one, again] = [identityOf(await whole(savable)), identityOf(await whole(savable))];
    expect(one.evaluations).toHaveLength(3);
    expect(new Set(one.evaluations.map((line) => JSON.stringify(line))).size).toBe(3);
    expect(again).toEqual(one);
  });
});

/** A checkpoint: phase, updates, online updates, whole online episodes and steps of the one in progress. */
type Written = readonly [SavedRun["position"]["phase"], number, number, number, number | null];

/** All that a run writes on a clock that an update and a step each put on by a second, and checkpoints by none. */
async function checkpointsOf(task: string, checkpointEverySeconds: number): Promise<Written[]> {
  let seconds = 0;
  const tick = () => {
    seconds++;
  };
  vi.spyOn(performance, "now").mockImplementation(() => 1_000 * seconds);
  beforeStep = tick;
  const write = vi.spyOn(CheckpointStore.prototype, "write");
  const short = { offlineUpdates: 4, onlineSteps: 20, utdRatio: 0.3, checkpointEverySeconds };
  await trainTiny(task, short, { onProgress: tick });
  return write.mock.calls.map(([{ manifest }]) => {
    const { position, trajectory } = parseSavedRun(manifest, "written");
    return [position.phase, position.updates, position.onlineUpdates, position.onlineEpisodes, trajectory];
  });
}

describe("a run writes checkpoints", () => {
  // The evaluations come out worse and worse: the first is the best.
  let reward = 0;
  const declining = { beforeStep: () => beforeStep(), reward: () => --reward };
  const steady = registerLine("steady line", { ...declining, savable: true });
  const forgetfulSteady = registerLine("steady line that cannot save its state", declining);
  const best: Written = ["offline", 0, 0, 0, null];
  const atSwitch: Written = ["online", 4, 0, 0, null];
  const atEnd: Written = ["online", 10, 6, 2, null];
  const offline = [1, 2, 3, 4].map((updates): Written => ["offline", updates, 0, 0, null]);
  const online = (first: number) =>
    [0, 1, 2].map((i): Written => ["online", 4 + first + i, first + i, Math.ceil(first / 3), null]);
  const within = (episodes: number) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((steps): Written => ["online", 4 + 3 * episodes, 3 * episodes, episodes, steps]);

  it("after each update, at the switch and after each step but an episode's last", async () => {
    const all = [best, ...offline, atSwitch, ...within(0), ...online(1), ...within(1), ...online(4), atEnd];
    expect(await checkpointsOf(steady, 1)).toEqual(all);
  });

  it("not between the steps of an episode where the environment cannot save its state", async () => {
    const all = [best, ...offline, atSwitch, ...online(1), ...online(4), atEnd];
    expect(await checkpointsOf(forgetfulSteady, 1)).toEqual(all);
  });

  it("as rarely as the settings say", async () => {
    // Three seconds after the one before, whatever that was written for; the last step of an episode counts.
    const some = [best, offline[2], atSwitch, within(0)[2], within(0)[5], within(0)[8], online(1)[1]];
    expect((await checkpointsOf(steady, 3)).slice(0, some.length)).toEqual(some);
  });

  it("only where they must be where the interval is longer than the run", async () => {
    expect(await checkpointsOf(steady, 1_000)).toEqual([best, atSwitch, atEnd]);
  });
});

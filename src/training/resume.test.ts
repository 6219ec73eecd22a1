/**
 * Runs that are ended and resumed against runs that were never ended: the same to the bit, for every agent, wherever the
 * end comes.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentName } from "../agents/registry.js";
import { agentNames } from "../agents/registry.js";
import { collectTask } from "../environments/collect-task.js";
import { makeEnvironment } from "../environments/registry.js";
import { UsageError } from "../errors.js";
import { lockFolder } from "../runs/lock.js";
import type { TrainSettings } from "./configuration.js";
import { identityOf } from "./run-identity.fixture.js";
import { lineData, newFolder, registerLine, tiny } from "./tiny-run.fixture.js";
import { resume, train } from "./train.js";

const discrete: readonly AgentName[] = ["cal-ql-discrete", "cql-discrete", "dqn"];
const line = registerLine("line-to-resume");
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

/** Ends the run at the given call of `onProgress`, then goes on, and ends it again, until it is complete. */
async function inPieces(settings: TrainSettings, dataset: typeof mazeData, ends: readonly number[]): Promise<string> {
  const folder = newFolder();
  for (const [i, end] of [...ends, Number.POSITIVE_INFINITY].entries()) {
    const stop = new AbortController();
    let calls = 0;
    const onProgress = () => {
      if (++calls === end) stop.abort();
    };
    const options = { folder, dataset, signal: stop.signal, onProgress };
    const { summary } = await (i === 0 ? train(settings, options) : resume(options));
    expect(summary.status).toBe(end === Number.POSITIVE_INFINITY ? "completed" : "interrupted");
  }
  return folder;
}

async function whole(settings: TrainSettings, dataset: typeof mazeData): Promise<string> {
  const folder = newFolder();
  await train(settings, { folder, dataset });
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

  it("plays an episode again from its beginning where the environment cannot save its state", async () => {
    expect(makeEnvironment(line).saveState).toBeUndefined();
    const settings = settingsFor("cal-ql", line);
    const pieces = await inPieces(settings, lineData(), [12, 2, 3]);
    expect(identityOf(pieces)).toEqual(identityOf(await whole(settings, lineData())));
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
    await expect(resume({ folder, dataset: lineData() })).rejects.toThrow(/observations|recorded data are not those/);
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

async function inPiecesOnce(): Promise<string> {
  const folder = newFolder();
  const stop = new AbortController();
  const settings = settingsFor("td3-bc", "pointmaze-umaze");
  await train(settings, { folder, dataset: mazeData, signal: stop.signal, onProgress: () => stop.abort() });
  return folder;
}

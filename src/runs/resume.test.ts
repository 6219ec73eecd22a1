/**
 * Runs that are ended and resumed against runs that were never ended: the same to the bit, for every agent, wherever the
 * end comes.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { keepsBestByChance, untestedBy } from "../../tools/chaos/untested.js";
import { builtInAgents } from "../agents/registry.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { convertDataset } from "../data/storage/convert-dataset.js";
import { collectTask } from "../environments/collect-task.js";
import { makeEnvironment } from "../environments/registry.js";
import type { TrainSettings } from "../settings/configuration.js";
import { checkpointFolder } from "./checkpoints/store.js";
import { runFiles } from "./record.js";
import {
  discrete,
  endedInFirstUpdate,
  type Given,
  gridTask,
  mazeData,
  mazeTask,
  saved,
  settingsFor,
  whole,
} from "./resuming.fixture.js";
import { writeDataset } from "./task-data.js";
import { lineData, newFolder, registerLine, train } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const line = registerLine("line-to-resume");
const lineSizes = { observationSize: 2, actionSize: 1 };
const gridData = await collectTask({ task: "gridworld-cliff", steps: 300, seed: 1 });

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

describe("a resumed run is the run that was never ended", () => {
  let bestByChance = true;
  for (const agent of builtInAgents) {
    const isDiscrete = discrete.includes(agent);
    const [task, dataset] = isDiscrete ? [gridTask, gridData] : [mazeTask, mazeData];
    it(`${agent}, ended offline, at the switch and online`, async () => {
      const settings = settingsFor(agent, task);
      const pieces = await inPieces(settings, dataset, [3, 9, 4, 6]);
      const wanted = identityOf(await whole(settings, dataset));
      expect(untestedBy(wanted, {})).toEqual([]);
      bestByChance &&= keepsBestByChance(wanted);
      expect(identityOf(pieces)).toEqual(wanted);
    });
  }

  it("has, in some of these, a best state that is neither the first nor the last", () => {
    expect(bestByChance).toBe(false);
  });

  for (const method of ["cql-sac", "cal-ql-sac", "hybrid", "wsrl"]) {
    it(`${method}, whose algorithm or data change at the switch`, async () => {
      const { agent: _agent, ...settings } = settingsFor("sac", mazeTask);
      const given = { ...settings, agent: method };
      const pieces = await inPieces(given, mazeData, [5, 8]);
      expect(identityOf(pieces)).toEqual(identityOf(await whole(given, mazeData)));
    });
  }

  it("has the settings of the phase in which it was ended, also where the algorithm is the same in both", async () => {
    const settings = { ...settingsFor("sac", mazeTask), online: { criticLearningRate: 0.05 } };
    const pieces = await inPieces(settings, mazeData, [5, 12, 4]);
    expect(saved(pieces).position.phase).toBe("online");
    expect(identityOf(pieces)).toEqual(identityOf(await whole(settings, mazeData)));
  });

  it("plays an episode again from its beginning where the environment cannot save its state", async () => {
    expect((await makeEnvironment(line)).saveState).toBeUndefined();
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

  it("begins again where it was ended before its first checkpoint, in or after its first evaluation", async () => {
    const settings = settingsFor("sac", mazeTask);
    const folder = await endedInFirstUpdate("sac");
    rmSync(join(folder, checkpointFolder), { recursive: true });
    rmSync(join(folder, runFiles.summary));
    writeFileSync(join(folder, runFiles.metrics), '{"phase":"offl');
    await resume({ folder, dataset: mazeData });
    expect(identityOf(folder)).toEqual(identityOf(await whole(settings, mazeData)));
  });

  it("is not told apart by a second resume of a completed run", async () => {
    const settings = settingsFor("iql", mazeTask);
    const folder = await whole(settings, mazeData);
    const before = identityOf(folder);
    await resume({ folder, dataset: mazeData });
    expect(identityOf(folder)).toEqual(before);
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

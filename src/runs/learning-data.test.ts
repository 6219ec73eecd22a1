/**
 * A run learns the same from the same data wherever they lie, and from data that are larger than the memory it gives them.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { calql } from "../cli/command-line.fixture.js";
import { createBatch, transitionColumns, vectorParts } from "../data/columns.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { PooledReplay } from "../data/pooled-replay.js";
import { Replay } from "../data/replay.js";
import { convertDataset } from "../data/storage/convert-dataset.js";
import { openDataset, readDataset } from "../data/storage/open-dataset.js";
import { RandomStream } from "../random.js";
import { dataInMemory, dataOpened, poolRowsOf } from "../training/learning-data.js";
import { readRun } from "./read.js";
import { writeDataset } from "./task-data.js";
import { newFolder, registerLine, trainTiny } from "./tiny-run.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-larger-"));
const d4rl = join(place, "data.hdf5");
const own = join(place, "data.calql");
const sizes = { observationSize: 2, actionSize: 1 };
const steps = 40_000;
const transitions = { rewardScale: 2, rewardShift: 1, returns: { discount: 0.9 } };
const options = { transitions, requiresReturnToGo: true, seed: 3 };

beforeAll(async () => {
  await writeDataset(d4rl, randomDataset(1, new Array(400).fill(steps / 400), sizes));
  await convertDataset(d4rl, own);
});
afterAll(() => rmSync(place, { recursive: true }));

describe("dataOpened", () => {
  it("loads what fits into the memory, and draws it as the replay in memory does, to the bit", async () => {
    const data = await dataOpened(await openDataset(own), 2);
    expect(poolRowsOf({ observations: vectorParts(2), actionSize: 1 }, 2)).toBeGreaterThan(steps);
    const replay = data.replay(options);
    expect(replay).toBeInstanceOf(Replay);
    const reference = dataInMemory(await readDataset(d4rl)).replay(options);
    expect((replay as Replay).transitions()).toEqual((reference as Replay).transitions());
    const [one, other] = [
      createBatch(64, transitionColumns(vectorParts(2), 1)),
      createBatch(64, transitionColumns(vectorParts(2), 1)),
    ];
    replay.sampleInto(one, 0, 64, new RandomStream(5));
    reference.sampleInto(other, 0, 64, new RandomStream(5));
    expect(one).toEqual(other);
  });

  it("draws from disk what does not", async () => {
    const data = await dataOpened(await openDataset(own), 1);
    expect(poolRowsOf({ observations: vectorParts(2), actionSize: 1 }, 1)).toBe(Math.floor(2 ** 20 / 36));
    expect(data).toMatchObject({ observations: vectorParts(2), actionSize: 1, source: own, steps, episodes: 400 });
    const replay = data.replay(options);
    expect(replay).toBeInstanceOf(PooledReplay);
    expect(replay.length).toBe(steps);
    data.close();
  });

  it("loads a format that has no blocks, however large", async () => {
    const data = await dataOpened(await openDataset(d4rl), 1);
    expect(data.replay(options)).toBeInstanceOf(Replay);
  });
});

describe("train", () => {
  const task = registerLine("larger-than-memory");
  const policyOf = async (dataset: string, replayMemory: number, seed = 0) => {
    const { folder } = await trainTiny(task, { dataset, replayMemory, seed }, { dataset: null });
    return { policy: readFileSync(join(folder, "policy.onnx")), config: readRun(folder).config };
  };

  it("ends with the same policy from a dataset in memory, whatever its format", async () => {
    const [one, other] = [await policyOf(d4rl, 512), await policyOf(own, 512)];
    expect(one.policy.equals(other.policy)).toBe(true);
  });

  it("learns from a larger one, the same with the same seed, and writes down how much there was", async () => {
    const { policy, config } = await policyOf(own, 1);
    expect(config.dataset).toEqual({
      source: own,
      episodes: 400,
      steps,
      ...sizes,
      returnMean: expect.closeTo(-0.2744, 3),
    });
    expect((await policyOf(own, 1)).policy.equals(policy)).toBe(true);
    expect((await policyOf(own, 1, 1)).policy.equals(policy)).toBe(false);
    expect((await policyOf(own, 512)).policy.equals(policy)).toBe(false); // another order of the same data
  });

  it("refuses data of another task before anything is written", async () => {
    const other = join(place, "other.calql");
    await writeDataset(join(place, "other.hdf5"), randomDataset(1, [50], { observationSize: 3, actionSize: 1 }));
    await convertDataset(join(place, "other.hdf5"), other);
    const folder = newFolder();
    await expect(trainTiny(task, { dataset: other, replayMemory: 1 }, { dataset: null, folder })).rejects.toThrow(
      "holds observations of 3 numbers",
    );
    expect(() => readRun(folder)).toThrow(/no run folder/);
  });
});

describe("actions beyond their bounds", () => {
  it("are found in every block before the run folder is made, and their share is that of all data", async () => {
    const source = join(place, "late.hdf5");
    const late = join(place, "late.calql");
    const dataset = randomDataset(1, new Array(400).fill(steps / 400), sizes);
    dataset.episodes.at(-1)!.actions.fill(7);
    await writeDataset(source, dataset);
    await convertDataset(source, late);
    const folder = newFolder();
    const begun = trainTiny(registerLine("late"), { dataset: late, replayMemory: 1 }, { dataset: null, folder });
    await expect(begun).rejects.toThrow(
      /^0\.25 % of the action values of .*late\.calql lie beyond their bounds \[-1, 1\], /,
    );
    expect(() => readRun(folder)).toThrow(/no run folder/);
  });
});

describe("calql data bench", () => {
  it("says of a dataset that always fits into memory that it is too small", async () => {
    const tiny = join(place, "tiny.calql");
    await writeDataset(join(place, "tiny.hdf5"), randomDataset(1, [50], { observationSize: 4, actionSize: 2 }));
    await convertDataset(join(place, "tiny.hdf5"), tiny);
    const { code, error } = await calql("data", "bench", tiny, "--replay-memory", "1");
    expect(code).toBe(2);
    expect(error).toMatch(/tiny\.calql fits into 1 MB of memory, .*; name a larger dataset\.$/m);
  });

  it("compares disk and memory, or says why there is nothing to compare", async () => {
    const { code, out, error } = await calql("data", "bench", own, "--replay-memory", "1", "--batches", "20");
    expect([code, error]).toEqual([0, ""]);
    expect(out).toMatch(/^dataset {9}40,000 steps on disk, 29,127 of them in memory at a time\n/);
    expect(out).toMatch(/\nratio {11}\d+\.\d\d \(median/);
    const small = await calql("data", "bench", own);
    expect(small).toMatchObject({ code: 2, out: "" });
    expect(small.error).toMatch(
      /data\.calql fits into 512 MB of memory, so training would draw from there; lower --replay-memory to 1 or less\.$/m,
    );
    expect((await calql("data", "bench", d4rl)).error).toMatch(
      /data\.hdf5 is not in the format calql, so training would draw from memory; convert it with calql data convert\.$/m,
    );
  });
});

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { UsageError } from "../../../errors.js";
import { RandomStream } from "../../../random.js";
import { vectorParts } from "../../columns.js";
import { GrowingBytes } from "../../containers/hdf5/growing-bytes.js";
import type { Dataset, Episode } from "../../episode.js";
import { stateOf } from "../../episode.js";
import { randomDataset, randomEpisode, type Sizes } from "../../example-data.fixture.js";
import { readD4RL } from "./d4rl.js";
import { readD4RLMetadata } from "./d4rl-metadata.js";
import { createD4RL, writeD4RL } from "./d4rl-writer.js";

const SIZES: Sizes = { observationSize: 3, actionSize: 2 };

async function roundTrip(dataset: Dataset): Promise<Dataset> {
  return readD4RL(await writeD4RL(dataset), "written.hdf5");
}

function expectSameEpisodes(found: readonly Episode[], expected: readonly Episode[]): void {
  expect(found.length).toBe(expected.length);
  for (const [index, episode] of expected.entries()) expect(found[index]).toEqual(episode);
}

function datasetOf(episodes: readonly Episode[]): Dataset {
  return {
    source: "example",
    observations: vectorParts(SIZES.observationSize),
    actionSize: SIZES.actionSize,
    episodes,
  };
}

/** Eleven steps in two episodes that take the actions 0 .. count - 1 in turn. */
function discreteDataset(count: number): Dataset {
  const dataset = randomDataset(4, [7, 4], { observationSize: 3, actionSize: 1 });
  for (const { actions } of dataset.episodes) actions.set(actions.map((_, step) => step % count));
  return { ...dataset, discreteActions: count };
}

describe("createD4RL", () => {
  it("hands over unsigned bytes, whatever the library's memory is made of", async () => {
    const dataset = randomDataset(1, [5], SIZES);
    const bytes = new GrowingBytes();
    const kinds = new Set<string>();
    vi.spyOn(bytes, "append").mockImplementation((piece) => {
      kinds.add(piece.constructor.name);
      GrowingBytes.prototype.append.call(bytes, piece);
    });
    const sink = await createD4RL(bytes, dataset);
    for (const episode of dataset.episodes) await sink.write(episode);
    await sink.finish();
    expect([...kinds]).toEqual(["Uint8Array"]);
  });
});

describe("writeD4RL", () => {
  it("is undone by readD4RL for any lengths, sizes and endings", async () => {
    const sizes = fc.record({
      observationSize: fc.integer({ min: 1, max: 4 }),
      actionSize: fc.integer({ min: 1, max: 3 }),
    });
    const endings = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("task", "clock")), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(sizes, endings, fc.integer(), async (chosen, parts, seed) => {
        const random = new RandomStream(seed, "round trip");
        const episodes = parts.map(([length, ending]) =>
          randomEpisode(random, length, chosen, ending as "task" | "clock"),
        );
        const shapes = { observations: vectorParts(chosen.observationSize), actionSize: chosen.actionSize };
        const found = await roundTrip({ source: "example", ...shapes, episodes });
        expect({ observations: found.observations, actionSize: found.actionSize }).toEqual(shapes);
        expectSameEpisodes(found.episodes, episodes);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps a truncated episode's last observation in one more row with a timeout", async () => {
    const dataset = randomDataset(3, [4], SIZES);
    const found = await roundTrip(dataset);
    expect(found.episodes[0]!.truncated).toBe(true);
    expect(stateOf(found.episodes[0]!.observations).slice(-3)).toEqual(
      stateOf(dataset.episodes[0]!.observations).slice(-3),
    );
  });

  it("needs no row between episodes that continue each other, as terminal rows of AntMaze data do", async () => {
    const first = randomEpisode(new RandomStream(4), 500, SIZES, "task");
    const second = randomEpisode(new RandomStream(5), 1, SIZES, "task");
    stateOf(second.observations).set(stateOf(first.observations).subarray(500 * 3));
    const joined = await writeD4RL(datasetOf([first, second]));
    const swapped = await writeD4RL(datasetOf([second, first]));
    expectSameEpisodes((await readD4RL(joined, "joined")).episodes, [first, second]);
    expectSameEpisodes((await readD4RL(swapped, "swapped")).episodes, [second, first]);
    expect(joined.length).toBeLessThan(swapped.length);
  });

  it("keeps the difference between 0 and -0", async () => {
    const first = randomEpisode(new RandomStream(6), 1, SIZES, "task");
    const second = randomEpisode(new RandomStream(7), 1, SIZES, "task");
    stateOf(first.observations).set([0, 0, 0], 3);
    stateOf(second.observations).set([-0, 0, 0], 0);
    expectSameEpisodes((await roundTrip(datasetOf([first, second]))).episodes, [first, second]);
  });

  it("makes the same bytes at another time and after other work", async () => {
    const dataset = randomDataset(9, [40, 3], SIZES);
    const before = await writeD4RL(dataset, { recipe: "x", seed: 2 });
    await writeD4RL(randomDataset(10, [70, 5, 5], SIZES));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(Buffer.compare(before, await writeD4RL(dataset, { seed: 2, recipe: "x" }))).toBe(0);
  });

  it("compresses: constant numbers take a small part of their size", async () => {
    const length = 5000;
    const episode: Episode = {
      length,
      observations: { state: new Float32Array((length + 1) * 3) },
      actions: new Float32Array(length * 2),
      rewards: new Float32Array(length),
      terminated: new Uint8Array(length),
      truncated: true,
    };
    expect((await writeD4RL(datasetOf([episode]))).length).toBeLessThan(30_000);
  });

  it("stores metadata that can be read back", async () => {
    const metadata = { recipe: '{"noise":0.3,"task":"pointmaze-umaze"}', seed: 1234567891, empty: "", ort: "Köln" };
    const bytes = await writeD4RL(randomDataset(2, [3], SIZES), metadata);
    expect(await readD4RLMetadata(bytes, "written.hdf5")).toEqual(metadata);
    expect(await readD4RLMetadata(await writeD4RL(randomDataset(2, [3], SIZES)), "bare.hdf5")).toEqual({});
  });

  it("keeps discrete actions and how many there are", async () => {
    const dataset = discreteDataset(5);
    const bytes = await writeD4RL(dataset, { seed: 3 });
    const found = await readD4RL(bytes, "written.hdf5");
    expect([found.actionSize, found.discreteActions]).toEqual([1, 5]);
    expectSameEpisodes(found.episodes, dataset.episodes);
    expect(await readD4RLMetadata(bytes, "written.hdf5")).toEqual({ discrete_actions: 5, seed: 3 });
    expect(await roundTrip(randomDataset(2, [3], SIZES))).not.toHaveProperty("discreteActions");
  });

  it("keeps the bounds of actions", async () => {
    const dataset = randomDataset(4, [7], SIZES);
    const actionBounds = { low: Float32Array.of(0, -5.5), high: Float32Array.of(100, 5) };
    expect((await roundTrip({ ...dataset, actionBounds })).actionBounds).toEqual(actionBounds);
    expect(await roundTrip(dataset)).not.toHaveProperty("actionBounds");
  });

  it("refuses discrete actions that are none, and metadata that contradict the data", async () => {
    await expect(writeD4RL({ ...discreteDataset(5), discreteActions: 4 })).rejects.toThrow(
      'Episode 0 of "example" cannot be written in the D4RL layout: its action 4 in step 4 is none of 4.',
    );
    await expect(writeD4RL({ ...discreteDataset(5), discreteActions: 0 })).rejects.toThrow("cannot have 0 discrete");
    await expect(writeD4RL(randomDataset(2, [3], SIZES), { discrete_actions: 2 })).rejects.toThrow(
      'Metadata cannot say discrete_actions = 2 of "example", whose actions are vectors',
    );
  });

  it("refuses what the layout cannot tell", async () => {
    const sound = randomEpisode(new RandomStream(1), 3, SIZES, "task");
    const refuse = async (changes: Partial<Episode>, message: string) => {
      const written = writeD4RL(datasetOf([sound, { ...sound, ...changes }]));
      await expect(written).rejects.toThrow(UsageError);
      await expect(written).rejects.toThrow(`Episode 1 of "example" cannot be written in the D4RL layout: ${message}`);
    };
    await refuse({ terminated: Uint8Array.of(0, 1, 1) }, "it is terminated in step 1 but goes on");
    await refuse({ terminated: new Uint8Array(3) }, "it ends neither terminated nor truncated");
    await refuse({ rewards: new Float32Array(2) }, "rewards hold 2 numbers where 3 steps need 3");
    await refuse({ observations: { state: new Float32Array(9) } }, "observations hold 9 numbers where 3 steps need 12");
    await refuse({ length: 0 }, "it has no steps");
    await expect(writeD4RL(datasetOf([sound]), { "a/b": 1 })).rejects.toThrow('Metadata cannot be named "a/b"');
  });
});

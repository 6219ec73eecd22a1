/**
 * Drawing from blocks on disk: every transition as often as every other, each whole and the same as the in-memory replay
 * would hold it, and the same again with the same seed.
 */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { createBatch, type Part, transitionColumns, vectorParts } from "./columns.js";
import type { Episode } from "./episode.js";
import type { EpisodeBlocks } from "./episode-source.js";
import { randomDataset } from "./example-data.fixture.js";
import { PooledReplay, REUSE, transitionBytes } from "./pooled-replay.js";
import { Replay } from "./replay.js";
import { toTransitions } from "./transitions.js";

const sizes = { observationSize: 2, actionSize: 1 };
const shapes = { observations: vectorParts(2), actionSize: 1 };
const transitions = { rewardScale: 2, rewardShift: -1, returns: { discount: 0.9, sparseFailureReward: -1 } };

/** Episodes whose first observation numbers their steps, in blocks of a few. */
function numbered(lengths: readonly number[], perBlock: number): { blocks: EpisodeBlocks; episodes: Episode[] } {
  const { episodes } = randomDataset(4, lengths, sizes);
  let step = 0;
  for (const { length, observations } of episodes)
    for (let t = 0; t < length; t++) (observations.state as Float32Array)[2 * t] = step++;
  const count = Math.ceil(episodes.length / perBlock);
  const read = (block: number) => episodes.slice(block * perBlock, (block + 1) * perBlock);
  return {
    episodes: [...episodes],
    blocks: { episodes: episodes.length, steps: step, count, identity: "numbered", read },
  };
}

const pooled = (blocks: EpisodeBlocks, poolRows: number, seed = 0) =>
  new PooledReplay(blocks, { ...shapes, requiresReturnToGo: true, poolRows, transitions, seed });

/** The numbers of the transitions of `batches` batches of `size`, in the order of drawing. */
function drawn(replay: PooledReplay, batches: number, size: number): number[] {
  const batch = createBatch(size, transitionColumns(vectorParts(2), 1));
  const random = new RandomStream(1, "sampling");
  const numbers: number[] = [];
  for (let i = 0; i < batches; i++) {
    replay.sampleInto(batch, 0, size, random);
    for (let row = 0; row < size; row++) numbers.push(batch.rows.observations[2 * row]!);
  }
  return numbers;
}

const lengths = [7, 1, 12, 3, 40, 5, 9, 23, 2, 18]; // 120 steps

describe("PooledReplay", () => {
  it("draws every transition equally often: chi-square over 1,000 passes", () => {
    const { blocks } = numbered(lengths, 2);
    const draws = 1_000 * REUSE * blocks.steps;
    const counts = new Array<number>(blocks.steps).fill(0);
    for (const number of drawn(pooled(blocks, 30), draws / 48, 48)) counts[number]!++;
    const expected = draws / blocks.steps;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 119 degrees of freedom: 99.9 % of independent uniform draws are below 173.6. Passes make counts more even.
    expect(chiSquare).toBeLessThan(173.6);
    expect(chiSquare).toBeGreaterThan(60); // within a pass they are drawn with replacement, not dealt
  });

  it("has drawn from every block after one pass, and not before", () => {
    const { blocks } = numbered(lengths, 2);
    const read = new Set<number>();
    const noted = (block: number) => {
      read.add(block);
      return block;
    };
    const watched = { ...blocks, read: (block: number) => blocks.read(noted(block)) };
    const later = pooled(watched, 30);
    expect(read.size).toBeLessThan(blocks.count);
    drawn(later, (REUSE * blocks.steps) / 8, 8);
    expect(read.size).toBe(blocks.count);
  });

  it("reads every block once a pass, in another order each time", () => {
    const { blocks } = numbered(lengths, 1);
    const order: number[] = [];
    const watched = { ...blocks, read: (block: number) => blocks.read(order[order.push(block) - 1]!) };
    drawn(pooled(watched, 30), 5 * 120 * REUSE, 1);
    const passes = [0, 1, 2, 3].map((pass) => order.slice(10 * pass, 10 * (pass + 1)));
    for (const pass of passes) expect(pass.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(passes.map(String)).size).toBe(4);
  });

  it("holds transitions as the replay in memory does: rewards, returns-to-go, next actions and flags", () => {
    const { blocks, episodes } = numbered(lengths, 3);
    const all = toTransitions(episodes, transitions);
    const replay = pooled(blocks, 17); // smaller than an episode
    const batch = createBatch(16, transitionColumns(vectorParts(2), 1));
    const random = new RandomStream(9);
    const seen = new Set<number>();
    for (let i = 0; i < 300; i++) {
      replay.sampleInto(batch, 0, 16, random);
      for (let row = 0; row < 16; row++) {
        const step = batch.rows.observations[2 * row]!;
        seen.add(step);
        expect(batch.rows.observations[2 * row + 1]).toBe(all.rows.observations![2 * step + 1]);
        expect(batch.rows.actions[row]).toBe(all.rows.actions[step]);
        expect(batch.rows.rewards[row]).toBe(all.rows.rewards[step]);
        expect(batch.rows.nextObservations.subarray(2 * row, 2 * row + 2)).toEqual(
          all.rows.nextObservations!.subarray(2 * step, 2 * step + 2),
        );
        expect(batch.rows.nextActions[row]).toBe(all.rows.nextActions![step]);
        expect(batch.rows.terminated[row]).toBe(all.rows.terminated[step]);
        expect(batch.rows.returnsToGo[row]).toBe(all.rows.returnsToGo![step]);
      }
    }
    expect(seen.size).toBe(120);
  });

  it("gives the same batches with the same seed, others with another", () => {
    const { blocks } = numbered(lengths, 2);
    const first = drawn(pooled(blocks, 30, 5), 50, 8);
    expect(drawn(pooled(blocks, 30, 5), 50, 8)).toEqual(first);
    expect(drawn(pooled(blocks, 30, 6), 50, 8)).not.toEqual(first);
  });

  it("goes on where another one was, after any number of draws", () => {
    const { blocks } = numbered(lengths, 2);
    const size = 7;
    for (const batches of [0, 1, 11, 60, 400]) {
      const [one, other] = [pooled(blocks, 30, 5), pooled(blocks, 30, 5)];
      drawn(one, batches, size);
      other.skipTo(one.draws);
      expect(other.draws).toBe(batches * size);
      expect(drawn(other, 30, size), `after ${batches} batches`).toEqual(drawn(one, 30, size));
    }
  });

  it("counts all transitions, fills only the rows that are asked for, and draws nothing for none", () => {
    const { blocks } = numbered(lengths, 2);
    const replay = pooled(blocks, 30);
    expect(replay.length).toBe(120);
    const batch = createBatch(4, transitionColumns(vectorParts(2), 1));
    batch.rows.observations.fill(-1);
    const random = new RandomStream(2);
    const before = random.state();
    replay.sampleInto(batch, 2, 2, random);
    expect(random.state()).toEqual(before);
    replay.sampleInto(batch, 1, 3, random);
    expect([0, 3].map((row) => batch.rows.observations[2 * row])).toEqual([-1, -1]);
    expect(batch.rows.observations[2]).toBeGreaterThanOrEqual(0);
  });

  it("knows what a transition takes in memory", () => {
    const replay = new Replay({ ...shapes, requiresReturnToGo: false });
    replay.append(toTransitions(randomDataset(1, [10], sizes).episodes));
    const bytes = Object.values(replay.transitions().rows).reduce((sum, column) => sum + column!.byteLength, 0);
    expect(transitionBytes(shapes)).toBe(bytes / 10);
    const image: Part = { type: "uint8", shape: [2, 2, 3] };
    expect(transitionBytes({ observations: { image }, actionSize: 1 })).toBe(12 + 128 + 4 * (2 + 3));
  });
});

describe("Replay.replace", () => {
  it("puts transitions in the place of others and refuses rows that are not there", () => {
    const replay = new Replay({ ...shapes, requiresReturnToGo: false, capacity: 8 });
    const old = toTransitions(randomDataset(1, [5], sizes).episodes);
    const fresh = toTransitions(randomDataset(2, [4], sizes).episodes);
    replay.append(old);
    replay.replace(1, fresh, 2, 4);
    const { rewards, observations } = replay.transitions().rows;
    expect([...rewards]).toEqual([
      old.rows.rewards[0],
      fresh.rows.rewards[2],
      fresh.rows.rewards[3],
      old.rows.rewards[3],
      old.rows.rewards[4],
    ]);
    expect(observations.slice(2, 6)).toEqual(fresh.rows.observations!.slice(4, 8));
    expect(() => replay.replace(4, fresh, 0, 2)).toThrow("Rows 4 to 5 of 5 cannot be replaced");
    expect(() => replay.replace(0, fresh, 3, 5)).toThrow("There are no transitions 3 to 4 among 4");
  });
});

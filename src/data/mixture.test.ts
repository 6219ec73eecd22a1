import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { createBatch, transitionColumns, vectorParts } from "./columns.js";
import { countOfflineRows, sampleMixture } from "./mixture.js";
import { Replay } from "./replay.js";

/** A replay of `length` transitions with this reward. */
function replayOf(length: number, reward: number): Replay {
  const replay = new Replay({ observations: vectorParts(1), actionSize: 1, requiresReturnToGo: true });
  const values = new Float32Array(length).fill(reward);
  const [observations, actions, rewards, nextObservations, terminated, returnsToGo] = new Array(6).fill(values);
  const rows = { observations, actions, rewards, nextObservations, terminated, returnsToGo };
  replay.append({ length, columns: transitionColumns(vectorParts(1), 1), rows });
  return replay;
}

describe("countOfflineRows", () => {
  it.each([
    [256, 1000, 10, 0.5, 128],
    [255, 1000, 10, 0.5, 127],
    [256, 1000, 10, 0.25, 64],
    [256, 1000, 10, 0, 0],
    [256, 1000, 10, 1, 256],
    [256, 300, 100, -1, 192],
    [256, 1000, 1, -1, 255],
    [256, 1000, 0, 0, 256],
    [256, 0, 10, 0.5, 0],
    [256, 0, 10, -1, 0],
  ])("of a batch of %i with %i offline, %i online and share %f is %i", (size, offline, online, share, expected) => {
    expect(countOfflineRows(size, offline, online, share)).toBe(expected);
  });

  it("lies in the batch and follows the part of the data for a negative share", () => {
    const count = fc.integer({ min: 1, max: 2_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1024 }), count, count, (size, offline, online) => {
        const rows = countOfflineRows(size, offline, online, -1);
        expect(rows).toBeGreaterThanOrEqual(0);
        expect(rows).toBeLessThanOrEqual(size);
        expect(Math.abs(rows - (size * offline) / (offline + online))).toBeLessThan(1.000001);
      }),
    );
  });

  it("refuses a share above 1, and nothing to draw from", () => {
    expect(() => countOfflineRows(4, 1, 1, 1.5)).toThrow("The mixing ratio is 1.5");
    expect(() => countOfflineRows(4, 1, 1, Number.NaN)).toThrow("The mixing ratio is NaN");
    expect(() => countOfflineRows(4, 0, 0, 0.5)).toThrow("Both replays are empty");
  });
});

describe("sampleMixture", () => {
  it("puts the offline rows first and fills the rest with online ones", () => {
    const batch = createBatch(9, transitionColumns(vectorParts(1), 1));
    sampleMixture(batch, replayOf(5, 1), replayOf(7, 2), 0.5, new RandomStream(1));
    expect([...batch.rows.rewards]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 2]);
    expect(batch.rows.returnsToGo).toEqual(batch.rows.rewards);
  });

  it("takes everything from the replay that is not empty", () => {
    const batch = createBatch(3, transitionColumns(vectorParts(1), 1));
    sampleMixture(batch, replayOf(5, 1), replayOf(0, 2), 0.5, new RandomStream(1));
    expect([...batch.rows.rewards]).toEqual([1, 1, 1]);
    sampleMixture(batch, replayOf(0, 1), replayOf(5, 2), 0.5, new RandomStream(1));
    expect([...batch.rows.rewards]).toEqual([2, 2, 2]);
  });
});

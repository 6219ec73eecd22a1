import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { createBatch, transitionColumns, vectorParts } from "./columns.js";
import { Replay } from "./replay.js";
import type { Transitions } from "./transitions.js";

/** Transitions in which every value tells the number of its row. */
function counted(from: number, length: number, withReturns = true): Transitions {
  const numbers = Array.from({ length }, (_, i) => from + i);
  return {
    length,
    columns: transitionColumns(vectorParts(2), 1),
    rows: {
      observations: Float32Array.from(numbers.flatMap((row) => [row, row + 0.5])),
      actions: Float32Array.from(numbers, (row) => -row),
      rewards: Float32Array.from(numbers, (row) => 2 * row),
      nextObservations: Float32Array.from(numbers.flatMap((row) => [row + 1, row + 1.5])),
      nextActions: Float32Array.from(numbers, (row) => -row - 1),
      terminated: Float32Array.from(numbers, (row) => row % 2),
      ...(withReturns && { returnsToGo: Float32Array.from(numbers, (row) => 3 * row) }),
    },
  };
}

/** The same transitions with other columns. */
function withRows(transitions: Transitions, rows: Partial<Transitions["rows"]>): Transitions {
  return { ...transitions, rows: { ...transitions.rows, ...rows } };
}

function replayOf(requiresReturnToGo = true): Replay {
  return new Replay({ observations: vectorParts(2), actionSize: 1, requiresReturnToGo });
}

describe("Replay", () => {
  it("keeps all transitions in order while it grows", () => {
    const replay = replayOf();
    for (let i = 0; i < 40; i++) replay.append(counted(5 * i, 5));
    expect(replay.length).toBe(200);
    expect(replay.transitions()).toEqual(counted(0, 200));
  });

  it("draws whole rows, from all of them, about equally often", () => {
    const replay = replayOf();
    replay.append(counted(0, 6));
    replay.append(counted(6, 4));
    const batch = createBatch(5000, transitionColumns(vectorParts(2), 1));
    replay.sampleInto(batch, 0, 5000, new RandomStream(1));
    const drawn = new Array<number>(10).fill(0);
    for (let i = 0; i < 5000; i++) {
      const row = batch.rows.observations[2 * i]!;
      drawn[row] = drawn[row]! + 1;
      const values = [
        batch.rows.observations[2 * i + 1],
        batch.rows.actions[i],
        batch.rows.rewards[i],
        batch.rows.nextObservations[2 * i],
      ];
      expect(values).toEqual([row + 0.5, -row, 2 * row, row + 1]);
      const others = [batch.rows.nextObservations[2 * i + 1], batch.rows.nextActions[i], batch.rows.terminated[i]];
      expect([...others, batch.rows.returnsToGo[i]]).toEqual([row + 1.5, -row - 1, row % 2, 3 * row]);
    }
    for (const count of drawn) expect(Math.abs(count - 500)).toBeLessThan(110); // five standard deviations
  });

  it("fills only the rows it was asked for, in the arrays of the batch", () => {
    const replay = replayOf();
    replay.append(counted(1, 3));
    const batch = createBatch(6, transitionColumns(vectorParts(2), 1));
    const arrays = Object.values(batch.rows);
    replay.sampleInto(batch, 2, 4, new RandomStream(1));
    expect(Array.from(batch.rows.rewards, (reward) => reward > 0)).toEqual([false, false, true, true, false, false]);
    expect(Object.values(batch.rows).every((array, i) => array === arrays[i])).toBe(true);
  });

  it("draws the same rows from the same seed", () => {
    const replay = replayOf();
    replay.append(counted(0, 100));
    const [a, b] = [
      createBatch(64, transitionColumns(vectorParts(2), 1)),
      createBatch(64, transitionColumns(vectorParts(2), 1)),
    ];
    replay.sampleInto(a, 0, 64, new RandomStream(3));
    replay.sampleInto(b, 0, 64, new RandomStream(3));
    expect(a).toEqual(b);
  });

  it("lets no transition without a return-to-go in where one is required", () => {
    const replay = replayOf();
    expect(() => replay.append(counted(0, 3, false))).toThrow("have no returns-to-go, which the algorithm needs");
    const spoiled = counted(0, 3);
    spoiled.rows.returnsToGo![1] = Number.NaN;
    expect(() => replay.append(spoiled)).toThrow("Transition 1 has no return-to-go (NaN)");
    expect(replay.length).toBe(0);
  });

  it("puts NaN, and not 0, for returns-to-go that are neither required nor given", () => {
    const replay = replayOf(false);
    replay.append(counted(1, 3, false));
    replay.append(counted(4, 1));
    expect([...replay.transitions().rows.returnsToGo]).toEqual([Number.NaN, Number.NaN, Number.NaN, 12]);
  });

  it("puts NaN for next actions that are not given", () => {
    const replay = replayOf();
    const { rows, ...others } = counted(1, 2);
    const { nextActions: _, ...without } = rows;
    replay.append({ ...others, rows: without });
    replay.append(counted(4, 1));
    expect([...replay.transitions().rows.nextActions]).toEqual([Number.NaN, Number.NaN, -5]);
    expect(() => replay.append(withRows(counted(0, 2), { nextActions: new Float32Array(3) }))).toThrow(
      "3 values of nextActions where 2",
    );
  });

  it("refuses other sizes, incomplete arrays, an empty draw and rows outside the batch", () => {
    const replay = replayOf();
    const batch = createBatch(4, transitionColumns(vectorParts(2), 1));
    expect(() => replay.sampleInto(batch, 0, 4, new RandomStream(1))).toThrow("The replay is empty");
    const wider = { ...counted(0, 2), columns: transitionColumns(vectorParts(2), 3) };
    expect(() => replay.append(wider)).toThrow("actions float32 3, rewards");
    expect(() => replay.append(withRows(counted(0, 2), { rewards: new Float32Array(1) }))).toThrow(
      "1 value of rewards where 2",
    );
    replay.append(counted(0, 2));
    expect(() => replay.sampleInto(batch, 2, 5, new RandomStream(1))).toThrow("cannot take rows 2 to 4");
    expect(() =>
      replay.sampleInto(createBatch(4, transitionColumns(vectorParts(3), 1)), 0, 4, new RandomStream(1)),
    ).toThrow("create it for this task");
  });
});

import { describe, expect, it } from "vitest";
import { DataError } from "../../../errors.js";
import { countSteps, type Episode, stateOf } from "../../episode.js";
import { countingTables, type ExampleTable, exampleFile } from "../../example-data.fixture.js";
import { readD4RL } from "./d4rl.js";

async function read(tables: Record<string, ExampleTable>, horizon?: number): Promise<readonly Episode[]> {
  const dataset = await readD4RL(await exampleFile(tables), "example.hdf5", horizon === undefined ? {} : { horizon });
  return dataset.episodes;
}

/** [first reward, length, truncated, first value of the last observation]: in counting tables these tell the rows. */
function outline(episodes: readonly Episode[]): unknown[] {
  return episodes.map((episode) => [
    episode.rewards[0],
    episode.length,
    episode.truncated,
    stateOf(episode.observations)[episode.length * 2],
  ]);
}

async function messageOf(tables: Record<string, ExampleTable>): Promise<string> {
  const error = await readD4RL(await exampleFile(tables), "example.hdf5").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message;
}

describe("readD4RL: where episodes end", () => {
  it("drops the row of a timeout and keeps its observation as the last one", async () => {
    const episodes = await read(countingTables([0, 0, 0, 0, 0], [0, 0, 1, 0, 1]));
    expect(outline(episodes)).toEqual([
      [0, 2, true, 2],
      [3, 1, true, 4],
    ]);
    expect([...stateOf(episodes[0]!.observations)]).toEqual([0, 0, 1, 10, 2, 20]);
    expect(episodes[0]!.actions[1]).toBeCloseTo(0.01, 7);
    expect([...episodes[0]!.terminated]).toEqual([0, 0]);
  });

  it("ends an episode with its terminal row, and makes consecutive terminal rows episodes of length 1", async () => {
    const episodes = await read(countingTables([0, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 1]));
    expect(outline(episodes)).toEqual([
      [0, 2, false, 2],
      [2, 1, false, 3],
      [3, 1, false, 4],
      [4, 1, true, 5],
    ]);
    expect([...episodes[0]!.terminated]).toEqual([0, 1]);
  });

  it("takes a row that is both terminal and a timeout for the task's end", async () => {
    expect(outline(await read(countingTables([0, 0, 1, 0, 1], [0, 0, 1, 0, 0])))).toEqual([
      [0, 3, false, 2],
      [3, 2, false, 4],
    ]);
  });

  it("drops such a row where it repeats the end in the row before, and counts it", async () => {
    const bytes = await exampleFile(countingTables([0, 1, 1, 1, 0, 1], [0, 0, 0, 1, 0, 0]));
    const { episodes, notes } = await readD4RL(bytes, "example.hdf5");
    expect(outline(episodes)).toEqual([
      [0, 2, false, 2],
      [2, 1, false, 3],
      [4, 2, false, 5],
    ]);
    const reason = "because they repeat the end of the task in the row before, and the clock ended the recording there";
    expect(notes).toEqual([{ text: reason, leftOut: 1, example: "row 3" }]);
  });

  it("counts the rows of timeouts, whose step is lost, but not those that only hold the last observation", async () => {
    const tables = countingTables([0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 1]);
    const actions = { shape: [6, 1], values: [1, 1, 0, 1, 1, 1] };
    const rewards = { shape: [6], values: [0, 5, 5, 0, 5, 5] };
    const { notes } = await readD4RL(await exampleFile({ ...tables, actions, rewards }), "example.hdf5");
    const reason = "because an episode ends there and what was observed next is not stored";
    expect(notes).toEqual([{ text: reason, leftOut: 1, example: "row 5" }]);
  });

  it("takes the rows after the last boundary as a truncated episode whose last row is dropped", async () => {
    expect(outline(await read(countingTables([0, 1, 0, 0, 0], [0, 0, 0, 0, 0])))).toEqual([
      [0, 2, false, 2],
      [2, 2, true, 4],
    ]);
  });

  it("keeps a terminal row at the end of the file, with its own observation standing in for the next", async () => {
    expect(outline(await read(countingTables([0, 0, 1], [0, 0, 0])))).toEqual([[0, 3, false, 2]]);
  });

  it("counts the horizon where timeouts are missing, anew after every end", async () => {
    expect(outline(await read(countingTables([0, 0, 0, 0, 1, 0, 0, 0]), 3))).toEqual([
      [0, 2, true, 2],
      [3, 2, false, 5],
      [5, 2, true, 7],
    ]);
  });

  it("follows timeouts rather than a horizon where both are known", async () => {
    expect(outline(await read(countingTables([0, 0, 0, 0], [0, 0, 0, 1]), 2))).toEqual([[0, 3, true, 3]]);
  });

  it("ends a demonstration of kitchen data where the number in infos changes", async () => {
    const tables = { ...countingTables([0, 0, 0, 0, 0]), infos: { shape: [5], values: [0, 0, 0, 1, 1] } };
    expect(outline(await read(tables))).toEqual([
      [0, 2, true, 2],
      [3, 1, true, 4],
    ]);
  });

  it("ends an episode where the stored next observation is not the next row's, and keeps that row", async () => {
    const next = [1, 10, 77, 78, 3, 30, 99, 98];
    const tables = { ...countingTables([0, 0, 0, 0]), next_observations: { shape: [4, 2], values: next } };
    const { episodes, notes } = await readD4RL(await exampleFile(tables), "example.hdf5");
    expect(outline(episodes)).toEqual([
      [0, 2, true, 77],
      [2, 2, true, 99],
    ]);
    expect(notes![0]!.text).toMatch(
      /^The clock is taken to have ended 1 episode where the stored next observation is not that of the next row/,
    );
  });

  it("takes the stored next observation of a terminal row and of a timeout", async () => {
    const next = [1, 10, 55, 56, 3, 30, 44, 45];
    const tables = {
      ...countingTables([0, 1, 0, 0], [0, 0, 0, 1]),
      next_observations: { shape: [4, 2], values: next },
    };
    expect(outline(await read(tables))).toEqual([
      [0, 2, false, 55],
      [2, 2, true, 44],
    ]);
  });

  it("drops the row of a timeout whose stored next observation is just the next episode's first", async () => {
    const next = [1, 10, 2, 20, 3, 30, 44, 45];
    const tables = {
      ...countingTables([0, 0, 0, 0], [0, 1, 0, 1]),
      next_observations: { shape: [4, 2], values: next },
    };
    expect(outline(await read(tables))).toEqual([
      [0, 1, true, 1],
      [2, 2, true, 44],
    ]);
  });

  it("refuses a file in which nothing tells where an episode ends", async () => {
    expect(await messageOf(countingTables([0, 0, 0]))).toContain('no "timeouts" and no terminal row');
  });

  it("refuses a file without a single complete step", async () => {
    expect(await messageOf(countingTables([0], [1]))).toContain("holds 1 row but no step");
  });
});

describe("readD4RL: values", () => {
  it("squeezes [rows, 1] and takes terminals as float32, float64, int8 or int64", async () => {
    for (const dtype of ["<f", "<d", "<b", "<q"]) {
      const tables = countingTables([0, 1, 0, 1], [0, 0, 0, 0]);
      const episodes = await read({
        ...tables,
        rewards: { shape: [4, 1], values: [5, 6, 7, 8] },
        terminals: { shape: [4, 1], values: [0, 1, 0, 1], dtype },
      });
      expect(episodes.map((episode) => [...episode.rewards])).toEqual([
        [5, 6],
        [7, 8],
      ]);
    }
  });

  it("reads float64 and integer observations as float32", async () => {
    const tables = countingTables([0, 1], [0, 0]);
    const doubles = { shape: [2, 2], values: [0.1, 0.2, 0.3, 0.4], dtype: "<d" };
    const bytes = { shape: [2, 2], values: [250, 1, 2, 3], dtype: "<B" };
    expect((await read({ ...tables, observations: doubles }))[0]!.observations.state![1]).toBe(Math.fround(0.2));
    expect((await read({ ...tables, observations: bytes }))[0]!.observations.state![0]).toBe(250);
  });

  it("reads more rows than fit into one block, in order", async () => {
    const rows = 150_000;
    const values = Float32Array.from({ length: rows * 20 }, (_, i) => i);
    const flags = new Array<number>(rows).fill(0);
    const tables = { ...countingTables(flags, flags), observations: { shape: [rows, 20], values } };
    const [episode] = await read(tables);
    expect(episode!.length).toBe(rows - 1);
    expect(stateOf(episode!.observations).every((value, i) => value === i)).toBe(true);
  });

  it("accepts NaN and infinite values only on request", async () => {
    const tables = countingTables([0, 0, 1], [0, 0, 0]);
    const values = [0, 1, 2, Number.NaN, 4, Number.POSITIVE_INFINITY];
    const bytes = await exampleFile({ ...tables, observations: { shape: [3, 2], values } });
    await expect(readD4RL(bytes, "example.hdf5")).rejects.toThrow(
      '"example.hdf5": "observations" holds NaN in row 1, column 1 (and 1 more such values)',
    );
    const dataset = await readD4RL(bytes, "example.hdf5", { allowNonFinite: true });
    expect(dataset.episodes[0]!.observations.state![3]).toBeNaN();
    expect(countSteps(dataset)).toBe(3);
  });
});

describe("readD4RL: what it says about a wrong file", () => {
  const tables = countingTables([0, 1, 0], [0, 0, 1]);
  const without = (key: string) => Object.fromEntries(Object.entries(tables).filter(([name]) => name !== key));

  it("says that a file is no HDF5", async () => {
    const text = new TextEncoder().encode("observations,actions\n1,2\n".repeat(50));
    await expect(readD4RL(text, "data.csv")).rejects.toThrow('"data.csv" is not an HDF5 file');
    await expect(readD4RL(new Uint8Array(0), "none")).rejects.toThrow('"none" is empty');
  });

  it("names the missing keys and those that are there", async () => {
    const message = await messageOf(without("actions"));
    expect(message).toContain('lacks "actions"');
    expect(message).toContain('There: "observations", "rewards", "terminals", "timeouts"');
  });

  it.each([
    ["rewards", { shape: [2], values: [1, 2] }, '"rewards" has 2 rows but observations have 3'],
    ["actions", { shape: [2, 1], values: [1, 2] }, '"actions" has 2 rows but observations have 3'],
    [
      "actions",
      { shape: [3], values: [1, 2, 3] },
      '"actions" has one number a row: if these are choices, say among how many with --discrete-actions N; if they',
    ],
    [
      "rewards",
      { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
      '"rewards" has the shape [3, 2] where [rows] or [rows, 1]',
    ],
    ["observations", { shape: [3, 2, 1], values: [1, 2, 3, 4, 5, 6] }, "has the shape [3, 2, 1]"],
    [
      "observations",
      { shape: [3, 2], values: [1, 2, 3, 4, Number.NEGATIVE_INFINITY, 6] },
      "holds -Infinity in row 2, column 0",
    ],
    ["rewards", { shape: [3], values: [1, Number.NaN, 3] }, '"rewards" holds NaN in row 1;'],
    ["terminals", { shape: [3], values: [0, 0.5, 1] }, '"terminals" holds 0.5 in row 1; it must be 0 or 1'],
    ["next_observations", { shape: [3, 1], values: [1, 2, 3] }, '"next_observations" have 1 column but observations 2'],
  ])("names what is wrong with %s", async (key, table, expected) => {
    expect(await messageOf({ ...tables, [key]: table })).toContain(expected);
  });

  it("refuses text where numbers are expected", async () => {
    const observations = { shape: [3], values: ["a", "b", "c"] as unknown as number[], dtype: "S1" };
    expect(await messageOf({ ...tables, observations })).toContain('"observations" does not hold numbers');
  });

  it("refuses files without rows", async () => {
    const empty = { shape: [0], values: [] };
    const message = await messageOf({ observations: empty, actions: empty, rewards: empty, terminals: empty });
    expect(message).toContain("has arrays but no rows");
  });
});

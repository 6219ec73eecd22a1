/** Files with discrete actions, as another program would write them: what is read, and what is refused in which words. */
import { describe, expect, it } from "vitest";
import { DataError } from "../../../errors.js";
import { createHdf5 } from "../../containers/hdf5/create-hdf5.fixture.js";
import { countingTables } from "../../example-data.fixture.js";
import { readD4RL } from "./d4rl.js";

interface Told {
  readonly name?: string;
  readonly count: number;
  /** As h5wasm names it; "<q" is int64, in which h5py stores a Python number. */
  readonly dtype?: string;
}

/** A file with one action a row (or two, from `columns`) and a scalar among its metadata. */
function fileOf(actions: readonly number[], { name = "discrete_actions", count, dtype = "<q" }: Told, columns = 1) {
  const rows = actions.length / columns;
  const tables = {
    ...countingTables(new Array(rows - 1).fill(0).concat(1)),
    actions: { shape: [rows, columns], values: actions, dtype: "<q" },
  };
  return createHdf5((file) => {
    for (const [key, { shape, values, dtype: kind = "<f" }] of Object.entries(tables)) {
      const data = kind === "<q" ? BigInt64Array.from(Array.from(values, BigInt)) : Array.from(values);
      file.create_dataset({ name: key, data, shape: [...shape], dtype: kind });
    }
    const data = dtype === "<q" ? BigInt64Array.of(BigInt(count)) : [count];
    file.create_group("metadata").create_dataset({ name, data, shape: [], dtype });
  });
}

async function refusal(file: Promise<Uint8Array>): Promise<string> {
  const error = await readD4RL(await file, "grid.hdf5").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message;
}

describe("readD4RL: discrete actions", () => {
  it.each(["<q", "<i", "<d", "<f"])("takes their number from the metadata, stored as %s", async (dtype) => {
    const dataset = await readD4RL(await fileOf([0, 3, 1], { count: 4, dtype }), "grid.hdf5");
    expect([dataset.discreteActions, dataset.actionSize]).toEqual([4, 1]);
    expect([...dataset.episodes[0]!.actions]).toEqual([0, 3, 1]);
  });

  it("refuses whole numbers of which nothing says what they are, and takes the advice", async () => {
    const bytes = await fileOf([0, 3, 1], { name: "seed", count: 4 });
    await expect(readD4RL(bytes, "grid.hdf5")).rejects.toThrow(
      '"grid.hdf5": "actions" has one whole number a row: if these are choices, say among how many with --discrete-actions N; if they are vectors of one number, store them as float32 of shape [rows, 1].',
    );
    const dataset = await readD4RL(bytes, "grid.hdf5", { discreteActions: 4 });
    expect([dataset.discreteActions, ...dataset.episodes[0]!.actions]).toEqual([4, 0, 3, 1]);
  });

  it("refuses actions that the number does not cover, and says where", async () => {
    expect(await refusal(fileOf([0, 4, 1], { count: 4 }))).toBe(
      '"grid.hdf5": "actions" holds 4 in row 1, which is no whole number from 0 to 3, the actions that ' +
        "are declared; repair the row or the count.",
    );
  });

  it("refuses a number that is none, and vectors beside it", async () => {
    expect(await refusal(fileOf([0, 1], { count: 0 }))).toBe(
      '"grid.hdf5": "metadata/discrete_actions" is 0; it must be the number of actions, 1 or more.',
    );
    expect(await refusal(fileOf([0, 1], { count: 2.5, dtype: "<d" }))).toContain("is 2.5; it must be");
    expect(await refusal(fileOf([0, 1, 1, 0], { count: 2 }, 2))).toContain('but "actions" has 2 columns; store one');
  });
});

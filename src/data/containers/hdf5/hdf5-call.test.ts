/** Calls into the library that fail: it is as good after them as it was before. */
import { expect, test } from "vitest";
import { DataError } from "../../../errors.js";
import { createHdf5 } from "./create-hdf5.fixture.js";
import { arrayMetadata, listKeys } from "./hdf5-listing.js";
import { withHdf5 } from "./hdf5-module.js";
import { readHeader, readNumbers } from "./hdf5-table.js";

/** The library's stack has 2 MiB, and each of these errors would take 320 bytes of it for good. */
const ERRORS = 7_000;

const fileOf = (values: readonly number[]) =>
  createHdf5((file) => void file.create_dataset({ name: "rewards", data: Float32Array.from(values) }));

test("after 7,000 failed reads good files are still read", async () => {
  const good = await fileOf([1, 2, 4]);
  await withHdf5(good, "good.hdf5", (file) => {
    const { library, id } = file;
    let refused = 0;
    for (let i = 0; i < ERRORS; i++)
      try {
        file.attempt("it", () => library.get_dataset_data(id, "/missing", null, null, null, 0n));
      } catch (error) {
        if (error instanceof DataError) refused++;
      }
    expect(refused).toBe(ERRORS);
    expect([...readNumbers(file, readHeader(file, "rewards"))]).toEqual([1, 2, 4]);
  });
  const read = await withHdf5(good, "again.hdf5", (file) => [...readNumbers(file, readHeader(file, "rewards"))]);
  expect(read).toEqual([1, 2, 4]);
});

test("a refusal ends with what the library says of it, and not with what it said before", async () => {
  await withHdf5(await fileOf([1]), "m.hdf5", (file) => {
    const refusal = (key: string) => {
      try {
        return arrayMetadata(file, key).shape;
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refusal("missing")).toBe(
      `"m.hdf5": the header of "missing" cannot be read (object 'missing' doesn't exist). The file is damaged or incomplete; copy or download it again.`,
    );
    expect(refusal("rewards")).toEqual([1]);
    expect(() => file.fail("it is odd")).toThrow(
      `"m.hdf5": it is odd. The file is damaged or incomplete; copy or download it again.`,
    );
  });
});

test("what a file lists is asked of the library once while it is open", async () => {
  await withHdf5(await fileOf([1, 2]), "m.hdf5", (file) => {
    let calls = 0;
    const counted = {
      ...file,
      attempt<T>(what: string, call: () => T) {
        calls++;
        return file.attempt(what, call);
      },
    };
    expect([listKeys(counted), listKeys(counted)]).toEqual([["rewards"], ["rewards"]]);
    expect(arrayMetadata(counted, "rewards")).toBe(arrayMetadata(counted, "rewards"));
    expect(calls).toBe(2);
  });
});

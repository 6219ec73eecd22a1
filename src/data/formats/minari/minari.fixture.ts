/** For tests of Minari datasets: those that Python wrote, and HDF5 files and changed metadata made on the spot. */
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { UsageError } from "../../../errors.js";
import { filesInMemory } from "../../containers/files.js";
import { createHdf5 } from "../../containers/hdf5/hdf5.fixture.js";
import type { WritableHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { loadDataset } from "../../episode-source.js";
import { diskFiles } from "../../storage/disk-files.js";
import type { ReadOptions } from "../format.js";
import { minariFormat } from "./minari-format.js";

/** What fixtures/formats/write_minari.py wrote. */
export const fixtures = fileURLToPath(new URL("../../../../fixtures/formats/minari/", import.meta.url));

/** Rows of an array, e.g. [2, 2] for two rows of two numbers, filled with 0, 1, 2 ... or with the values given. */
export type Table = { readonly shape: readonly number[]; readonly values?: readonly number[]; readonly dtype?: string };

export function writeTable(
  group: Pick<WritableHdf5, "create_dataset">,
  name: string,
  { shape, values, dtype = "<f" }: Table,
) {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = values ? [...values] : Array.from({ length: size }, (_, i) => i);
  group.create_dataset({ name, data, shape: [...shape], dtype });
}

/** The tables of an episode of two steps. */
export const twoSteps: Readonly<Record<string, Table>> = {
  observations: { shape: [3, 2] },
  actions: { shape: [2, 1] },
  rewards: { shape: [2] },
  terminations: { shape: [2], values: [0, 0], dtype: "<b" },
  truncations: { shape: [2], values: [0, 0], dtype: "<b" },
};

/** A single HDF5 file with these episodes. */
export async function file(episodes: Readonly<Record<string, Readonly<Record<string, Table | undefined>>>>) {
  const bytes = await createHdf5((hdf5) => {
    for (const [name, tables] of Object.entries(episodes)) {
      const group = hdf5.create_group(name);
      for (const [key, table] of Object.entries(tables)) if (table) writeTable(group, key, table);
    }
  });
  return filesInMemory("main_data.hdf5", bytes);
}

/** The fixture with its metadata changed. */
export function changed(name: string, change: (metadata: Record<string, unknown>) => object) {
  const contents = new Map<string, Uint8Array>();
  const files = diskFiles(`${fixtures}${name}/data`);
  for (const path of files.paths) contents.set(path, files.open(path).read(0, files.open(path).size));
  const metadata = JSON.parse(new TextDecoder().decode(contents.get("metadata.json")));
  const text = JSON.stringify({ ...metadata, ...change(metadata) });
  return filesInMemory("changed", contents.set("metadata.json", new TextEncoder().encode(text)));
}

/** The sentence with which data are refused. */
export async function refusal(files: ReturnType<typeof filesInMemory>, options: ReadOptions = {}): Promise<string> {
  const error: unknown = await minariFormat
    .open(files, options)
    .then(loadDataset, (reason: unknown) => reason)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

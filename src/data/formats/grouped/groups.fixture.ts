/** For tests of files with an episode per group: what fixtures/formats/write_groups.py wrote, and files made on the spot. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { UsageError } from "../../../errors.js";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { createHdf5 } from "../../containers/hdf5/create-hdf5.fixture.js";
import type { Dataset } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import type { DatasetFormat, ReadOptions } from "../format.js";
import type { ExpectedEpisode } from "../numpy.fixture.js";

const folder = new URL("../../../../fixtures/formats/groups/", import.meta.url);

export const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Readonly<
  Record<string, readonly ExpectedEpisode[]>
>;

export function groupFiles(name: string): DataFiles {
  return filesInMemory(name, new Uint8Array(readFileSync(new URL(name, folder))));
}

/** Arrays by their paths: rows of numbers, a row a list, or one number each; `true` and `false` make 0 and 1 of int8; bytes. */
export type Tables = Readonly<Record<string, readonly (number | boolean | readonly number[])[] | Uint8Array>>;

/**
 * An HDF5 file with these arrays, and the groups that their paths name.
 * @param shapes of arrays with more dimensions than their rows have
 */
export async function groupFile(
  name: string,
  tables: Tables,
  shapes: Readonly<Record<string, readonly number[]>> = {},
): Promise<DataFiles> {
  const bytes = await createHdf5((file) => {
    const made = new Set<string>();
    for (const [path, rows] of Object.entries(tables)) {
      const parts = path.split("/");
      for (let depth = 1; depth < parts.length; depth++) {
        const group = parts.slice(0, depth).join("/");
        if (!made.has(group)) file.create_group(group);
        made.add(group);
      }
      if (rows instanceof Uint8Array) {
        file.create_dataset({ name: path, data: rows, shape: [...(shapes[path] ?? [rows.length])], dtype: "<B" });
        continue;
      }
      const [first] = rows;
      const columns = Array.isArray(first) ? [first.length] : [];
      const dtype = typeof first === "boolean" ? "<b" : "<f";
      file.create_dataset({
        name: path,
        data: rows.flat().map(Number),
        shape: [...(shapes[path] ?? [rows.length, ...columns])],
        dtype,
      });
    }
  });
  return filesInMemory(name, bytes);
}

export async function load(format: DatasetFormat, files: DataFiles, options: ReadOptions = {}): Promise<Dataset> {
  return loadDataset(await format.open(files, options));
}

/** The sentence with which data are refused. */
export async function refusal(format: DatasetFormat, files: DataFiles, options: ReadOptions = {}): Promise<string> {
  const error: unknown = await load(format, files, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

/**
 * Small files that claim one long episode (written by h5py, numpy and pyarrow, see fixtures/formats/write_bombs.py): they
 * are refused before they take more than four times their size and 64 MiB, and read in full by who trusts them.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { DataError } from "../../errors.js";
import { meterAllocations } from "../containers/allocation-meter.fixture.js";
import { filesInMemory } from "../containers/files.js";
import { EpisodeMemory } from "./episode-memory.js";
import type { ReadOptions } from "./format.js";
import { recogniseFormat } from "./formats.js";

const mapping = { observation: Array.from({ length: 24 }, (_, i) => `x${i}`) };
const bombs: readonly { name: string; steps: number; options?: ReadOptions }[] = [
  { name: "d4rl.hdf5", steps: 400_000 },
  { name: "main_data.hdf5", steps: 400_000 },
  { name: "robomimic.hdf5", steps: 400_000 },
  { name: "ogbench.npz", steps: 300_000 },
  { name: "ogbench.npz", steps: 299_999, options: { from: "ogbench" } },
  { name: "log.parquet", steps: 209_999, options: { mapping } },
  { name: "log.parquet", steps: 209_999, options: { mapping: { ...mapping, interleaved: true } } },
  { name: "log.csv.gz", steps: 169_999, options: { mapping } },
  { name: "log.jsonl.gz", steps: 169_999, options: { mapping } },
];

// The library that unpacks keeps the constructors that it finds when it is loaded: its streaming buffers, which live for
// a moment each, are not summed up as if they were held.
beforeAll(() => import("./ogbench/ogbench.js"));

async function lengths(name: string, options: ReadOptions): Promise<number[]> {
  const bytes = new Uint8Array(readFileSync(new URL(`../../../fixtures/formats/bombs/${name}`, import.meta.url)));
  const files = filesInMemory(name, bytes);
  const source = await (await recogniseFormat(files, options.from)).open(files, options);
  const found: number[] = [];
  for await (const episode of source.episodes()) found.push(episode.length);
  return found;
}

describe.each(bombs)("one episode of zeros in $name, $options", ({ name, steps, options = {} }) => {
  test("is refused within four times the file and 64 MiB", async () => {
    const size = readFileSync(new URL(`../../../fixtures/formats/bombs/${name}`, import.meta.url)).length;
    const meter = meterAllocations();
    try {
      const error: unknown = await lengths(name, options).catch((reason) => reason);
      expect(error).toBeInstanceOf(DataError);
      expect(String(error)).toMatch(new RegExp(`"${name}.* needs more than \\d+ bytes of memory.* --trusted`));
      expect(meter.bytes + meter.wasmBytes).toBeLessThanOrEqual(4 * size + 64 * 2 ** 20);
    } finally {
      meter.remove();
    }
  });

  test("is read by who trusts the file", async () => {
    expect(await lengths(name, { ...options, trusted: true })).toEqual([steps]);
  });
});

test("what is given back can be taken again", () => {
  const memory = new EpisodeMemory('"log"', {}).addFile(1000);
  memory.take(2 ** 25 + 2000, "the first");
  expect(() => memory.take(1, "the second")).toThrow('"log": the second needs more than 33556432 bytes');
  memory.give(2 ** 25);
  expect(() => memory.take(2 ** 25 - 1, "the third")).not.toThrow();
});

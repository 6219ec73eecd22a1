/**
 * A D4RL file that is read a stretch at a time holds the same episodes as one that is read whole, and a file may be
 * larger than four gigabytes.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vectorParts } from "../../columns.js";
import type { DataFile } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import { countingTables, type ExampleTable, exampleFile, randomDataset } from "../../example-data.fixture.js";
import { openD4RL, readD4RL } from "./d4rl.js";
import { writeD4RL } from "./d4rl-writer.js";

interface Recording {
  readonly terminals: readonly number[];
  readonly timeouts: readonly number[] | undefined;
  readonly seams: readonly number[] | undefined;
  readonly demonstrations: boolean;
  readonly horizon: number | undefined;
}

const flag = fc.constantFrom(0, 0, 0, 0, 1);

/** Rows with any terminals and, each perhaps, timeouts, next observations that sometimes do not continue, and numbers. */
const recordings: fc.Arbitrary<Recording> = fc.integer({ min: 3, max: 60 }).chain((rows) =>
  fc.record({
    terminals: fc.array(flag, { minLength: rows, maxLength: rows }),
    timeouts: fc.option(fc.array(flag, { minLength: rows, maxLength: rows }), { nil: undefined }),
    seams: fc.option(fc.array(flag, { minLength: rows, maxLength: rows }), { nil: undefined }),
    demonstrations: fc.boolean(),
    horizon: fc.option(fc.integer({ min: 2, max: 9 }), { nil: undefined }),
  }),
);

function tablesOf({ terminals, timeouts, seams, demonstrations }: Recording) {
  const rows = terminals.length;
  const tables: Record<string, ExampleTable> = countingTables(terminals, timeouts);
  if (seams) {
    const values = seams.flatMap((seam, row) => (seam ? [-row, 0] : [row + 1, 10 * (row + 1)]));
    tables.next_observations = { shape: [rows, 2], values };
  }
  if (demonstrations) tables.infos = { shape: [rows], values: terminals.map((_, row) => Math.floor(row / 11)) };
  return tables;
}

describe("openD4RL", () => {
  it("finds the same episodes in stretches of two rows as in the whole file", async () => {
    await fc.assert(
      fc.asyncProperty(recordings, fc.integer({ min: 1, max: 400 }), async (recording, stretchBytes) => {
        const bytes = await exampleFile(tablesOf(recording));
        const { horizon } = recording;
        const options = horizon === undefined ? {} : { horizon };
        const whole = await outcome(readD4RL(bytes, "rows", options));
        const open = openD4RL(bytes, "rows", { ...options, stretchBytes });
        expect(await outcome(open.then(loadDataset))).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  it("names the row of a wrong value wherever it stands", async () => {
    const tables = countingTables(new Array(40).fill(0), new Array(40).fill(0).fill(1, 39));
    const rewards = { shape: [40], values: Array.from({ length: 40 }, (_, row) => (row === 33 ? Number.NaN : row)) };
    const timeouts = { shape: [40], values: new Array(40).fill(0).fill(7, 37, 38), dtype: "<b" };
    const say = async (changes: Record<string, ExampleTable>) =>
      outcome(openD4RL(await exampleFile({ ...tables, ...changes }), "rows", { stretchBytes: 1 }).then(loadDataset));
    expect(await say({ rewards })).toMatch(/^"rows": "rewards" holds NaN in row 33[;,:]/);
    expect(await say({ timeouts })).toMatch(/^"rows": "timeouts" holds 7 in row 37; it must be 0 or 1/);
  });

  it("can be read again, and side by side", async () => {
    const { episodes } = randomDataset(1, [5, 6, 7], { observationSize: 2, actionSize: 1 });
    const bytes = await writeD4RL({ source: "x", observations: vectorParts(2), actionSize: 1, episodes });
    const source = await openD4RL(bytes, "twice");
    const [one, other] = await Promise.all([loadDataset(source), loadDataset(source)]);
    expect(one.episodes).toEqual(episodes);
    expect(other.episodes).toEqual(episodes);
    for await (const first of source.episodes()) {
      expect(first).toEqual(episodes[0]);
      break;
    }
    expect((await loadDataset(source)).episodes).toEqual(episodes);
  });

  it("reads beyond four gigabytes: a file behind a user block of 2^33 bytes", async () => {
    const { episodes } = randomDataset(1, [50, 60], { observationSize: 2, actionSize: 1 });
    const bytes = await writeD4RL({ source: "x", observations: vectorParts(2), actionSize: 1, episodes });
    const file = behind(bytes, 2 ** 33);
    expect((await loadDataset(await openD4RL(file, "huge"))).episodes).toEqual(episodes);
  });

  it("tells the file's own trouble, not the library's", async () => {
    const bytes = await writeD4RL(randomDataset(1, [50], { observationSize: 2, actionSize: 1 }));
    const file = behind(bytes, 0);
    let reads = 0;
    const failing: DataFile = {
      ...file,
      read(offset, length) {
        if (++reads > 12) throw new Error("the disk is gone");
        return file.read(offset, length);
      },
    };
    expect(await outcome(openD4RL(failing, "failing").then(loadDataset))).toBe("the disk is gone");
    expect((await readD4RL(bytes, "sound")).episodes.length).toBe(1);
  });
});

/** What was read, or the error's words. */
async function outcome<T>(reading: Promise<T>): Promise<T | string> {
  return reading.catch((error: Error) => error.message);
}

/** A file that is nothing but zeros up to `start`, without being anywhere. */
function behind(bytes: Uint8Array, start: number): DataFile {
  return {
    path: "behind",
    size: start + bytes.length,
    read(offset, length) {
      const found = new Uint8Array(length);
      const from = Math.max(0, start - offset);
      if (from < length) found.set(bytes.subarray(offset + from - start, offset + length - start), from);
      return found;
    },
  };
}

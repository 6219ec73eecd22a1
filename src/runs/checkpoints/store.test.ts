/**
 * The checkpoints of a run: which are kept, which one is taken when some are damaged, and that there is a sound one
 * whatever goes wrong while they are written.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError, RunFailure } from "../../errors.js";
import { type Fault, failingDisk, faults, Killed, recordingDisk } from "../failing-disk.fixture.js";
import { bestCheckpoint, CheckpointStore, checkpointFolder } from "./store.js";
import { decodeTensorFile } from "./tensor-file.js";

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "calql-store-"));
});
afterEach(() => rmSync(run, { recursive: true }));

const content = (updates: number) => ({
  manifest: { updates },
  tensors: new Map([["agent/kernel", Float32Array.from({ length: 100 }, (_, i) => updates + i / 100)]]),
});
const path = (name: string) => join(run, checkpointFolder, name);
const numbered = (number: number) => path(`checkpoint-${String(number).padStart(6, "0")}.safetensors`);
const names = () => readdirSync(join(run, checkpointFolder)).sort();
const updatesOf = (manifest: unknown) => (manifest as { updates: number }).updates;

/** The newest sound checkpoint as another process finds it, and what it is told. */
function newest() {
  const told: string[] = [];
  const store = new CheckpointStore(run);
  const updates = store.newest(
    ({ manifest }) => updatesOf(manifest),
    (sentence) => told.push(sentence),
  );
  return { updates, told, store };
}

const best = () => updatesOf(decodeTensorFile(readFileSync(path(bestCheckpoint)), "best").manifest);

function flip(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length - 10]! ^= 1;
  rmSync(file); // another name of it keeps the sound bytes
  writeFileSync(file, bytes);
}

describe("a store of checkpoints", () => {
  it("keeps the last two and the best, and counts on in another process", () => {
    const store = new CheckpointStore(run);
    expect(store.empty).toBe(true);
    store.write(content(1), true);
    for (const updates of [2, 3]) store.write(content(updates));
    new CheckpointStore(run).write(content(4));
    expect(names()).toEqual([bestCheckpoint, "checkpoint-000003.safetensors", "checkpoint-000004.safetensors"]);
    expect(newest()).toMatchObject({ updates: 4, told: [] });
    expect(best()).toBe(1);
    new CheckpointStore(run).write(content(5), true);
    expect(best()).toBe(5);
    expect(newest().updates).toBe(5);
    expect(names()).toHaveLength(3);
  });

  it("takes the one before a damaged one, says so, and sets the damaged one aside", () => {
    const store = new CheckpointStore(run);
    for (const updates of [1, 2]) store.write(content(updates));
    flip(numbered(2));
    const found = newest();
    expect(found.updates).toBe(1);
    expect(found.told).toEqual([
      `The checkpoint ${numbered(2)} is damaged: its tensor "agent/kernel" has another SHA-256 than when it was written. The one before it is taken.`,
    ]);
    found.store.setAsideNewerThan(numbered(1));
    expect(names()).toEqual(["checkpoint-000001.safetensors", "checkpoint-000002.safetensors.damaged"]);
    found.store.write(content(3));
    expect(newest()).toMatchObject({ updates: 3, told: [] });
  });

  it("sets a damaged best one aside, and says so", () => {
    const store = new CheckpointStore(run);
    expect(store.setAsideDamagedBest()).toBeUndefined();
    for (const updates of [1, 2]) store.write(content(updates), updates === 1);
    expect(store.setAsideDamagedBest()).toBeUndefined();
    expect(best()).toBe(1);
    flip(path(bestCheckpoint));
    expect(store.setAsideDamagedBest()).toMatch(/best\.safetensors is damaged: .* The best state until now is lost/);
    expect(names()[0]).toBe(`${bestCheckpoint}.damaged`);
    expect(newest()).toMatchObject({ updates: 2, told: [] });
  });

  it("sets aside by number, also where numbers become longer", () => {
    mkdirSync(join(run, checkpointFolder));
    for (const number of [999_999, 1_000_000]) writeFileSync(numbered(number), "");
    new CheckpointStore(run).setAsideNewerThan(numbered(999_999));
    expect(names()).toEqual(["checkpoint-1000000.safetensors.damaged", "checkpoint-999999.safetensors"]);
  });

  it("names the first reason where none is sound", () => {
    const store = new CheckpointStore(run);
    for (const updates of [1, 2]) store.write(content(updates));
    truncateSync(numbered(2), 3);
    flip(numbered(1));
    expect(newest).toThrow(DataError);
    expect(newest).toThrow(
      /000002\.safetensors is damaged: it ends within its header\. The run .* with "calql train" in another folder\.$/,
    );
  });

  it("says what to do where there is none", () => {
    expect(newest).toThrow(
      `There is no checkpoint in ${join(run, checkpointFolder)}. The run cannot continue without a sound one; put back what was changed, or start again with "calql train" in another folder.`,
    );
  });

  it("gives the best one, of which there may be none, and refuses a damaged one", () => {
    const store = new CheckpointStore(run);
    const bestUpdates = () => store.best(({ manifest }) => updatesOf(manifest));
    expect(bestUpdates()).toBeUndefined();
    for (const updates of [1, 2]) store.write(content(updates), updates === 1);
    expect(bestUpdates()).toBe(1);
    flip(path(bestCheckpoint));
    expect(bestUpdates).toThrow(DataError);
    expect(bestUpdates).toThrow(/best\.safetensors is damaged/);
    expect(names()).toContain(bestCheckpoint);
  });

  it("passes over what its reader does not accept, and nothing else", () => {
    const store = new CheckpointStore(run);
    for (const updates of [1, 2]) store.write(content(updates));
    const accepting = (error: Error) =>
      store.newest(
        ({ manifest }) => {
          if (updatesOf(manifest) === 2) throw error;
          return updatesOf(manifest);
        },
        () => {},
      );
    expect(accepting(new DataError("no"))).toBe(1);
    expect(() => accepting(new RangeError("a fault"))).toThrow(RangeError);
  });
});

describe("a checkpoint that was written", () => {
  it("has every name that leads to it on the disk, in this order", () => {
    const { disk, done } = recordingDisk();
    const store = new CheckpointStore(run, disk);
    store.write(content(1), true);
    const numberedName = basename(numbered(1));
    expect(done).toEqual([
      `makeFolder ${checkpointFolder}`,
      `syncFolder ${basename(run)}`,
      `open ${bestCheckpoint}.partial`,
      `write ${bestCheckpoint}.partial`,
      `sync ${bestCheckpoint}.partial`,
      `rename ${bestCheckpoint}.partial ${bestCheckpoint}`,
      `syncFolder ${checkpointFolder}`,
      `remove ${numberedName}.partial`,
      `link ${bestCheckpoint} ${numberedName}.partial`,
      `rename ${numberedName}.partial ${numberedName}`,
      `syncFolder ${checkpointFolder}`,
    ]);
  });
});

describe("whatever operation fails", () => {
  /** Three checkpoints, the first and the last of them the best, as a run writes them; returns how many were written. */
  function writeThree(fault: Fault, at?: number): { written: number; operations: number; error: unknown } {
    const disk = failingDisk(fault, at);
    let written = 0;
    try {
      const store = new CheckpointStore(run, disk);
      for (const updates of [1, 2, 3]) {
        store.write(content(updates), updates !== 2);
        written = updates;
      }
    } catch (error) {
      return { written, operations: disk.operations, error };
    }
    return { written, operations: disk.operations, error: undefined };
  }

  it.each(faults)("(%s) there is a sound checkpoint, and the failure is told", (fault) => {
    const { operations } = writeThree(fault);
    expect(operations).toBeGreaterThan(30);
    for (let at = 1; at <= operations; at++) {
      rmSync(run, { recursive: true });
      mkdirSync(run);
      const { written, error } = writeThree(fault, at);
      if (fault === "killed") expect(containsKilled(error), `operation ${at}`).toBe(true);
      else if (error !== undefined) expectTold(error, at);
      const store = new CheckpointStore(run);
      // Before the first was complete there may be none; from then on never.
      if (written === 0 && store.empty) continue;
      const { updates, told } = newest();
      expect(told, `operation ${at}`).toEqual([]);
      expect([written, written + 1], `operation ${at}`).toContain(updates);
      if (written >= 1) expect([1, 3], `operation ${at}`).toContain(best());
      // The best is never behind what the run takes for evaluated.
      if (updates === 3) expect(best()).toBe(3);
      store.write(content(9));
      expect(newest().updates).toBe(9);
    }
  });

  function expectTold(error: unknown, at: number) {
    expect(error, `operation ${at}`).toBeInstanceOf(RunFailure);
    const { message } = error as RunFailure;
    if (at === 1)
      return expect(message).toMatch(/ cannot be listed: .*\. Mend the folder or its disk, then try again\.$/);
    const [, number] =
      /^The checkpoint .*\/checkpoints\/checkpoint-00000([123])\.safetensors could not be written: /.exec(message) ??
      [];
    const nextStep =
      number === "1"
        ? '. Free space or mend the disk, then continue with "calql resume".'
        : '. The last one before it is kept; free space or mend the disk, then continue with "calql resume".';
    expect(["1", "2", "3"], message).toContain(number);
    expect(message.endsWith(nextStep), message).toBe(true);
  }

  /** The killed process' own error handling may have wrapped it. */
  function containsKilled(error: unknown): boolean {
    return error instanceof Killed || (error instanceof Error && containsKilled(error.cause));
  }
});

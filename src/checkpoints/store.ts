/**
 * The checkpoints of a run, in its folder `checkpoints`: numbered files of which the last two are kept, so that one that
 * turns out to be damaged leaves the one before, and `best.safetensors`, the state that was evaluated best.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DataError, fileReason, RunFailure } from "../errors.js";
import { type Disk, realDisk, writeDurably } from "./disk.js";
import { decodeTensorFile, encodeTensorFile, type TensorFile } from "./tensor-file.js";

export const checkpointFolder = "checkpoints";
export const bestCheckpoint = "best.safetensors";

const pattern = /^checkpoint-(\d{6,})\.safetensors$/;
const kept = 2;

export interface FoundCheckpoint extends TensorFile {
  readonly path: string;
}

export class CheckpointStore {
  private readonly folder: string;
  private next: number;

  /** @param runFolder the run's; the store's own folder is made with the first checkpoint */
  constructor(
    runFolder: string,
    private readonly disk: Disk = realDisk,
  ) {
    this.folder = join(runFolder, checkpointFolder);
    this.next = (numbersIn(disk.list(this.folder)).at(-1) ?? 0) + 1;
  }

  /**
   * Writes a checkpoint and lets go of all but the last two.
   * @returns its path
   * @throws RunFailure if it cannot be written; those that were there still are
   */
  write(content: TensorFile): string {
    const path = join(this.folder, fileName(this.next));
    try {
      this.disk.makeFolder(this.folder);
      writeDurably(this.disk, path, encodeTensorFile(content));
      this.next++;
      for (const number of numbersIn(this.disk.list(this.folder)).slice(0, -kept))
        this.disk.remove(join(this.folder, fileName(number)));
    } catch (error) {
      throw new RunFailure(
        `The checkpoint ${path} could not be written: ${fileReason(error)}. The last one before it is kept; free space or mend the disk, then go on with "calql resume".`,
        { cause: error },
      );
    }
    return path;
  }

  /** Gives a written checkpoint the second name `best.safetensors`. @throws RunFailure if that fails */
  markBest(path: string): void {
    const best = join(this.folder, bestCheckpoint);
    const partial = `${best}.partial`;
    try {
      this.disk.remove(partial);
      this.disk.link(path, partial);
      this.disk.rename(partial, best);
      this.disk.syncFolder(this.folder);
    } catch (error) {
      throw new RunFailure(
        `The best checkpoint could not be kept as ${best}: ${fileReason(error)}. Those before are kept; free space or mend the disk, then go on with "calql resume".`,
        { cause: error },
      );
    }
  }

  /** Renames what is newer than the checkpoint that a run goes on from, so that it is not counted as one of the kept. */
  setAsideNewerThan(path: string): void {
    for (const number of numbersIn(this.disk.list(this.folder))) {
      const other = join(this.folder, fileName(number));
      if (fileName(number) > basename(path)) this.disk.rename(other, `${other}.damaged`);
    }
  }

  /** Whether there is any checkpoint, sound or not. */
  get empty(): boolean {
    return numbersIn(this.disk.list(this.folder)).length === 0;
  }

  /**
   * The newest checkpoint that `accept` takes; it throws a DataError for one that is not sound.
   * @param onDamage told, in a sentence, of every newer one that had to be passed over
   * @throws DataError when there is none, with the reason for the newest
   */
  newest<Result>(accept: (found: FoundCheckpoint) => Result, onDamage: (sentence: string) => void): Result {
    let first: DataError | undefined;
    for (const number of numbersIn(this.disk.list(this.folder)).reverse()) {
      const path = join(this.folder, fileName(number));
      try {
        return accept({ path, ...decodeTensorFile(readCheckpoint(path), path) });
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        first ??= error;
        onDamage(`${error.message} The one before it is taken.`);
      }
    }
    throw first ?? new DataError(`There is no checkpoint in ${this.folder}; start the run again with "calql train".`);
  }
}

function readCheckpoint(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DataError(`The checkpoint ${path} cannot be read: ${fileReason(error)}.`);
  }
}

function fileName(number: number): string {
  return `checkpoint-${String(number).padStart(6, "0")}.safetensors`;
}

/** The numbers of the checkpoints among the names of a folder, the newest last. */
function numbersIn(names: readonly string[]): number[] {
  return names
    .map((name) => pattern.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

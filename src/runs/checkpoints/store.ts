/**
 * The checkpoints of a run, in its folder `checkpoints`: numbered files of which the last two are kept, so that one
 * that turns out to be damaged leaves the one before, and `best.safetensors`, the best evaluated state.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DataError, fileReason, RunFailure } from "../../errors.js";
import { type Disk, linkDurably, partialEnding, realDisk, writeDurably } from "../../files/disk.js";
import { decodeTensorFile, encodeTensorFile, type TensorFile } from "./tensor-file.js";

export const checkpointFolder = "checkpoints";
export const bestCheckpoint = "best.safetensors";

const pattern = /^checkpoint-(\d{6,})\.safetensors$/;
const kept = 2;

/** What is left to do where a run has lost its checkpoints. A run overwrites nothing, not even itself. */
export const startAgain =
  'The run cannot continue without a sound one; put back what was changed, or start again with "calql train" in another folder.';

/** Whether a file is a checkpoint that a kill kept from being written, by its name in the folder of the checkpoints. */
export function isUnfinishedCheckpoint(name: string): boolean {
  if (!name.endsWith(partialEnding)) return false;
  const whole = name.slice(0, -partialEnding.length);
  return whole === bestCheckpoint || pattern.test(whole);
}

export interface FoundCheckpoint extends TensorFile {
  readonly path: string;
}

/** No checkpoint of a run is sound. */
export class NoSoundCheckpoint extends DataError {
  /** @param reason what is wrong with the newest, in a sentence */
  constructor(readonly reason: string) {
    super(`${reason} ${startAgain}`);
  }
}

export class CheckpointStore {
  private readonly folder: string;
  private next: number;
  /** Whether the names in the run folder are on the disk, those of the files that checkpoints refer to among them. */
  private rooted = false;

  /** @param runFolder the run's; the store's own folder is made with the first checkpoint */
  constructor(
    private readonly runFolder: string,
    private readonly disk: Disk = realDisk,
  ) {
    this.folder = join(runFolder, checkpointFolder);
    this.next = (this.numbers().at(-1) ?? 0) + 1;
  }

  /**
   * Writes a checkpoint and lets go of all but the last two.
   * @param best whether it is also to be kept as `best.safetensors`, in place of the one before
   * @returns its path
   * @throws RunFailure if it cannot be written; those that were there still are
   */
  write(content: TensorFile, best = false): string {
    const before = this.next > 1 ? "The last one before it is kept; free" : "Free";
    const path = join(this.folder, fileName(this.next));
    try {
      this.makeFolder();
      const bytes = encodeTensorFile(content);
      if (best) this.writeBest(path, bytes);
      else writeDurably(this.disk, path, bytes);
      this.next++;
      for (const number of numbersIn(this.disk.list(this.folder)).slice(0, -kept))
        this.disk.remove(join(this.folder, fileName(number)));
    } catch (error) {
      throw new RunFailure(
        `The checkpoint ${path} could not be written: ${fileReason(error)}. ${before} space or mend the disk, then continue with "calql resume".`,
        { cause: error },
      );
    }
    return path;
  }

  /**
   * First as the best, then under its number: a run that is killed between the two resumes from an earlier checkpoint,
   * evaluates again and writes both again. The other way round it would find itself evaluated, and the best lost.
   */
  private writeBest(path: string, bytes: Uint8Array): void {
    const best = join(this.folder, bestCheckpoint);
    writeDurably(this.disk, best, bytes);
    linkDurably(this.disk, best, path);
  }

  private makeFolder(): void {
    if (this.rooted) return;
    this.disk.makeFolder(this.folder);
    this.disk.syncFolder(this.runFolder);
    this.rooted = true;
  }

  /**
   * Renames what is newer than the checkpoint that a run resumes from, so that it is not counted as one of the kept: all
   * that are numbered, where that is the best one.
   */
  setAsideNewerThan(path: string): void {
    const [chosen] = numbersIn([basename(path)]);
    for (const number of this.numbers()) {
      const other = join(this.folder, fileName(number));
      if (number > (chosen ?? 0)) this.attempt("set aside", () => this.disk.rename(other, `${other}.damaged`));
    }
  }

  /**
   * Renames the best one if it is damaged, so that it is not taken for the best; the next better one takes its place.
   * @returns in two sentences what was wrong with it; undefined if it is sound, or there is none
   */
  setAsideDamagedBest(): string | undefined {
    try {
      this.best((checkpoint) => checkpoint);
      return undefined;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const path = join(this.folder, bestCheckpoint);
      this.attempt("set aside", () => this.disk.rename(path, `${path}.damaged`));
      return `${error.message} The best state until now is lost; the next one that is evaluated better is kept.`;
    }
  }

  /** Whether there is no numbered checkpoint, sound or not. */
  get empty(): boolean {
    return this.numbers().length === 0;
  }

  /**
   * The newest checkpoint that `accept` takes; it throws a DataError for one that is not sound.
   * @param onDamage called with a sentence for every newer one that had to be skipped
   * @throws NoSoundCheckpoint when there is none, with the reason for the newest
   */
  newest<Result>(accept: (found: FoundCheckpoint) => Result, onDamage: (sentence: string) => void): Result {
    const newestFirst = this.numbers().reverse();
    const problems: string[] = [];
    for (const number of newestFirst) {
      const path = join(this.folder, fileName(number));
      if (problems.length > 0) onDamage(`${problems.at(-1)} The one before it is taken.`);
      try {
        return accept(readCheckpoint(path));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        problems.push(error.message);
      }
    }
    const reason = problems[0] ?? `There is no checkpoint in ${this.folder}.`;
    throw new NoSoundCheckpoint(reason);
  }

  /** The best one, as `accept` takes it; undefined if there is none. @throws DataError if it is not sound */
  best<Result>(accept: (found: FoundCheckpoint) => Result): Result | undefined {
    return this.names().includes(bestCheckpoint)
      ? accept(readCheckpoint(join(this.folder, bestCheckpoint)))
      : undefined;
  }

  private numbers(): number[] {
    return numbersIn(this.names());
  }

  private names(): readonly string[] {
    return this.attempt("listed", () => this.disk.list(this.folder));
  }

  private attempt<Result>(done: string, action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw new RunFailure(
        `The checkpoints in ${this.folder} cannot be ${done}: ${fileReason(error)}. Mend the folder or its disk, then try again.`,
        { cause: error },
      );
    }
  }
}

/** @throws DataError if it is not sound */
function readCheckpoint(path: string): FoundCheckpoint {
  return { path, ...decodeTensorFile(bytesOf(path), path) };
}

function bytesOf(path: string): Uint8Array {
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

/**
 * The pen of a run: makes the run folder that record.ts describes and writes into it while the run goes on. Lines are
 * handed to the operating system whole and at once, so that a killed process leaves every recorded line and at most
 * one torn one; files that are written in one piece appear complete or not at all. Training never reads these files
 * back: reading is read.ts.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { DataError, fileReason, RunFailure, UsageError } from "../errors.js";
import { lockFile } from "./lock.js";
import { makeFolder } from "./make-folder.js";
import {
  type EvaluationLine,
  type MetricsLine,
  type NoticeLine,
  type RunConfig,
  type RunSummary,
  runFiles,
} from "./record.js";
import { writeWholeFile } from "./whole-file.js";

/** Bytes of the files of lines; 0 of one that is not there. */
export interface LinePositions {
  readonly metrics: number;
  readonly evaluations: number;
  readonly notices: number;
}

/** Writes one run folder. Every method is synchronous: when it returns, a kill of the process loses nothing of it. */
export class RunWriter {
  private readonly metrics: LineFile;
  private readonly evaluations: LineFile;
  private readonly noticesPath: string;
  private noticesBegan: boolean;

  private constructor(readonly folder: string) {
    this.noticesPath = join(folder, runFiles.notices);
    this.noticesBegan = existsSync(this.noticesPath);
    this.metrics = new LineFile(join(folder, runFiles.metrics));
    this.evaluations = new LineFile(join(folder, runFiles.evaluations));
  }

  /**
   * Makes the folder (parents too) and writes config.json.
   * @throws UsageError if the folder holds files already or cannot be made.
   */
  static create(folder: string, config: RunConfig): RunWriter {
    makeEmptyFolder(folder);
    writeWhole(join(folder, runFiles.config), json(config));
    return new RunWriter(folder);
  }

  /**
   * Whether the lines that a checkpoint knows are there.
   * @throws DataError if a file of lines is shorter than then, or has no end of a line where it ended then
   */
  static check(folder: string, lines: LinePositions): void {
    refuseMissingLines(join(folder, runFiles.metrics), lines.metrics);
    refuseMissingLines(join(folder, runFiles.evaluations), lines.evaluations);
    refuseMissingLines(join(folder, runFiles.notices), lines.notices);
  }

  /**
   * Opens a run folder again where a checkpoint left it, which `check` has found possible; lines after that are cut off,
   * because the run writes them again, and how an earlier process ended no longer counts.
   * @throws RunFailure if the files cannot be written
   */
  static reopen(folder: string, lines: LinePositions): RunWriter {
    const writer = new RunWriter(folder);
    try {
      writer.metrics.cutAt(lines.metrics);
      writer.evaluations.cutAt(lines.evaluations);
      writer.withNotices((file) => file.cutAt(lines.notices));
      rmSync(join(folder, runFiles.summary), { force: true });
    } catch (error) {
      writer.close();
      throw error;
    }
    return writer;
  }

  /** How far the lines reach, once they are on the disk. */
  position(): LinePositions {
    const notices = this.withNotices((file) => file.position()) ?? 0;
    return { metrics: this.metrics.position(), evaluations: this.evaluations.position(), notices };
  }

  appendMetrics(line: MetricsLine): void {
    this.metrics.append(JSON.stringify(line));
  }

  appendEvaluation(line: EvaluationLine): void {
    this.evaluations.append(JSON.stringify(line));
  }

  /** The file is there once there is something to notice. */
  appendNotice(line: NoticeLine): void {
    this.noticesBegan = true;
    this.withNotices((file) => file.append(JSON.stringify(line)));
  }

  private withNotices<T>(use: (file: LineFile) => T): T | undefined {
    if (!this.noticesBegan) return undefined;
    const file = new LineFile(this.noticesPath);
    try {
      return use(file);
    } finally {
      file.close();
    }
  }

  /** May be written again while the run goes on: the last one counts. */
  writeSummary(summary: RunSummary): void {
    writeWhole(join(this.folder, runFiles.summary), json(summary));
  }

  /** @param model the bytes of an ONNX model. */
  writePolicy(model: Uint8Array): void {
    writeWhole(join(this.folder, runFiles.policy), model);
  }

  /** Puts the lines on the disk and lets go of the files. Whole files can still be written, lines cannot. */
  close(): void {
    this.metrics.close();
    this.evaluations.close();
  }
}

/** A file of lines that only grows by whole ones. */
class LineFile {
  private readonly descriptor: number;
  private open = true;
  /** Bytes that are known to be on the disk. */
  private synced = -1;

  constructor(private readonly path: string) {
    this.descriptor = attempt(path, () => openSync(path, "a"));
  }

  append(line: string): void {
    if (!this.open) throw new Error(`A line was appended to ${this.path} after the run writer had been closed.`);
    const length = fstatSync(this.descriptor).size;
    try {
      appendFileSync(this.descriptor, `${line}\n`);
    } catch (error) {
      // A half-written line would swallow the next one; without it the file stays readable to the last whole line.
      ftruncateSync(this.descriptor, length);
      throw writeFailure(this.path, error);
    }
  }

  /** @returns the bytes that are on the disk now. */
  position(): number {
    const { size } = fstatSync(this.descriptor);
    if (this.synced !== size) attempt(this.path, () => fsyncSync(this.descriptor));
    this.synced = size;
    return size;
  }

  cutAt(bytes: number): void {
    attempt(this.path, () => ftruncateSync(this.descriptor, bytes));
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    attempt(this.path, () => fsyncSync(this.descriptor));
    closeSync(this.descriptor);
  }
}

function refuseMissingLines(path: string, bytes: number): void {
  if (bytes === 0) return;
  let text: Buffer;
  try {
    text = readFileSync(path);
  } catch (error) {
    throw new DataError(`${path} cannot be read: ${fileReason(error)}.`);
  }
  if (text.length < bytes)
    throw new DataError(`${path} has ${text.length} bytes where the checkpoint knows ${bytes}: lines are missing.`);
  if (text[bytes - 1] !== NEWLINE)
    throw new DataError(
      `${path} has no end of a line after ${bytes} bytes, as the checkpoint knows it: it was changed.`,
    );
}

const NEWLINE = "\n".charCodeAt(0);

/** Makes the folder of a run, in which there is nothing yet. @throws UsageError if it cannot be made or is used */
export function makeEmptyFolder(folder: string): void {
  refuseUsedFolder(folder);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UsageError(`The run folder ${folder} cannot be made: ${fileReason(error)}. Name another folder.`);
  }
}

/** What a kill in the first moment of a run leaves. */
const unfinishedConfig = new RegExp(`^${runFiles.config}\\.\\d+\\.partial$`);

/** Whether a run could go into a folder, asked before any work and without making it. @throws UsageError if not */
export function refuseUsedFolder(folder: string): void {
  let present: string[];
  try {
    present = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    const reason = (error as NodeJS.ErrnoException).code === "ENOTDIR" ? "it is a file" : fileReason(error);
    throw new UsageError(`The run folder ${folder} cannot be made: ${reason}. Name another folder.`);
  }
  present = present.filter((name) => !name.startsWith(lockFile) && !unfinishedConfig.test(name));
  if (present.length === 0) return;
  const shown = present.sort().slice(0, 3).join(", ") + (present.length > 3 ? ", ..." : "");
  throw new UsageError(
    `The run folder ${folder} already holds files (${shown}), and a run overwrites nothing. Name another folder, or move this one away.`,
  );
}

function writeWhole(path: string, content: string | Uint8Array): void {
  attempt(path, () => writeWholeFile(path, content));
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function writeFailure(path: string, error: unknown): RunFailure {
  return new RunFailure(
    `Could not write ${path}: ${fileReason(error)}. What was recorded before is kept; free space or check the permissions, then run again.`,
  );
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * The pen of a run: makes the run folder that record.ts describes and writes into it while the run goes on. Lines are
 * handed to the operating system whole and at once, so that a killed process leaves every recorded line and at most
 * one torn one; files that are written in one piece appear complete or not at all. Training never reads these files
 * back: reading is read.ts.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError, fileReason, UsageError } from "../errors.js";
import { type Disk, realDisk } from "./disk.js";
import { attempt, LineFile } from "./line-file.js";
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
  private notices: LineFile | undefined;

  private constructor(
    readonly folder: string,
    private readonly disk: Disk,
  ) {
    this.metrics = new LineFile(join(folder, runFiles.metrics), disk);
    this.evaluations = new LineFile(join(folder, runFiles.evaluations), disk);
    const notices = join(folder, runFiles.notices);
    if (existsSync(notices)) this.notices = new LineFile(notices, disk);
  }

  /**
   * Makes the folder (parents too) and writes config.json.
   * @throws UsageError if the folder holds files already or cannot be made.
   */
  static create(folder: string, config: RunConfig, disk: Disk = realDisk): RunWriter {
    makeEmptyFolder(folder);
    writeWhole(join(folder, runFiles.config), json(config));
    return new RunWriter(folder, disk);
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
  static reopen(folder: string, lines: LinePositions, disk: Disk = realDisk): RunWriter {
    const writer = new RunWriter(folder, disk);
    try {
      writer.metrics.cutAt(lines.metrics);
      writer.evaluations.cutAt(lines.evaluations);
      writer.notices?.cutAt(lines.notices);
      const summary = join(folder, runFiles.summary);
      attempt(summary, () => disk.remove(summary));
    } catch (error) {
      writer.close();
      throw error;
    }
    return writer;
  }

  /** How far the lines reach, once they are on the disk. */
  position(): LinePositions {
    const notices = this.notices?.position() ?? 0;
    return { metrics: this.metrics.position(), evaluations: this.evaluations.position(), notices };
  }

  appendMetrics(line: MetricsLine): void {
    this.metrics.append(JSON.stringify(line));
  }

  appendEvaluation(line: EvaluationLine): void {
    this.evaluations.append(JSON.stringify(line));
  }

  /** The file is there once there is something to notice, and its name on the disk before a checkpoint counts its lines. */
  appendNotice(line: NoticeLine): void {
    this.notices ??= this.beginNotices();
    this.notices.append(JSON.stringify(line));
  }

  private beginNotices(): LineFile {
    const path = join(this.folder, runFiles.notices);
    const file = new LineFile(path, this.disk);
    try {
      attempt(path, () => this.disk.syncFolder(this.folder));
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
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
    try {
      this.metrics.close();
    } finally {
      try {
        this.evaluations.close();
      } finally {
        this.notices?.close();
      }
    }
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

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

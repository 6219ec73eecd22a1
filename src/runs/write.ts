/**
 * The writer of a run: creates the run folder that record.ts describes and writes to it during the run. Lines are
 * handed to the operating system whole and at once, so that a killed process leaves every recorded line and at most
 * one torn one; files that are written in one piece appear complete or not at all. Training never reads these files
 * back: reading is read.ts.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileReason, UsageError } from "../errors.js";
import { type Disk, realDisk } from "../files/disk.js";
import { unfinishedFile, writeWholeFile } from "../files/whole-file.js";
import type { EvaluationLine, MetricsLine, NoticeLine, RunSummary } from "../training/record.js";
import { beginning } from "./file-position.js";
import { attempt, GrowingFile } from "./growing-file.js";
import { type LinePositions, noLines } from "./line-positions.js";
import { lockFile } from "./lock.js";
import { readRunConfig, readRunSummary } from "./read.js";
import { type RunConfig, runFiles } from "./record.js";

/** Writes one run folder. Every method is synchronous: when it returns, a kill of the process loses nothing of it. */
export class RunWriter {
  private constructor(
    readonly folder: string,
    private readonly disk: Disk,
    private readonly metrics: GrowingFile,
    private readonly evaluations: GrowingFile,
    private notices: GrowingFile | undefined,
  ) {}

  /**
   * Makes the folder (parents too) and writes config.json.
   * @throws UsageError if the folder holds files already or cannot be made.
   */
  static create(folder: string, config: RunConfig, disk: Disk = realDisk): RunWriter {
    makeEmptyFolder(folder, disk);
    writeWhole(join(folder, runFiles.config), json(config), disk);
    return RunWriter.open(folder, noLines, disk);
  }

  /**
   * Opens a run folder again where a checkpoint left it, which `checkLines` has found possible; lines after that are cut off,
   * because the run writes them again, and how an earlier process ended no longer counts.
   * @throws RunFailure if the files cannot be written
   */
  static reopen(folder: string, lines: LinePositions, disk: Disk = realDisk): RunWriter {
    const writer = RunWriter.open(folder, lines, disk);
    try {
      const summary = join(folder, runFiles.summary);
      attempt(summary, () => disk.remove(summary));
    } catch (error) {
      for (const file of writer.files()) file.abandon();
      throw error;
    }
    return writer;
  }

  private static open(folder: string, lines: LinePositions, disk: Disk): RunWriter {
    const opened: GrowingFile[] = [];
    const open = (name: keyof LinePositions) => {
      const file = GrowingFile.open(join(folder, runFiles[name]), disk, lines[name]);
      opened.push(file);
      return file;
    };
    try {
      const notices = existsSync(join(folder, runFiles.notices)) ? open("notices") : undefined;
      return new RunWriter(folder, disk, open("metrics"), open("evaluations"), notices);
    } catch (error) {
      for (const file of opened) file.abandon();
      throw error;
    }
  }

  /** How far the lines reach, once they are on the disk. */
  position(): LinePositions {
    const notices = this.notices?.position() ?? beginning;
    return { metrics: this.metrics.position(), evaluations: this.evaluations.position(), notices };
  }

  appendMetrics(line: MetricsLine): void {
    this.metrics.append(asLine(line));
  }

  appendEvaluation(line: EvaluationLine): void {
    this.evaluations.append(asLine(line));
  }

  /** The file is there once there is something to notice, and its name on the disk before a checkpoint counts its lines. */
  appendNotice(line: NoticeLine): void {
    this.notices ??= this.beginNotices();
    this.notices.append(asLine(line));
  }

  private beginNotices(): GrowingFile {
    const path = join(this.folder, runFiles.notices);
    const file = GrowingFile.open(path, this.disk);
    try {
      attempt(path, () => this.disk.syncFolder(this.folder));
    } catch (error) {
      file.abandon();
      throw error;
    }
    return file;
  }

  /** May be written again during the run: the last one counts. */
  writeSummary(summary: RunSummary): void {
    writeWhole(join(this.folder, runFiles.summary), json(summary), this.disk);
  }

  /** @param model the bytes of an ONNX model. */
  writePolicy(model: Uint8Array): void {
    writeWhole(join(this.folder, runFiles.policy), model, this.disk);
  }

  /** Puts the lines on the disk and lets go of the files. Whole files can still be written, lines cannot. */
  close(): void {
    const files = this.files();
    try {
      for (const file of files) file.close();
    } finally {
      for (const file of files) file.abandon();
    }
  }

  private files(): GrowingFile[] {
    return [this.metrics, this.evaluations, ...(this.notices ? [this.notices] : [])];
  }
}

/** Makes the folder of a run, in which there is nothing yet. @throws UsageError if it cannot be made or is used */
export function makeEmptyFolder(folder: string, disk: Disk = realDisk): void {
  refuseUsedFolder(folder);
  try {
    disk.makeFolder(folder);
  } catch (error) {
    throw new UsageError(`The run folder ${folder} cannot be made: ${fileReason(error)}. Name another folder.`);
  }
}

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
  // An unfinished config.json is what a kill in the first moment of a run leaves.
  present = present.filter((name) => !name.startsWith(lockFile) && unfinishedFile(name) !== runFiles.config);
  if (present.length === 0) return;
  const shown = present.sort().slice(0, 3).join(", ") + (present.length > 3 ? ", ..." : "");
  const nextStep = holdsUnfinishedRun(folder)
    ? `It holds a run that has not come to its end: continue with it by "calql resume ${folder}", or name another folder.`
    : "Name another folder, or move this one away.";
  throw new UsageError(
    `The run folder ${folder} already holds files (${shown}), and a run overwrites nothing. ${nextStep}`,
  );
}

/** Whether a run in a folder was killed, interrupted or failed; another program's config.json is no run. */
function holdsUnfinishedRun(folder: string): boolean {
  try {
    readRunConfig(folder);
    return readRunSummary(folder)?.status !== "completed";
  } catch {
    return false;
  }
}

function writeWhole(path: string, content: string | Uint8Array, disk: Disk): void {
  attempt(path, () => writeWholeFile(path, content, disk));
}

function asLine(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

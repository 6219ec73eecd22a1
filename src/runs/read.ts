/**
 * The reader of run folders: turns the files that record.ts describes back into typed values, for the report and for
 * comparing runs. It tolerates what a kill leaves behind (a torn last line, no summary) and nothing else: any other
 * damage is named with its file and line.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { DataError, UsageError } from "../errors.js";
import { requirement } from "../requirement.js";
import {
  type EvaluationLine,
  evaluationLineSchema,
  type MetricsLine,
  metricsLineSchema,
  type NoticeLine,
  noticeLineSchema,
  type RunSummary,
  runSummarySchema,
} from "../training/record.js";
import { type RunConfig, runConfigSchema, runFiles } from "./record.js";

/** Everything a run folder says about its run, in the order it was recorded. */
export interface Run {
  readonly folder: string;
  readonly config: RunConfig;
  readonly metrics: readonly MetricsLine[];
  readonly evaluations: readonly EvaluationLine[];
  readonly notices: readonly NoticeLine[];
  /** Absent during the run, and when it was killed. */
  readonly summary?: RunSummary;
}

/**
 * Reads a run folder.
 * @throws UsageError if the folder is missing or no run folder; DataError if one of its files is damaged.
 */
export function readRun(folder: string): Run {
  const { config, evaluations, notices } = readSteering(folder);
  const summary = readRunSummary(folder);
  const metrics = readLines(join(folder, runFiles.metrics), metricsLineSchema);
  return { folder, config, metrics, evaluations, notices, ...(summary && { summary }) };
}

/** What decides how a run is resumed, besides its checkpoint. @throws as `readRun` */
export function readSteering(folder: string): Pick<Run, "config" | "evaluations" | "notices"> {
  return {
    config: readRunConfig(folder),
    evaluations: readLines(join(folder, runFiles.evaluations), evaluationLineSchema),
    notices: readLines(join(folder, runFiles.notices), noticeLineSchema),
  };
}

/** What was run, whatever else is in the folder. @throws as `readRun` */
export function readRunConfig(folder: string): RunConfig {
  requireRunFolder(folder);
  return readObject(join(folder, runFiles.config), runConfigSchema);
}

/** How a run ended; undefined during the run, and when it was killed. @throws DataError if the file is damaged */
export function readRunSummary(folder: string): RunSummary | undefined {
  const path = join(folder, runFiles.summary);
  return existsSync(path) ? readObject(path, runSummarySchema, summaryAgain) : undefined;
}

function requireRunFolder(folder: string): void {
  const entry = statSync(folder, { throwIfNoEntry: false });
  if (entry === undefined) throw new UsageError(`There is no run folder ${folder || '""'}. Check the path.`);
  if (!entry.isDirectory()) {
    throw new UsageError(`${folder} is a file, not a run folder. Name the folder that holds ${runFiles.config}.`);
  }
  if (!existsSync(join(folder, runFiles.config))) {
    throw new UsageError(
      `${folder} is not a run folder: it holds no ${runFiles.config}. Name a folder that a run has written.`,
    );
  }
}

/** What is to be done about a damaged file. */
const restoreIt = "Restore the file as the run wrote it.";
/** Without it a run counts as one that was killed, and loses nothing by that. */
const summaryAgain = 'Remove the file; "calql resume" or "calql compare" writes it again.';

function readObject<Value>(path: string, schema: z.ZodType<Value>, nextStep = restoreIt): Value {
  const value = parseJson(readFileSync(path, "utf8"));
  if (value === notJson) throw new DataError(`${path} is not valid JSON. ${nextStep}`);
  return validate(value, schema, path, nextStep);
}

/** A missing file holds no lines: a run that never evaluated needs no file for it. */
function readLines<Value>(path: string, schema: z.ZodType<Value>): Value[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  const values: Value[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    const value = parseJson(line);
    const place = `${path}, line ${index + 1}`;
    if (value !== notJson) values.push(validate(value, schema, place));
    // Only the last piece, after the last newline, can be a line that a kill has torn.
    else if (index < lines.length - 1)
      throw new DataError(`${place}: this is not valid JSON. Repair the line, or remove it once the run is complete.`);
  });
  return values;
}

const notJson = Symbol("not JSON");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}

function validate<Value>(value: unknown, schema: z.ZodType<Value>, place: string, nextStep = restoreIt): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const where = issue.path.length > 0 ? `at "${issue.path.join(".")}", ` : "";
  const demand = requirement({ ...issue, path: [] }, undefined);
  throw new DataError(`${place}: ${where}${demand}. ${nextStep}`);
}

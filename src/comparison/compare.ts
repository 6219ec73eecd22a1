/**
 * A comparison from beginning to end: plan the runs, see what is there, make the data, carry out what is missing in
 * parallel, and draw the report over all of it. A complete run is never repeated; one that was killed, interrupted or
 * failed is reported and resumes from its newest valid checkpoint at the next call. Only if none is valid does it
 * start over, and what it left is moved aside.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DataError, fileReason, reasonIn, UsageError } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import type { ReportOptions } from "../report/page.js";
import { renderReport } from "../report/render.js";
import { writePage } from "../report/write-report.js";
import { whyNotResumable } from "../runs/find-checkpoint.js";
import { lockFolder } from "../runs/lock.js";
import { type Run, readRun } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import type { Comparison } from "./comparison.js";
import { checkData, makeData } from "./data.js";
import { type FolderState, folderState, hasRun, setAside } from "./folder-state.js";
import { type PlannedRun, planRuns } from "./plan.js";
import { type PoolEvents, runAll } from "./pool.js";
import { processWorkers, type RunEnding, type StartWorker } from "./run-worker.js";

export interface CompareEvents extends PoolEvents {
  /** Before anything is run: every run with what its folder holds. */
  readonly planned: (runs: readonly PlannedRun[], states: ReadonlyMap<PlannedRun, FolderState>) => void;
  /** A run that was killed, interrupted or failed is resumed; the reason says which: "was interrupted". */
  readonly resumed: (run: PlannedRun, reason: string) => void;
  /** The folder of a run that cannot be gone on with was moved, and the run begins again; the reason says why. */
  readonly setAside: (run: PlannedRun, reason: string, folder: string) => void;
  /** A task's data were made; a file that was there is used without a word. */
  readonly collected: (task: string, file: string) => void;
}

/** Where a comparison is carried out, how many runs at a time, and its listeners; all optional. */
export interface CompareOptions {
  /** Where the runs and the report go; default runs/compare. */
  readonly folder?: string;
  /** The report's file in there; default report.html. A name of its own for each comparison lets several share runs. */
  readonly report?: string;
  /** Runs at a time; default one for every core (or for as many cores as a run has threads). */
  readonly jobs?: number;
  /** Ends the comparison early, with everything written. */
  readonly signal?: AbortSignal;
  /** How a run is carried out; by default in a process of its own. */
  readonly startWorker?: StartWorker;
  readonly events?: Partial<CompareEvents>;
}

/** A run of the comparison and how it stands in the end. */
export interface ComparedRun extends Pick<PlannedRun, "name" | "label" | "task" | "seed" | "folder"> {
  readonly status: RunEnding["status"] | "not run";
  readonly reason?: string;
  /** What its folder holds, if anything. */
  readonly run?: Run;
}

/** What a comparison left behind. */
export interface CompareResult {
  readonly runs: readonly ComparedRun[];
  /** The page over all runs; absent if none has left anything. */
  readonly report?: string;
}

export const defaultCompareFolder = join("runs", "compare");

/**
 * Carries a comparison out.
 * @throws UsageError for a comparison that does not fit, or a folder with other runs, before anything is written
 */
export async function compare(comparison: Comparison, options: CompareOptions = {}): Promise<CompareResult> {
  const { folder = defaultCompareFolder, signal, events = {}, startWorker = processWorkers() } = options;
  const planned = await planRuns(comparison, folder);
  const jobs = jobsOf(options.jobs, planned);
  const states = new Map(planned.map((run) => [run, folderState(run)]));
  const due = planned.filter((run) => states.get(run)!.kind !== "complete");
  await checkData(due, comparison.collection);
  makeComparisonFolder(folder);
  const unlock = lockFolder(folder, "comparison");
  try {
    events.planned?.(planned, states);
    for (const run of due) prepare(run, states.get(run)!, events);
    await makeData(due, comparison.collection, events.collected);
    const cores = coresEach(Math.min(jobs, due.length));
    const sharing: StartWorker = (task, listening) => startWorker({ ...task, cores }, listening);
    const endings = await runAll(due, { jobs, startWorker: sharing, signal, events });
    const runs = planned.map((run) => comparedRun(run, states.get(run)!, endings.get(run)));
    return { runs, ...(await drawReport(runs, join(folder, options.report ?? runFiles.report), comparison)) };
  } finally {
    unlock();
  }
}

/** Runs at a time share the cores, for their evaluations too. */
function coresEach(runsAtATime: number): number {
  return Math.max(1, Math.floor(availableParallelism() / Math.max(1, runsAtATime)));
}

/** Together the runs at a time have about as many threads as there are cores. */
function jobsOf(asked: number | undefined, runs: readonly PlannedRun[]): number {
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 1))
    throw new UsageError(`The number of jobs is ${asked}; it must be a whole number, at least 1.`);
  const threads = Math.max(...runs.map(({ resolved }) => Number(resolved.threads)));
  return asked ?? Math.max(1, Math.floor(availableParallelism() / threads));
}

/**
 * A run that ended is resumed, or its folder is moved aside where it cannot be. Called under the comparison's lock, so
 * that no other process writes the checkpoints that are read here; they may be large, and are read once before the work
 * begins.
 */
function prepare(run: PlannedRun, state: FolderState, events: Partial<CompareEvents>): void {
  if (state.kind !== "ended") return;
  const obstacle = whyNotResumable(run.folder);
  if (obstacle === undefined) {
    events.resumed?.(run, state.reason);
    return;
  }
  // Outside the event's call, so that it also happens without listeners.
  const folder = setAside(run.folder);
  const reason = `${state.reason} and cannot be gone on with: ${reasonIn(obstacle)}`;
  events.setAside?.(run, reason, folder);
}

function comparedRun(planned: PlannedRun, state: FolderState, ending: RunEnding | undefined): ComparedRun {
  const { name, label, task, seed, folder } = planned;
  const how = ending ?? { status: state.kind === "complete" ? ("completed" as const) : ("not run" as const) };
  const run = recordedIn(folder, how.status);
  return { name, label, task, seed, folder, ...how, ...(run && { run }) };
}

function recordedIn(folder: string, status: ComparedRun["status"]): Run | undefined {
  if (!hasRun(folder)) return undefined;
  try {
    return readRun(folder);
  } catch (error) {
    // Lines that a failing disk has torn are cut off when the run is resumed; the others have their report all the same.
    if (error instanceof DataError && status !== "completed") return undefined;
    throw error;
  }
}

/** Draws the page of the runs that have left something; nothing where none has. */
export async function drawReport(
  runs: readonly ComparedRun[],
  path: string,
  { title, overTasks = true }: Pick<ReportOptions, "title" | "overTasks">,
): Promise<{ report?: string }> {
  const present = runs.flatMap(({ run }) => run ?? []);
  if (present.length === 0) return {};
  const unrecorded = runs.filter(({ run }) => run?.summary === undefined);
  writePage(await renderReport(present, { unrecorded, overTasks, ...(title !== undefined && { title }) }), path);
  return { report: path };
}

function makeComparisonFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UsageError(`The folder ${folder} cannot be made: ${fileReason(error)}. Name another with --out.`);
  }
}

/**
 * What a run folder of a comparison holds before it begins: nothing, the complete run that is wanted, or an incomplete
 * one that resumes, whether it was killed, interrupted or failed. A folder that holds anything else is refused, and a
 * run that cannot be resumed is moved aside, so that nothing recorded is lost.
 */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileReason, RunFailure, reasonIn, UsageError } from "../errors.js";
import { shown } from "../requirement.js";
import { lockFile, lockFolder } from "../runs/lock.js";
import { readRun, readRunConfig, readRunSummary } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import { refuseUsedFolder } from "../runs/write.js";
import { differingSetting, type RecordedSettings } from "../settings/same-settings.js";
import type { RunSummary } from "../training/record.js";
import type { PlannedRun } from "./plan.js";

export type FolderState =
  | { readonly kind: "missing" }
  | { readonly kind: "complete" }
  /** Not complete; how it ended in words: "was interrupted". */
  | { readonly kind: "ended"; readonly reason: string };

/**
 * Of a run that ended only its settings and its ending are read: what a failing disk left of its lines is cut off when it
 * goes on. A complete one is read whole, so that damage is reported now and not when the report is due.
 * @throws UsageError if the folder holds another run, or files that are no run; DataError if what is read is damaged
 */
export function folderState(planned: PlannedRun): FolderState {
  const { folder } = planned;
  if (!existsSync(join(folder, runFiles.config))) {
    refuseUsedFolder(folder);
    return { kind: "missing" };
  }
  refuseOtherSettings(planned, readRunConfig(folder).settings);
  const state = stateOf(readRunSummary(folder));
  if (state.kind === "complete") readRun(folder);
  return state;
}

/**
 * Moves the folder of a run that cannot be gone on with and returns its new name.
 * @throws UsageError if a process is at work in it; RunFailure if it cannot be moved
 */
export function setAside(folder: string): string {
  let n = 1;
  while (existsSync(`${folder}.damaged-${n}`)) n++;
  const aside = `${folder}.damaged-${n}`;
  const unlock = lockFolder(folder, "run");
  try {
    renameSync(folder, aside);
    // The lock went with the folder.
    rmSync(join(aside, lockFile), { force: true });
  } catch (error) {
    throw new RunFailure(
      `The damaged run ${folder} could not be moved aside: ${fileReason(error)}. Move the folder away, then compare again.`,
    );
  } finally {
    unlock();
  }
  return aside;
}

/** Whether a run has left anything in a folder. */
export function hasRun(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).includes(runFiles.config);
}

function stateOf(summary: RunSummary | undefined): FolderState {
  if (summary === undefined) return { kind: "ended", reason: "was killed" };
  if (summary.status === "completed") return { kind: "complete" };
  if (summary.status === "interrupted") return { kind: "ended", reason: "was interrupted" };
  const why = summary.reason === undefined ? "" : ` (${reasonIn(summary.reason)})`;
  return { kind: "ended", reason: `failed${why}` };
}

function refuseOtherSettings({ folder, resolved }: PlannedRun, recorded: RecordedSettings): void {
  const other = differingSetting(withWholePath(recorded), withWholePath(resolved));
  if (other === undefined) return;
  throw new UsageError(
    `The folder ${folder} holds a run with other settings: its ${other.name} is ${shown(other.was)}, now it is ${shown(other.is)}. ` +
      "Name another folder with --out, or compare with the settings of that run.",
  );
}

/** A file is the same by any path to it. */
function withWholePath(settings: RecordedSettings): RecordedSettings {
  const { dataset } = settings;
  return typeof dataset === "string" ? { ...settings, dataset: resolve(dataset) } : settings;
}

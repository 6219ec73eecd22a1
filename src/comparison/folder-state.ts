/**
 * What a run folder of a comparison holds before it begins: nothing, the complete run that is wanted, one that was ended
 * and goes on, or one that failed and must be run again. A folder that holds anything else is refused, and a failed run
 * is moved aside, so that nothing recorded is lost.
 */
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileReason, RunFailure, UsageError } from "../errors.js";
import { shown } from "../requirement.js";
import { type Run, readRun } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import { refuseUsedFolder } from "../runs/write.js";
import { differingSetting } from "../training/same-settings.js";
import type { PlannedRun } from "./plan.js";

export type FolderState =
  | { readonly kind: "missing" }
  | { readonly kind: "complete" }
  /** Ended from outside; the reason in words: "was interrupted". */
  | { readonly kind: "ended"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

/** @throws UsageError if the folder holds another run, or files that are no run */
export function folderState(planned: PlannedRun): FolderState {
  const { folder } = planned;
  if (!existsSync(join(folder, runFiles.config))) {
    refuseUsedFolder(folder);
    return { kind: "missing" };
  }
  const run = readRun(folder);
  refuseOtherSettings(planned, run.config.settings);
  return stateOf(run);
}

/** Moves a failed run's folder aside and returns its new name. */
export function setAside(folder: string): string {
  let n = 1;
  while (existsSync(`${folder}.failed-${n}`)) n++;
  const aside = `${folder}.failed-${n}`;
  try {
    renameSync(folder, aside);
  } catch (error) {
    throw new RunFailure(`The failed run ${folder} could not be moved aside: ${fileReason(error)}.`);
  }
  return aside;
}

/** Whether a run has left anything in a folder. */
export function hasRun(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).includes(runFiles.config);
}

function stateOf({ summary }: Run): FolderState {
  if (summary === undefined) return { kind: "ended", reason: "was killed" };
  if (summary.status === "completed") return { kind: "complete" };
  if (summary.status === "interrupted") return { kind: "ended", reason: "was interrupted" };
  const why = summary.reason === undefined ? "" : ` (${summary.reason.replace(/\.$/, "")})`;
  return { kind: "failed", reason: `failed${why}` };
}

function refuseOtherSettings({ folder, resolved }: PlannedRun, recorded: Readonly<Record<string, unknown>>): void {
  const other = differingSetting(recorded, resolved);
  if (other === undefined) return;
  throw new UsageError(
    `The folder ${folder} holds a run with other settings: its ${other.name} is ${shown(other.was)}, now it is ${shown(other.is)}. ` +
      "Name another folder with --out, or compare with the settings of that run.",
  );
}

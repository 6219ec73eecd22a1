/**
 * What a run folder of a comparison holds before it begins: nothing, the complete run that is wanted, or an unfinished
 * one that must be run again. A folder that holds anything else is refused, and an unfinished run is moved aside, so
 * that nothing recorded is lost.
 */
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileReason, RunFailure, UsageError } from "../errors.js";
import { shown } from "../requirement.js";
import { type Run, readRun } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import { refuseUsedFolder } from "../runs/write.js";
import type { PlannedRun } from "./plan.js";

export type FolderState =
  | { readonly kind: "missing" }
  | { readonly kind: "complete" }
  /** @see unfinishedReason for the words: "was interrupted" */
  | { readonly kind: "unfinished"; readonly reason: string };

/** @throws UsageError if the folder holds another run, or files that are no run */
export function folderState(planned: PlannedRun): FolderState {
  const { folder } = planned;
  if (!existsSync(join(folder, runFiles.config))) {
    refuseUsedFolder(folder);
    return { kind: "missing" };
  }
  const run = readRun(folder);
  refuseOtherSettings(planned, run.config.settings);
  if (run.summary?.status === "completed") return { kind: "complete" };
  return { kind: "unfinished", reason: unfinishedReason(run) };
}

/** Moves an unfinished run's folder aside and returns its new name. */
export function setAside(folder: string): string {
  let n = 1;
  while (existsSync(`${folder}.unfinished-${n}`)) n++;
  const aside = `${folder}.unfinished-${n}`;
  try {
    renameSync(folder, aside);
  } catch (error) {
    throw new RunFailure(`The unfinished run ${folder} could not be moved aside: ${fileReason(error)}.`);
  }
  return aside;
}

/** Whether a run has left anything in a folder. */
export function hasRun(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).includes(runFiles.config);
}

function unfinishedReason({ summary }: Run): string {
  if (summary === undefined) return "was killed";
  if (summary.status === "interrupted") return "was interrupted";
  return summary.reason === undefined ? "failed" : `failed (${summary.reason.replace(/\.$/, "")})`;
}

function refuseOtherSettings({ folder, resolved }: PlannedRun, recorded: Readonly<Record<string, unknown>>): void {
  const names = [...new Set([...Object.keys(resolved), ...Object.keys(recorded)])];
  const name = names.find((key) => !same(key, resolved[key], recorded[key]));
  if (name === undefined) return;
  const [was, is] = [shown(recorded[name] ?? null), shown(resolved[name] ?? null)];
  throw new UsageError(
    `The folder ${folder} holds a run with other settings: its ${name} is ${was}, now it is ${is}. ` +
      "Name another folder with --out, or compare with the settings of that run.",
  );
}

/** As JSON would keep them; a setting that did not exist yet is none, and a file is the same by any path to it. */
function same(name: string, one: unknown, other: unknown): boolean {
  if (name === "dataset" && typeof one === "string" && typeof other === "string")
    return resolve(one) === resolve(other);
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

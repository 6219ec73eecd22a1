/**
 * What belongs in a run folder: whether one holds a run and nothing else, so that it may be replaced by another one,
 * and which of its files are the run's own record, so that nothing is written over them.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { episodeLogFile } from "./checkpoints/episode-log.js";
import { checkpointFolder } from "./checkpoints/store.js";
import { isCrashBundle } from "./crash-bundle.js";
import { lockFile } from "./lock.js";
import { runFiles } from "./record.js";

/** What `calql export` makes of a run's checkpoints unless told another place. */
export const exportedPolicies = { last: "policy-last.onnx", best: "policy-best.onnx" } as const;

const recorded: ReadonlySet<string> = new Set([...Object.values(runFiles), checkpointFolder, episodeLogFile]);
const made: ReadonlySet<string> = new Set(Object.values(exportedPolicies));

export function holdsOnlyARun(folder: string): boolean {
  if (!existsSync(join(folder, runFiles.config))) return false;
  return readdirSync(folder).every((name) => made.has(name) || isRecorded(name));
}

/** Whether a path is that of something that a run records in its folder, or lies in it. */
export function isOfTheRecord(folder: string, path: string): boolean {
  return isRecorded(relative(folder, path).split(sep)[0]!);
}

/** Whether a run makes a file of this name; its lock is one, and whatever is on the way to being the lock. */
function isRecorded(name: string): boolean {
  return recorded.has(name) || isCrashBundle(name) || name.startsWith(lockFile);
}

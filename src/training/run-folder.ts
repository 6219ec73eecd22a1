/**
 * Whether a folder holds a run and nothing else, so that it may be replaced by another one.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { episodeLogFile } from "../checkpoints/episode-log.js";
import { checkpointFolder } from "../checkpoints/store.js";
import { runFiles } from "../runs/record.js";
import { isCrashBundle } from "./crash-bundle.js";

const names: ReadonlySet<string> = new Set([...Object.values(runFiles), checkpointFolder, episodeLogFile]);

export function holdsOnlyARun(folder: string): boolean {
  if (!existsSync(join(folder, runFiles.config))) return false;
  return readdirSync(folder).every((name) => names.has(name) || isCrashBundle(name));
}

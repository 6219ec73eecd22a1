/**
 * What killed processes leave in a folder: partially written files under temporary names. They do no harm, but nothing
 * else would ever remove them. Only files that the holder of the folder's lock would write are removed, so that none is
 * in use.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { unfinishedFile } from "../files/whole-file.js";
import { discard, isAbandonedLock } from "./lock.js";
import { runFiles } from "./record.js";

/** The report is not among them: it is drawn without the lock. */
const underLock: readonly (string | undefined)[] = [runFiles.config, runFiles.summary, runFiles.policy];

/** Whether a name in a run folder is that of a leftover. */
export function isRunLeftover(name: string): boolean {
  return underLock.includes(unfinishedFile(name)) || isAbandonedLock(name);
}

/** Removes what is a leftover by its name, called by the holder of the lock. What cannot be removed stays. */
export function removeLeftovers(folder: string, isLeftover: (name: string) => boolean): void {
  try {
    for (const name of readdirSync(folder)) if (isLeftover(name)) discard(join(folder, name));
  } catch {
    // The next reader of the folder says why it cannot be read.
  }
}

/**
 * One comparison at a time in a folder: a second one would take the runs of the first for unfinished ones. The lock is
 * a file with the number of the process; that of a process which no longer lives holds nobody up.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileReason, UsageError } from "../errors.js";

/** Makes the folder, takes its lock and returns what gives it back. @throws UsageError if another process holds it */
export function lockFolder(folder: string): () => void {
  const path = join(folder, ".lock");
  try {
    mkdirSync(folder, { recursive: true });
    const holder = holderOf(path);
    if (holder !== undefined)
      throw new UsageError(
        `Another comparison (process ${holder}) is at work in ${folder}; wait for it, or name another folder with --out.`,
      );
    rmSync(path, { force: true });
    writeFileSync(path, String(process.pid), { flag: "wx" });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The folder ${folder} cannot be used: ${fileReason(error)}. Name another with --out.`);
  }
  return () => rmSync(path, { force: true });
}

/** The living process that holds a lock. */
function holderOf(path: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
  return Number.isSafeInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

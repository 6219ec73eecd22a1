/**
 * One process at a time in a folder: a second one would write over what the first has recorded. The lock is a file
 * that says who holds it; the lock of a dead process is taken over.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { fileReason, UsageError } from "../errors.js";
import { meansNoLinks } from "../files/disk.js";
import { makeFolder } from "../files/make-folder.js";

export const lockFile = ".lock";

/** The holder of a lock. A process number alone may be reused; with the time of its start it identifies one process. */
const ownerSchema = z.object({ process: z.int().positive(), started: z.string(), host: z.string(), since: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** What decides between processes, as a value for tests. */
const realSteps: LockSteps = { link: linkSync, rename: renameSync, startOf };
export interface LockSteps {
  readonly link: (from: string, to: string) => void;
  readonly rename: (from: string, to: string) => void;
  /** When a process started, in the words of the system (or `alive` where it does not tell); undefined if it is gone. */
  readonly startOf: (process: number) => string | undefined;
}

/** All that is known of a process in a system that does not tell when it started. */
export const alive = "alive";

/**
 * Makes the folder and takes its lock.
 * @param work what is done there, for the message to a second process: "comparison", "run"
 * @returns what gives the lock back
 * @throws UsageError naming the process that holds it
 */
export function lockFolder(folder: string, work: string, replaced: Partial<LockSteps> = {}): () => void {
  const steps = { ...realSteps, ...replaced };
  const path = join(folder, lockFile);
  const mine = `${path}.${process.pid}`;
  const identity = JSON.stringify(ownIdentity(steps));
  try {
    makeFolder(folder);
    writeFileSync(mine, identity);
    // Linking is the one step that only one process can do: a process that finds the name taken has lost.
    while (!placed(mine, path, steps)) removeIfStale(path, folder, work, steps);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The folder ${folder} cannot be used: ${fileReason(error)}. Use another folder.`);
  } finally {
    discard(mine);
  }
  return () => {
    // Another process that took it for stale may hold it now.
    if (readIfThere(path) === identity) rmSync(path, { force: true });
  };
}

/** Whether a file is what a process that was killed made while it took a lock, by its name. */
export function isAbandonedLock(name: string): boolean {
  if (!name.startsWith(`${lockFile}.`)) return false;
  const number = name.slice(lockFile.length + 1);
  return /^[1-9]\d*$/.test(number) && startOf(Number(number)) === undefined;
}

/** Removes a file that does no harm where it stays: that it cannot be removed must not hide how the work went. */
export function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** Gives a file the name of the lock. @returns false if that is taken */
function placed(from: string, to: string, { link }: LockSteps): boolean {
  try {
    return unlessTaken(() => link(from, to));
  } catch (error) {
    if (!meansNoLinks(error)) throw error;
  }
  // Only one process can make a file, either; but another may have taken it for torn before it was written.
  const text = readFileSync(from, "utf8");
  return unlessTaken(() => writeFileSync(to, text, { flag: "wx" })) && readIfThere(to) === text;
}

function unlessTaken(take: () => void): boolean {
  try {
    take();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** @throws UsageError if the holder of the lock is alive, or on another machine, where that cannot be known */
function removeIfStale(path: string, folder: string, work: string, steps: LockSteps): void {
  const text = readIfThere(path);
  if (text === undefined) return;
  const owner = ownerIn(text);
  if (owner && owner.host !== hostname())
    throw new UsageError(
      `Another ${work} (process ${owner.process} on ${owner.host}, since ${owner.since}) is at work in ${folder}; if it no longer is, remove ${path}.`,
    );
  if (owner && steps.startOf(owner.process) === owner.started) {
    // The number of a process that is gone may now belong to another, which may never end.
    const unsure = owner.started === alive ? `; if no such process is at work, remove ${path}` : "";
    throw new UsageError(
      `Another ${work} (process ${owner.process}, since ${owner.since}) is at work in ${folder}; wait for it, or use another folder${unsure}.`,
    );
  }
  // Moved away and looked at again: between reading and removing, another process may have taken the lock.
  const stale = `${path}.${process.pid}.stale`;
  try {
    steps.rename(path, stale);
  } catch {
    return;
  }
  if (readIfThere(stale) !== text) placed(stale, path, steps);
  rmSync(stale, { force: true });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function ownerIn(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // cut short by a kill while it was written: no process holds it
  }
}

function ownIdentity({ startOf }: LockSteps): Owner {
  return {
    process: process.pid,
    started: startOf(process.pid) ?? "",
    host: hostname(),
    since: new Date().toISOString(),
  };
}

/** As LockSteps says. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  try {
    // Linux' record of a process, counted after the name, which may hold spaces: the 3rd field and the 22nd.
    const record = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = record.slice(record.lastIndexOf(")") + 2).split(" ");
    // One that has ended and that its parent has not asked about: it works no more, though it has a number still.
    return fields[0] === "Z" ? undefined : fields[19]!;
  } catch {
    return alive;
  }
}

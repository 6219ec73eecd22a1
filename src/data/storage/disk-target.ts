/**
 * Where a dataset is written on disk: under a temporary name beside the final one, which it takes when it is complete.
 * No reader ever sees half a dataset, and an older one is replaced only by a complete one (see files/whole-file.ts for
 * files that fit into memory). Formats name the files of a folder; no name leads out of it.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileReason, RunFailure, UsageError } from "../../errors.js";
import { makeFolder } from "../../files/make-folder.js";
import type { DataTarget } from "../formats/format.js";
import { DiskFile, syncFolder } from "./disk-file.js";

/** A target that becomes the dataset, or nothing. */
export interface DiskTarget extends DataTarget {
  /** Gives what was written the final name. @throws RunFailure when that fails; the older dataset is there then */
  commit(): void;
  /** Removes what was written, unless it was committed. */
  discard(): void;
}

/** What is to be written. */
export interface TargetOptions {
  readonly kind: "file" | "folder";
  /** Whether a dataset that is there already is replaced; default false: it is refused. An empty folder is none. */
  readonly replace?: boolean;
}

/**
 * Starts to write a dataset at `path`.
 * @throws UsageError when something is there that must not be replaced; RunFailure when the place cannot be written
 */
export function diskTarget(path: string, { kind, replace = false }: TargetOptions): DiskTarget {
  const final = path.replace(/(?<=.)[/\\]+$/, "");
  const partial = `${final}.${process.pid}.partial`;
  const files = new Map<string, DiskFile>();
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw new RunFailure(`The dataset could not be written to ${path}: ${fileReason(error)}. Name another place.`);
    }
  };
  const found = attempt(() => statSync(final, { throwIfNoEntry: false }));
  if (found) refuseExisting(final, found.isDirectory() ? "folder" : "file", kind, replace);
  attempt(() => makeFolder(kind === "folder" ? partial : dirname(partial)));
  return {
    name: path,
    create(name) {
      const key = kind === "file" ? "" : name;
      if (kind === "folder") refuseLeadingOut(name);
      if (files.has(key)) throw new Error(`${path}: the file "${key}" is created twice.`);
      const place = kind === "file" ? partial : join(partial, ...name.split("/"));
      const file = attempt(() => {
        makeFolder(dirname(place));
        return new DiskFile(place);
      });
      files.set(key, file);
      return {
        append: (bytes) => attempt(() => file.append(bytes)),
        overwrite: (offset, bytes) => attempt(() => file.overwrite(offset, bytes)),
        read: (offset, length) => attempt(() => file.read(offset, length)),
        close: () => attempt(() => file.close()),
        get size() {
          return file.size;
        },
      };
    },
    commit() {
      attempt(() => {
        for (const file of files.values()) file.close();
        if (kind === "folder") syncFolder(partial);
        takeName(partial, final, kind);
        syncFolder(dirname(final));
      });
    },
    discard() {
      for (const file of files.values()) file.abandon();
      rmSync(partial, { recursive: true, force: true });
    },
  };
}

type Kind = TargetOptions["kind"];

function refuseExisting(path: string, found: Kind, kind: Kind, replace: boolean): void {
  if (found !== kind)
    throw new UsageError(`${path} is a ${found}, but a ${kind} is to be written there; name another place.`);
  if (replace || (kind === "folder" && readdirSync(path).length === 0)) return;
  throw new UsageError(`${path} exists already; name another place, or replace it with --force.`);
}

function refuseLeadingOut(name: string): void {
  const parts = name.split("/");
  // Such a name comes from a dataset of unknown origin.
  if (!parts.some((part) => part === "" || part === "." || part === ".." || /[\\:\0]/.test(part))) return;
  throw new UsageError(
    `The file name ${JSON.stringify(name)} leads out of the dataset's folder; rename it in the data.`,
  );
}

/** A folder cannot be renamed over another one, so the older one steps aside until the new one is in its place. */
function takeName(partial: string, final: string, kind: Kind): void {
  if (kind === "file" || !existsSync(final)) {
    renameSync(partial, final);
    return;
  }
  const aside = `${final}.${process.pid}.old`;
  renameSync(final, aside);
  try {
    renameSync(partial, final);
  } catch (error) {
    renameSync(aside, final);
    throw error;
  }
  rmSync(aside, { recursive: true });
}

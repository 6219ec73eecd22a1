/**
 * What the system says when something cannot go on. An error is one clear sentence: the thing, the reason, the next
 * step. `UsageError` is a request that cannot be carried out (exit code 2), `RunFailure` is work that started and had
 * to stop (exit code 1). The command line prints their message and no stack trace; anything else is a bug in calql.
 */
import { closest, distance } from "fastest-levenshtein";

/** A wrong name, value, file or combination: the caller must change the request. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
  readonly exitCode: number = 2;
}

/** Recorded data that is damaged, incomplete or contradictory; the message names the file and the place in it. */
export class DataError extends UsageError {
  override readonly name = "DataError";
}

/** Work that began and had to stop: divergence, a failing environment, a full disk. */
export class RunFailure extends Error {
  override readonly name = "RunFailure";
  readonly exitCode = 1;
}

/** The message of an error that foreign code threw, as the end of a sentence: its first line, without a full stop. */
export function reasonIn(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line!.replace(/[\s.]+$/, "") || "it threw an error without a message";
}

/** Why a file cannot be used, in a few words: the operating system's commonest reasons, else the first line of its own. */
export function fileReason(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  const line = (message ?? String(error)).split("\n")[0]!.replace(/[\s:.]+$/, "");
  return (code !== undefined && fileReasons[code]) || line;
}

const fileReasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EACCES: "access is denied",
  EPERM: "access is denied",
  ENOSPC: "the disk is full",
  EDQUOT: "the share of the disk is used up",
  EROFS: "the disk can only be read",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "it is a link that leads to itself",
  EFBIG: "it would be larger than a file may be here",
  EMFILE: "this program has too many files open",
  ENFILE: "this machine has too many files open",
  EBUSY: "something else is using it",
  ETXTBSY: "it is a program that is running",
  EIO: "the disk does not answer as it should",
  ENXIO: "the device is not there",
  ENODEV: "the device is not there",
  ESTALE: "the network drive no longer knows it",
  EEXIST: "there is something of that name already",
  ENOTEMPTY: "the folder is not empty",
};

/**
 * The error of an unknown name: says what was asked for, suggests a near known name and lists the nearest few.
 * @param hint a further sentence, after a space
 */
export function unknownName(kind: string, name: string, known: readonly string[], hint = ""): UsageError {
  return new UsageError(
    `Unknown ${kind} "${name}".${suggestion(name, known)} Known: ${nearestNames(name, [...known].sort())}.${hint}`,
  );
}

/** ' Did you mean "cql"?': a name that goes on like this one, or else the nearest; empty if none is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const continued = name.length > 2 ? known.find((other) => other.startsWith(name)) : undefined;
  const nearest = continued ?? (known.length > 0 ? closest(name, known as string[]) : undefined);
  if (nearest === undefined) return "";
  const far = distance(name, nearest) > FAR * Math.max(name.length, nearest.length);
  return far && continued === undefined ? "" : ` Did you mean "${nearest}"?`;
}

/** The share of letters that may differ between a name and one that was meant. */
const FAR = 0.75;

const MOST_NAMES = 8;

/** The known names that are nearest to a name, eight at most, in their own order: "bc, cql, sac and 10 more". */
export function nearestNames(name: string, known: readonly string[]): string {
  if (known.length <= MOST_NAMES) return known.join(", ");
  const byDistance = known.map((other) => ({ other, apart: distance(name, other) })).sort((a, b) => a.apart - b.apart);
  const nearest = new Set(byDistance.slice(0, MOST_NAMES).map(({ other }) => other));
  return `${known.filter((other) => nearest.has(other)).join(", ")} and ${known.length - MOST_NAMES} more`;
}

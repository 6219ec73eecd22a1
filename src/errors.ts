/**
 * What the system says when something cannot go on. An error is one clear sentence: the thing, the reason, the next
 * step. `UsageError` is a request that cannot be carried out (exit code 2), `RunFailure` is work that began and had to
 * stop (exit code 1). The command line prints their message and no stack trace; anything else is a fault of ours.
 */
import { closest } from "fastest-levenshtein";

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

/** The error of an unknown name: says what was asked for, suggests the nearest known name and lists them all. */
export function unknownName(kind: string, name: string, known: readonly string[]): UsageError {
  const nearest = known.length > 0 ? ` Did you mean "${closest(name, known as string[])}"?` : "";
  return new UsageError(`Unknown ${kind} "${name}".${nearest} Known: ${[...known].sort().join(", ")}.`);
}

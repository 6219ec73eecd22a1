/**
 * Training reads data that say everything themselves. Where a reader asks for a flag that says more, the refusal ends with
 * the command that writes such data once: `calql data convert` takes every flag that says how data are read.
 */
import { UsageError } from "../errors.js";

/** Flags that no setting of a run stands for, with what follows them where the refusal does not say it. */
const flags: readonly (readonly [flag: string, value: string, otherWords?: RegExp])[] = [
  ["--from", "FORMAT"],
  ["--mapping", "MAP", /\bmapping file\b/],
  ["--goal", "X,Y", /\bgive the goal\b/],
  ["--observation-keys", "KEYS"],
  ["--ignore", "KEY"],
  ["--done-means", "task|clock|either"],
  ["--reward", "success"],
  ["--drop-faulty", ""],
  ["--trusted", ""],
];

/** A command that a reader names without knowing the file. */
const GENERAL = "calql data convert FILE out.calql";

/**
 * The error to throw in place of one that reading `file` has thrown: of the same kind, with the command that helps where
 * its message asks for a flag.
 */
export function readingRefusal(error: unknown, file: string): unknown {
  if (!(error instanceof UsageError)) return error;
  const target = `${file.replace(/[/\\]+$/, "").replace(/\.[^./\\]+$/, "")}.calql`;
  const command = `calql data convert ${quoted(file)} ${quoted(target)}`;
  const { message } = error;
  if (message.includes(GENERAL)) return again(error, message.replace(GENERAL, command));
  const asked = flags.flatMap(([flag, value, words]) => askedFor(message, flag, value, words));
  if (asked.length === 0) return error;
  return again(
    error,
    `${message} Training takes no such flag: write the data once with ${command} ${asked.join(" ")}, and give --dataset ${quoted(target)}.`,
  );
}

/** The flag with the value that the message gives it, if it gives only one. */
function askedFor(message: string, flag: string, value: string, words: RegExp | undefined): string[] {
  const found = [...message.matchAll(new RegExp(`${flag}(?![\\w-])(?: ([^\\s;,.:)"]+))?`, "g"))];
  if (found.length === 0 && !words?.test(message)) return [];
  if (value === "") return [flag];
  const values = new Set(found.map(([, given]) => given));
  const [only] = values;
  return [`${flag} ${values.size === 1 && only !== undefined ? only : value}`];
}

function again(error: UsageError, message: string): Error {
  const Kind = error.constructor as new (message: string) => UsageError;
  return new Kind(message);
}

function quoted(path: string): string {
  return /^[\w./\\:@+-]+$/.test(path) ? path : `"${path}"`;
}

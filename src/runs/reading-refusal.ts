/**
 * Training reads data that say everything themselves. Where a reader asks for a flag that says more, the refusal ends with
 * the command that writes such data once: `calql data convert` takes every flag that says how data are read.
 */
import type { ReadingNote } from "../data/reading-notes.js";
import { UsageError } from "../errors.js";

/** Flags that no setting of a run stands for. */
const flags: readonly {
  readonly flag: string;
  /** Stands for a value that the sentence does not give, or of which it gives several; absent for a flag that has none. */
  readonly placeholder?: string;
  /** What its values look like, where a word that follows the flag may be none. */
  readonly values?: RegExp;
  /** Words that ask for it without naming it. */
  readonly otherWords?: RegExp;
}[] = [
  { flag: "--from", placeholder: "FORMAT" },
  { flag: "--goal", placeholder: "X,Y", otherWords: /\bgive the goal\b/ },
  { flag: "--observation-keys", placeholder: "KEYS" },
  { flag: "--ignore", placeholder: "KEY" },
  { flag: "--done-means", placeholder: "MEANING", values: /^(task|clock|either)$/ },
  { flag: "--reward", placeholder: "success:COLUMN", values: /^success(:.+)?$/ },
  { flag: "--drop-faulty" },
  { flag: "--trusted" },
];
/** Has a setting in training, but goes with a meaning of done. */
const horizon = { flag: "--horizon", placeholder: "STEPS", values: /^(\d+|STEPS)$/ };

/** A command that a reader names without knowing the file. */
const GENERAL = "calql data convert FILE out.calql";

/**
 * The error to throw in place of one that reading `file` has thrown: of the same kind, with the command that helps where
 * its message asks for a flag.
 */
export function readingRefusal(error: unknown, file: string): unknown {
  if (!(error instanceof UsageError)) return error;
  const { command } = conversionOf(file);
  const { message } = error;
  if (message.includes(GENERAL)) return again(error, message.replace(GENERAL, command));
  const advice = adviceOn(message, file);
  return advice === undefined ? error : again(error, `${message} T${advice}.`);
}

/** A reader's note on `file`, with the command that helps where it names a flag. */
export function readingAdvice(note: ReadingNote, file: string): ReadingNote {
  const advice = adviceOn(note.text, file);
  if (advice === undefined) return note;
  const { example, leftOut } = note;
  // The place belongs to the note's own words.
  const place = example === undefined || leftOut > 0 ? "" : ` (${example})`;
  const text = `${note.text.replace(/\.$/, "")}${place}; t${advice}`;
  return place === "" ? { ...note, text } : { text, leftOut };
}

/** What follows a sentence that asks for flags, without its first letter; undefined where it asks for none. */
function adviceOn(sentence: string, file: string): string | undefined {
  const asked = flags.flatMap((flag) => askedFor(sentence, flag));
  if (asked.length === 0) return undefined;
  if (asked.includes("--done-means either")) asked.push(...askedFor(sentence, horizon));
  const { command, target } = conversionOf(file);
  return `raining takes no such flag: write the data once with ${command} ${asked.join(" ")}, and give --dataset ${target}`;
}

function conversionOf(file: string): { readonly command: string; readonly target: string } {
  const target = quoted(`${file.replace(/[/\\]+$/, "").replace(/\.[^./\\]+$/, "")}.calql`);
  return { command: `calql data convert ${quoted(file)} ${target}`, target };
}

/** The flag with the value that the sentence gives it, if it gives only one. */
function askedFor(sentence: string, { flag, placeholder, values, otherWords }: (typeof flags)[number]): string[] {
  const found = [...sentence.matchAll(new RegExp(`${flag}(?![\\w-])(?: ("[^"]*"|[^\\s;"]+))?`, "g"))];
  if (found.length === 0 && !otherWords?.test(sentence)) return [];
  if (placeholder === undefined) return [flag];
  const given = found.flatMap(([, word]) => word?.replace(/[.,:)]+$/, "") || []);
  const fitting = new Set(given.filter((value) => !values || values.test(value)));
  const [only] = fitting;
  return [`${flag} ${fitting.size === 1 ? only : placeholder}`];
}

function again(error: UsageError, message: string): Error {
  const Kind = error.constructor as new (message: string) => UsageError;
  return new Kind(message);
}

function quoted(path: string): string {
  return /^[\w./\\:@+-]+$/.test(path) ? path : `"${path}"`;
}

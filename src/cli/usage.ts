/**
 * The command line's own grammar: what is said when words, flags or their values do not fit together. The parser's
 * messages become sentences like all others: the thing, the reason, the next step.
 */
import { type Command, CommanderError } from "commander";
import { closest, distance } from "fastest-levenshtein";
import { nearestNames, RunFailure, UsageError } from "../errors.js";

/** Makes a command and its subcommands throw UsageErrors; only the errors by which help and version end pass unchanged. */
export function speakInSentences(command: Command): void {
  command.configureOutput({ outputError: () => {} }).showSuggestionAfterError(false);
  command.exitOverride((error) => {
    throw error.code === "commander.help" || error.exitCode === 0 ? error : usageError(command, error);
  });
  command.commands.forEach(speakInSentences);
}

/**
 * Does the work of a command line and returns its exit code, which a verb may set as process.exitCode; the former value
 * is restored afterwards. A mistake of the user, or work that had to stop, is one sentence on standard error.
 * @throws any other error: a bug in calql
 */
export async function exitCodeOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await work();
    return Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // 0 for help and version
    if (!(error instanceof UsageError || error instanceof RunFailure)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return error.exitCode;
  } finally {
    process.exitCode = before;
  }
}

/** Refuses a flag as the value of a flag: "--seed --agent cql" lacks a number. */
export function refuseSwallowedFlag(command: Command, flag: string, value: string): void {
  if (!isFlagOf(command, value)) return;
  throw new UsageError(`${withoutValue(flag)} ${helpOf(command)}`);
}

function isFlagOf(command: Command, word: unknown): boolean {
  return command.options.some(({ long }) => long === word);
}

function withoutValue(flag: string): string {
  return `The flag ${flag} has no value; give one after it.`;
}

function usageError(command: Command, { code, message }: CommanderError): UsageError {
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? "";
  return new UsageError(`${sentence(command, code, quoted, message)} ${helpOf(command)}`);
}

function sentence(command: Command, code: string, quoted: string, message: string): string {
  const options = [...command.options, ...(command.parent?.options ?? [])];
  const flags = options.map((option) => option.long ?? "").concat("--help");
  const verbs = command.commands.map((verb) => verb.name());
  switch (code) {
    case "commander.unknownOption":
      return `${nameOf(command)} has no flag ${quoted}.${flagMeant(quoted.split("=")[0]!, flags)}`;
    case "commander.unknownCommand":
      return `${nameOf(command)} has no verb "${quoted}". Did you mean "${closest(quoted, verbs)}"? Known: ${nearestNames(quoted, verbs)}.`;
    case "commander.missingArgument":
      return `${nameOf(command)} needs ${quoted === "runs" || quoted === "files" ? `at least one of its ${quoted}` : `a ${quoted}`}; name it.`;
    case "commander.optionMissingArgument":
      return withoutValue(quoted.split(" ")[0]!);
    case "commander.excessArguments":
      return excessWords(command);
    case "commander.invalidArgument":
      return invalidArgument(message, quoted.split(" ")[0]!);
    default:
      return `${message.replace(/^error: /, "").replace(/[\s.]+$/, "")}.`;
  }
}

/** What other programs call a flag, of which no letter tells that it is the same. */
const elsewhere: Readonly<Record<string, string>> = {
  "--folder": "--out",
  "--dir": "--out",
  "--directory": "--out",
};

/** " Did you mean --seed?", where a name is near: it goes on like this one, or few of its letters differ. */
function flagMeant(flag: string, flags: readonly string[]): string {
  const known = elsewhere[flag];
  if (known !== undefined && flags.includes(known)) return ` Did you mean ${known}?`;
  const continued = flags.find((other) => flag.length > 4 && other.startsWith(flag));
  const meant = continued ?? closest(flag, flags as string[]);
  const letters = Math.max(flag.length, meant.length) - "--".length;
  return continued !== undefined || distance(flag, meant) <= letters / 2 ? ` Did you mean ${meant}?` : "";
}

/** In "--seed --agent cql", where the value of the one flag is the other, the word too many is not the mistake. */
function excessWords(command: Command): string {
  const swallowing = command.options.find((option) =>
    isFlagOf(command, command.getOptionValue(option.attributeName())),
  );
  if (swallowing) return withoutValue(swallowing.long!);
  const words = command.args.slice(command.registeredArguments.length).map((word) => `"${word}"`);
  return `${nameOf(command)} does not take ${words.join(", ")}; settings are flags, such as --seed 1.`;
}

function invalidArgument(message: string, flag: string): string {
  const value = /argument '([^']*)'/.exec(message)?.[1] ?? "";
  const choices = /Allowed choices are (.*)\.$/.exec(message)?.[1]?.split(", ") ?? [];
  if (choices.length === 0) return `The flag ${flag} cannot be "${value}".`;
  return `The flag ${flag} is "${value}"; it must be one of ${choices.join(", ")}. Did you mean "${closest(value, choices)}"?`;
}

function helpOf(command: Command): string {
  return `See ${nameOf(command)} --help.`;
}

/** "calql data collect" */
function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

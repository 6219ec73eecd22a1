/**
 * What a program or a file named with `--import` has made known: its agents and environments, by name. There is one such
 * registry in a process, kept under a symbol that every copy of calql knows, so that a file reaches the registry of the
 * command line that imports it whichever installation of calql it names itself.
 */
import { UsageError } from "./errors.js";
import { version } from "./version.js";

const KEY = Symbol.for("calql.registry");

interface Registry {
  readonly version: string;
  readonly agents: Map<string, unknown>;
  readonly environments: Map<string, unknown>;
}

/**
 * The entries of one kind in the order of their registration.
 * @throws UsageError if another version of calql is at work in this process
 */
export function registered<Entry>(kind: "agents" | "environments"): Map<string, Entry> {
  const holder = globalThis as { [KEY]?: Registry };
  holder[KEY] ??= { version, agents: new Map(), environments: new Map() };
  const registry = holder[KEY];
  if (registry.version !== version)
    throw new UsageError(
      `Two versions of calql are loaded in one process, ${registry.version} and ${version}; install the same one for the program and for the files that it imports.`,
    );
  return registry[kind] as Map<string, Entry>;
}

/** The end of the error of an unknown name: where own ones come from. */
export function importHint(kind: "agent" | "environment"): string {
  const register = kind === "agent" ? "registerAgent" : "registerEnvironment";
  return ` Your own ${kind} comes from a file that calls ${register}: name the file with --import FILE.`;
}

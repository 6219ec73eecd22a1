/**
 * `--import FILE`: files that register the user's own agents and environments. They are imported before the commands
 * are built, because the settings of their agents are flags; a command that works in a run's folder imports those of
 * the run.
 */
import { Command, Option } from "commander";
import { importedFiles, importFiles } from "../runs/import-files.js";
import { speakInSentences } from "./usage.js";

/** The flag, which every verb understands. */
export function importOption(): Option {
  return new Option("--import <file>", "ES module that registers your own agents or environments; may be repeated")
    .argParser((file: string, before: readonly string[]) => [...before, file])
    .default([], "none");
}

/** Imports the files that a command line names. @throws UsageError for one that cannot be imported */
export async function importNamed(words: readonly string[]): Promise<void> {
  const reader = new Command("calql").addOption(importOption());
  speakInSentences(reader);
  reader.parseOptions([...words]);
  await importFiles(reader.opts<{ import: string[] }>().import);
}

/**
 * Imports the files that a run was started with, unless the command line names others.
 * @param verb as it is called for the run, for the next step: "calql resume runs/first"
 */
export async function importForRun(folder: string, verb: string): Promise<void> {
  if (importedFiles().length > 0) return;
  const { readRunConfig } = await import("../runs/read.js");
  const { imports = [] } = readRunConfig(folder);
  await importFiles(imports, `The run in ${folder} needs it; name where it is now: ${verb} --import FILE.`);
}

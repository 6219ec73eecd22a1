/**
 * The command line: which verbs there are, and what a person sees when something is wrong. A mistake of the caller is
 * one sentence and exit code 2, work that had to stop is one sentence and exit code 1; a stack trace is our fault.
 */
import { Command } from "commander";
import { version } from "../version.js";
import { addAgentsCommand } from "./agents.js";
import { addCompareCommand } from "./compare.js";
import { addDataCommand } from "./data.js";
import { addDemoCommand } from "./demo.js";
import { addExportCommand } from "./export.js";
import { importNamed, importOption } from "./imports.js";
import { addReplayCrashCommand } from "./replay-crash.js";
import { addReportCommand } from "./report.js";
import { addResumeCommand } from "./resume.js";
import { addSettingsCommand } from "./settings.js";
import { addTrainCommand } from "./train.js";
import { speakInSentences, tell } from "./usage.js";
import { addWatchCommand } from "./watch.js";

const verbs = [
  addTrainCommand,
  addResumeCommand,
  addExportCommand,
  addCompareCommand,
  addReportCommand,
  addReplayCrashCommand,
  addWatchCommand,
  addDataCommand,
  addSettingsCommand,
  addAgentsCommand,
  addDemoCommand,
];

/** Runs a command line and returns its exit code; a verb may set process.exitCode, which is put back afterwards. */
export async function main(words: readonly string[]): Promise<number> {
  const program = new Command("calql")
    .description("Cal-QL: pre-train a policy on recorded data, fine-tune it online")
    .version(version)
    .addOption(importOption())
    .configureHelp({ showGlobalOptions: true });
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await importNamed(words);
    for (const add of verbs) add(program);
    speakInSentences(program);
    await program.parseAsync([...words], { from: "user" });
    return Number(process.exitCode);
  } catch (error) {
    return tell(error);
  } finally {
    process.exitCode = before;
  }
}

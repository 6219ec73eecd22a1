/** Runs a developer tool: its mistakes and failures are reported the way the program reports its own. */
import type { Command } from "commander";
import { speakInSentences, tell } from "../src/cli/usage.js";

/** Carries out what the words of the process ask of a command, and sets the exit code. */
export async function runTool(command: Command): Promise<void> {
  speakInSentences(command);
  try {
    await command.parseAsync();
  } catch (error) {
    process.exitCode = tell(error);
  }
}

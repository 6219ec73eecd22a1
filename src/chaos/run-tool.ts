/** How a tool of this folder is run: its mistakes and failures are told as those of the program are. */
import type { Command } from "commander";
import { speakInSentences, tell } from "../cli/usage.js";

/** Carries out what the words of the process ask of a command, and sets the exit code. */
export async function runTool(command: Command): Promise<void> {
  speakInSentences(command);
  try {
    await command.parseAsync();
  } catch (error) {
    process.exitCode = tell(error);
  }
}

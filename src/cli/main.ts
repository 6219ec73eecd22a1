/**
 * The command line: which verbs there are, and what a person sees when something is wrong. A mistake of the caller is
 * one sentence and exit code 2, work that had to stop is one sentence and exit code 1; a stack trace means a bug in
 * calql.
 */
import { Command, Help } from "commander";
import { version } from "../version.js";
import { importNamed, importOption } from "./imports.js";
import { exitCodeOf, speakInSentences } from "./usage.js";
import { verbs } from "./verbs.js";

/** Runs a command line and returns its exit code. */
export async function main(words: readonly string[]): Promise<number> {
  const program = new Command("calql")
    .description("Cal-QL: pre-train a policy on recorded data, fine-tune it online")
    .version(version)
    .addOption(importOption())
    .addHelpText("after", "\n--out names what a verb makes: the folder of a run or of several, or a file.")
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf });
  return exitCodeOf(async () => {
    await importNamed(words);
    for (const { name, description, group, load } of verbs) {
      const command = program.command(name).description(description);
      if (group !== undefined) command.helpGroup(group);
      if (words.includes(name)) (await load())(command);
    }
    speakInSentences(program);
    await program.parseAsync([...words], { from: "user" });
  });
}

/** A verb in the list of verbs: most are not loaded when it is printed. */
function termOf(command: Command): string {
  const verb = command.parent?.parent ? undefined : verbs.find(({ name }) => name === command.name());
  return verb ? `${verb.name} ${verb.takes}`.trim() : new Help().subcommandTerm(command);
}

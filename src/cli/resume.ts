/**
 * `calql resume`: goes on with a run that was interrupted, killed or failed, as if it had never been.
 */
import type { Command } from "commander";
import { readRunConfig } from "../runs/read.js";
import type { TrainSettings } from "../training/configuration.js";
import { resume } from "../training/train.js";
import { finishVerb, withView } from "./run-view.js";

export function addResumeCommand(program: Command): void {
  program
    .command("resume")
    .description("go on with a run where its newest sound checkpoint left it")
    .argument("<run>", "run folder")
    .action(async (folder: string) => {
      const settings = readRunConfig(folder).settings as TrainSettings;
      const result = await withView(settings, { folder }, (options) => resume(options));
      finishVerb(folder, result);
    });
}

/**
 * `calql train`: one run from recorded data to a fine-tuned policy, with its report.
 */
import { join, parse } from "node:path";
import type { Command } from "commander";
import { taskSlug } from "../environments/task-name.js";
import { configure } from "../runs/configure.js";
import type { Configuration } from "../settings/configuration.js";
import { type TrainOptions, type TrainResult, trainConfigured } from "../train.js";
import { addSettingFlags, writtenSettings } from "./flags.js";
import { finishVerb, withView } from "./run-view.js";
import { refuseForgottenTask } from "./task-of-data.js";

export function defineTrain(command: Command): void {
  command
    .option("--config <file>", "YAML or JSON file of settings: a difference to the task's preset")
    .option("--out <folder>", "folder to make: the run (default: runs/<task or data>/<agent>-seed<seed>)");
  addSettingFlags(command).action(async (flags: Record<string, string | undefined>) => {
    const settings = writtenSettings(command, flags);
    await refuseForgottenTask(settings.dataset, settings.task);
    const configuration = configure(settings);
    const folder = flags.out ?? defaultFolder(configuration);
    finishVerb(folder, await trainWithView(configuration, { folder }));
  });
}

/** Trains as a person follows it. */
export function trainWithView(
  configuration: Configuration,
  options: Pick<TrainOptions, "folder" | "dataset">,
): Promise<TrainResult> {
  return withView(configuration.run, options, (following) => trainConfigured(configuration, following));
}

function defaultFolder({ run }: Configuration): string {
  const name = run.onlineAgent === null ? run.agent : `${run.agent}-${run.onlineAgent}`;
  const { task, dataset } = run;
  const learnedFrom = task ?? parse(dataset ?? "data").name;
  return join("runs", taskSlug(learnedFrom), `${name}-seed${run.seed}`);
}

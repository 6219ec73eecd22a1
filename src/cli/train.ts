/**
 * `calql train`: one run from recorded data to a fine-tuned policy, with its report.
 */
import { join } from "node:path";
import type { Command } from "commander";
import { type TrainOptions, type TrainResult, train } from "../runs/train.js";
import { resolveConfiguration, type TrainSettings } from "../settings/configuration.js";
import { addSettingFlags, writtenSettings } from "./flags.js";
import { finishVerb, withView } from "./run-view.js";

export function defineTrain(command: Command): void {
  command
    .option("--config <file>", "YAML or JSON file of settings: a difference to the task's preset")
    .option("--out <folder>", "run folder to make (default: runs/<task>/<agent>-seed<seed>)");
  addSettingFlags(command).action(async (flags: Record<string, string | undefined>) => {
    const settings = writtenSettings(command, flags);
    const folder = flags.out ?? defaultFolder(settings);
    finishVerb(folder, await trainWithView(settings, { folder }));
  });
}

/** Trains as a person follows it. */
export function trainWithView(
  settings: TrainSettings,
  options: Pick<TrainOptions, "folder" | "dataset">,
): Promise<TrainResult> {
  return withView(settings, options, (following) => train(settings, following));
}

function defaultFolder(settings: TrainSettings): string {
  const { run } = resolveConfiguration(settings);
  const name = run.onlineAgent === null ? run.agent : `${run.agent}-${run.onlineAgent}`;
  return join("runs", run.task, `${name}-seed${run.seed}`);
}

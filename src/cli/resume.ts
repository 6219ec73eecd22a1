/**
 * `calql resume`: resumes a run that was interrupted, killed or failed, as if it had never stopped.
 */
import type { Command } from "commander";
import { environmentNames } from "../environments/registry.js";
import { splitTask } from "../environments/task-name.js";
import { UsageError } from "../errors.js";
import { readRunConfig } from "../runs/read.js";
import type { TrainSettings } from "../settings/configuration.js";
import { resume } from "../train.js";
import { importForRun } from "./imports.js";
import { finishVerb, withView } from "./run-view.js";

export function defineResume(command: Command): void {
  command
    .argument("<run>", "run folder")
    .option("--dataset <path>", "where the recorded data of the run are now, if not where config.json says")
    .action(async (folder: string, { dataset: datasetFile }: { dataset?: string }, command: Command) => {
      await importForRun(folder, `calql resume ${folder}`);
      const settings = readRunConfig(folder).settings as TrainSettings;
      if (settings.task !== null) refuseUnregistered(folder, String(settings.task));
      const moved = datasetFile === undefined ? {} : { datasetFile };
      const result = await withView(settings, { folder, ...moved }, (options) => resume(options));
      const data = datasetFile === undefined ? [] : ["--dataset", datasetFile];
      finishVerb(folder, result, [
        ...data,
        ...command.optsWithGlobals().import.flatMap((file: string) => ["--import", file]),
      ]);
    });
}

/** A name that a run has used is not misspelt: it is one of the user's own. */
function refuseUnregistered(folder: string, task: string): void {
  if (environmentNames().includes(splitTask(task).name)) return;
  throw new UsageError(
    `The run in ${folder} acts in the environment "${task}", which is none of calql's own; name the file that registers it with --import FILE, or call registerEnvironment and then resume({ folder }) in the program that began the run.`,
  );
}

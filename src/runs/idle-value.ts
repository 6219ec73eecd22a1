/**
 * What doing nothing is worth in a run of an earlier calql, which recorded it from all rewards, those that end an episode
 * among them: taken again from the recorded data, where they are still at hand.
 */
import { existsSync } from "node:fs";
import { makeIn } from "../environments/environment-call.js";
import type { TrainSettings } from "../settings/configuration.js";
import { transitionOptionsOf } from "../training/assemble.js";
import { idleValueIn, spreadOver } from "../training/start-watch.js";
import { configure } from "./configure.js";
import type { Run } from "./read.js";
import { recordedData } from "./recorded-data.js";
import { hasTaskData } from "./task-data.js";

/** Undefined where the data are gone, or were never the run's alone to find; nothing is collected for it. */
export async function idleValueFromData({ config }: Run): Promise<number | undefined> {
  try {
    const configuration = configure(config.settings as TrainSettings);
    const { dataset, task } = configuration.run;
    if (dataset === null ? task === null || !hasTaskData(task) : !existsSync(dataset)) return undefined;
    const environment = task === null ? undefined : await makeIn(task);
    try {
      const data = await recordedData(configuration.run, environment, {});
      const value = idleValueIn(spreadOver(data), transitionOptionsOf(configuration, data));
      data.close();
      return Number.isFinite(value) ? value : undefined;
    } finally {
      await environment?.close();
    }
  } catch {
    return undefined; // The doctor then says that the recorded value may be wrong.
  }
}

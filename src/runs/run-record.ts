/**
 * What a run records about itself before it starts: config.json, from which it can be repeated.
 */

import { observationWidth, plainParts, vectorSizeOf } from "../data/columns.js";
import type { Configuration } from "../settings/configuration.js";
import type { LearningData } from "../training/learning-data.js";
import { version } from "../version.js";
import { describeHardware } from "./hardware.js";
import { importedFiles } from "./import-files.js";
import type { RunConfig } from "./record.js";

/** The record of a configuration and its data, on this machine, now. */
export function recordOf({ flat }: Configuration, dataset: LearningData): RunConfig {
  const { source, observations, actionSize, episodes, steps } = dataset;
  const parts = vectorSizeOf(observations) === undefined ? { observations: plainParts(observations) } : {};
  const imports = importedFiles();
  const observationSize = observationWidth(observations);
  return {
    calqlVersion: version,
    startedAt: new Date().toISOString(),
    settings: flat,
    ...(imports.length > 0 && { imports: [...imports] }),
    dataset: { source, episodes, steps, observationSize, ...parts, actionSize },
    hardware: describeHardware(),
  };
}

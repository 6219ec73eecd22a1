/**
 * What a run records about itself before it starts: config.json, from which it can be repeated.
 */
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { resolve } from "node:path";
import { observationWidth, plainParts, vectorSizeOf } from "../data/columns.js";
import { countSteps, type Dataset, type NumberNames, plainNames } from "../data/episode.js";
import type { Configuration } from "../settings/configuration.js";
import { presetMadeFor } from "../settings/presets.js";
import type { LearningData } from "../training/learning-data.js";
import { recordedReturn } from "../training/start-watch.js";
import { version } from "../version.js";
import { importedFiles } from "./import-files.js";
import type { RunConfig } from "./record.js";

/** The record of a configuration and its data, on this machine, now. */
export function recordOf(
  { flat, run }: Configuration,
  dataset: LearningData,
  { names: given, heldOut }: { readonly names?: NumberNames | undefined; readonly heldOut?: Dataset | undefined } = {},
): RunConfig {
  const { source, observations, actionSize, episodes, steps } = dataset;
  const parts = vectorSizeOf(observations) === undefined ? { observations: plainParts(observations) } : {};
  const imports = importedFiles();
  const names = plainNames(given);
  const observationSize = observationWidth(observations);
  const returnMean = recordedReturn(dataset);
  return {
    calqlVersion: version,
    startedAt: new Date().toISOString(),
    // A run is resumed from any folder, and there a relative path would lead elsewhere.
    settings: run.dataset === null ? flat : { ...flat, dataset: resolve(run.dataset) },
    presetFor: presetMadeFor(run.task),
    ...(imports.length > 0 && { imports: [...imports] }),
    dataset: {
      source,
      episodes,
      steps,
      observationSize,
      ...parts,
      actionSize,
      ...(heldOut && { heldOut: { episodes: heldOut.episodes.length, steps: countSteps(heldOut) } }),
      ...(names && { names }),
      ...(Number.isFinite(returnMean) && { returnMean }),
    },
    hardware: describeHardware(),
  };
}

/** On what a run is made: speed and the last bits depend on it. */
export function describeHardware(): RunConfig["hardware"] {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    platform: `${platform()} ${arch()}`,
    node: process.version,
  };
}

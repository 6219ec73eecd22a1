/**
 * What a run says of itself before it begins: config.json, from which it can be repeated.
 */
import { countSteps, type Dataset } from "../data/episode.js";
import type { RunConfig } from "../runs/record.js";
import { version } from "../version.js";
import type { Configuration } from "./configuration.js";
import { describeHardware } from "./hardware.js";

/** The record of a configuration and its data, on this machine, now. */
export function recordOf({ flat }: Configuration, dataset: Dataset): RunConfig {
  const { source, observationSize, actionSize, episodes } = dataset;
  return {
    calqlVersion: version,
    startedAt: new Date().toISOString(),
    settings: flat,
    dataset: { source, episodes: episodes.length, steps: countSteps(dataset), observationSize, actionSize },
    hardware: describeHardware(),
  };
}

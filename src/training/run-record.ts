/**
 * What a run says of itself before it begins: config.json, from which it can be repeated.
 */
import type { RunConfig } from "../runs/record.js";
import { version } from "../version.js";
import type { Configuration } from "./configuration.js";
import { describeHardware } from "./hardware.js";
import type { RecordedData } from "./offline-replay.js";

/** The record of a configuration and its data, on this machine, now. */
export function recordOf({ flat }: Configuration, dataset: RecordedData): RunConfig {
  const { source, observationSize, actionSize, episodes, steps } = dataset;
  return {
    calqlVersion: version,
    startedAt: new Date().toISOString(),
    settings: flat,
    dataset: { source, episodes, steps, observationSize, actionSize },
    hardware: describeHardware(),
  };
}

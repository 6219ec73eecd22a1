/**
 * The settings of a run, resolved for this machine: what they leave open depends on the number of its cores.
 */
import { availableParallelism } from "node:os";
import { type Configuration, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";

/** @throws UsageError as `resolveConfiguration` does */
export function configure(settings: TrainSettings): Configuration {
  return resolveConfiguration(settings, availableParallelism());
}

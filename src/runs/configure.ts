/**
 * The settings of a run on this machine, resolved: a setting that is left open follows from its cores.
 */
import { availableParallelism } from "node:os";
import { type Configuration, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";

/** @throws UsageError as `resolveConfiguration` does */
export function configure(settings: TrainSettings): Configuration {
  return resolveConfiguration(settings, availableParallelism());
}

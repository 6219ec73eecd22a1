/**
 * The settings of a run, resolved for this machine: what they leave open depends on the number of its cores.
 */
import { availableParallelism } from "node:os";
import { UsageError } from "../errors.js";
import { type Configuration, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";

/**
 * A thread takes whole rows of a matrix product, and the widest layers of the presets have 512 of them, in minibatches
 * of 256: more threads would have nothing to do, and each has a stack of its own.
 */
const MOST_THREADS = 256;

/** The settings of a new run. @throws UsageError as `resolveConfiguration` does, and for more threads than have work */
export function configure(settings: TrainSettings): Configuration {
  const configuration = configureSaved(settings);
  const { threads } = configuration.run;
  if (threads <= MOST_THREADS) return configuration;
  throw new UsageError(
    `The setting threads of the run is ${threads}; it must be at most ${MOST_THREADS}, since more have nothing to do in an update; leave it out for one per core.`,
  );
}

/** The settings that a run was started with; a resumed run keeps its number of threads. @throws as `resolveConfiguration` does */
export function configureSaved(settings: TrainSettings): Configuration {
  return resolveConfiguration(settings, Math.min(availableParallelism(), MOST_THREADS));
}

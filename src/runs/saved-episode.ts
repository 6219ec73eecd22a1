/**
 * The episode in progress, as a checkpoint holds it: `trajectory/observations`, `trajectory/actions`, `trajectory/rewards`
 * and `environment`, where the environment can say how it stands in it. Where it cannot, or fails in that, the run goes
 * on from the beginning of that episode.
 */

import { joinRows } from "../data/episode.js";
import { restoreStateIn, type Stage, saveStateIn } from "../environments/environment-call.js";
import { EnvironmentFailure } from "../environments/environment-failure.js";
import { DataError } from "../errors.js";
import type { Trajectory } from "../training/trajectory.js";
import type { FoundCheckpoint } from "./checkpoints/store.js";
import type { CheckpointTensor, TensorFile } from "./checkpoints/tensor-file.js";
import type { RunState, SavedRun } from "./saved-run.js";

/** A trajectory on its way, and where chance stood before it began, unless an older checkpoint that held it did not say. */
export interface TrajectoryOnItsWay extends Trajectory {
  readonly before: SavedRun["streams"] | undefined;
}

/** Where the next online episode is played, or the one in progress. */
export function onlineStage({ environment, log, watch }: RunState): Stage {
  return { environment, episode: { kind: "online episode", number: log.onlineEpisodes + 1 }, watch };
}

/**
 * The environment's state in the episode in progress; undefined where the run can only go on from its beginning.
 * @throws EnvironmentFailure if it fails and how the episode began is not known
 */
export function environmentState(
  state: RunState,
  { actions, before }: TrajectoryOnItsWay,
  onUnsaved: (failure: EnvironmentFailure) => void,
): Float64Array | undefined {
  try {
    return saveStateIn(onlineStage(state), actions.length);
  } catch (error) {
    if (!(error instanceof EnvironmentFailure) || !before) throw error;
    onUnsaved(error);
    return undefined;
  }
}

/** Adds the tensors of the episode in progress. */
export function addEpisode(
  tensors: Map<string, CheckpointTensor>,
  trajectory: Trajectory,
  environment: Float64Array,
): void {
  tensors.set("environment", environment);
  for (const part of ["observations", "actions"] as const)
    tensors.set(`trajectory/${part}`, joinRows(trajectory[part]));
  tensors.set("trajectory/rewards", Float64Array.from(trajectory.rewards));
}

/**
 * Puts the run and its environment back into the episode in progress, if there was one.
 * @throws EnvironmentFailure if the environment fails; DataError where the checkpoint does not fit the run
 */
export function restoreEpisode(state: RunState, saved: SavedRun, { tensors, path }: FoundCheckpoint): void {
  if (saved.trajectory !== null) state.trajectory = trajectoryIn(state, saved, tensors, path);
}

/** The episode in progress; the environment is where it was in it. */
function trajectoryIn(
  state: RunState,
  { streamsBefore: before, trajectory: steps }: SavedRun,
  tensors: TensorFile["tensors"],
  path: string,
): TrajectoryOnItsWay {
  const { environment } = state;
  const { observationSize, actionSize } = state.agent.sizes;
  if (!environment.restoreState)
    throw new DataError(`The checkpoint ${path} holds an episode of ${environment.name}, which cannot go on in it.`);
  const rows = (name: string, count: number, width: number): Float32Array[] => {
    const values = tensors.get(`trajectory/${name}`);
    if (!(values instanceof Float32Array) || values.length !== count * width)
      throw new DataError(`The checkpoint ${path} has no ${count} ${name} of the episode in progress.`);
    return Array.from({ length: count }, (_, row) => values.slice(row * width, (row + 1) * width));
  };
  restoreStateIn(onlineStage(state), numbersIn(path, tensors, "environment"), steps!);
  return {
    observations: rows("observations", steps! + 1, observationSize),
    actions: rows("actions", steps!, actionSize),
    rewards: [...numbersIn(path, tensors, "trajectory/rewards", steps!)],
    before,
  };
}

/**
 * A tensor of float64.
 * @param count how many there must be, if that is known
 * @throws DataError where it is not there
 */
export function numbersIn(path: string, tensors: TensorFile["tensors"], name: string, count?: number): Float64Array {
  const values = tensors.get(name);
  if (values instanceof Float64Array && (count === undefined || values.length === count)) return values;
  throw new DataError(`The checkpoint ${path} does not hold the ${count ?? ""} numbers of ${name}.`);
}

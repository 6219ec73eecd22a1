/**
 * Collecting: a controller acts in an environment and what happens is recorded as episodes, the form in which replay
 * and the writers of files take it. Where the controller comes from (waypoints, a trained policy) is not decided here.
 */
import { type Dataset, type Episode, type Observation, packEpisode } from "../data/episode.js";
import { type ActionBounds, isUnit } from "../data/transform.js";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import {
  type ActionSpace,
  actionVectorSize,
  discreteActionsOf,
  type Environment,
  isPromise,
  observationPartsOf,
  type ResetResult,
} from "./environment.js";

/** What acts: an action (a vector within the bounds of the space, or one number) for an observation, a vector or parts. */
export type Controller<Observed extends Observation = Float32Array> = (observation: Observed) => Float32Array;

/** Called at each reset with the number of the episode (from 0); a controller that never changes is `() => controller`. */
export type BeginEpisode<Observed extends Observation = Float32Array> = (
  episode: number,
  reset: ResetResult,
) => Controller<Observed>;

/** How much to collect (exactly one of the two), from which seed, and a listener. */
export interface CollectionAmount {
  /** The number of episodes. */
  readonly episodes?: number;
  /** The number of steps; the last episode is cut there and counts as truncated. */
  readonly steps?: number;
  readonly seed: number;
  /** Called after every episode, with what is done and the total, in episodes or steps as the amount was given. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Plays episodes and records them, with rewards and ends as the environment gives them. The environment stays open.
 * @param source where the data come from, in words, for `Dataset.source`.
 * @throws UsageError when neither or both of `episodes` and `steps` are given, or are not positive integers.
 */
export async function collectEpisodes<Observed extends Observation = Float32Array>(
  environment: Environment,
  beginEpisode: BeginEpisode<Observed>,
  source: string,
  amount: CollectionAmount,
): Promise<Dataset> {
  const { unit, total } = readAmount(amount);
  const seeds = new RandomStream(amount.seed, "collection");
  const episodes: Episode[] = [];
  let steps = 0;
  for (let done = 0; done < total; ) {
    const reset = await environment.reset({ seed: seeds.integer(2 ** 31) });
    const limit = unit === "steps" ? total - steps : Number.POSITIVE_INFINITY;
    const episode = await recordEpisode(environment, reset, beginEpisode(episodes.length, reset), limit);
    episodes.push(episode);
    steps += episode.length;
    done = unit === "steps" ? steps : episodes.length;
    amount.onProgress?.(done, total);
  }
  const { observationSpace, actionSpace } = environment;
  const discreteActions = discreteActionsOf(actionSpace);
  const actionBounds = boundsOf(actionSpace);
  return {
    source,
    observations: observationPartsOf(observationSpace),
    actionSize: actionVectorSize(actionSpace),
    ...(discreteActions !== undefined && { discreteActions }),
    ...(actionBounds && { actionBounds }),
    episodes,
  };
}

/** The bounds that the data have to say, since nobody would take actions to lie in them: finite, and not [-1, 1]. */
function boundsOf(space: ActionSpace): ActionBounds | undefined {
  if (space.kind === "discrete" || isUnit(space)) return undefined;
  const { low, high } = space;
  return low.every(Number.isFinite) && high.every(Number.isFinite) ? { low, high } : undefined;
}

/** What is counted, and how much of it is wanted. @throws UsageError unless one of the two is a positive integer */
export function readAmount({ episodes, steps }: CollectionAmount): { unit: "episodes" | "steps"; total: number } {
  if ((episodes === undefined) === (steps === undefined))
    throw new UsageError("A collection needs to know its size: give either a number of episodes or a number of steps.");
  const unit = episodes === undefined ? "steps" : "episodes";
  const total = (episodes ?? steps)!;
  if (!Number.isSafeInteger(total) || total < 1)
    throw new UsageError(`A collection of ${total} ${unit} is not possible; ask for a whole number of 1 or more.`);
  return { unit, total };
}

/**
 * Plays from a reset until the episode ends, or for `limit` steps, which cuts it like a clock does; never beyond the
 * horizon, even where an environment forgets to end.
 */
export async function recordEpisode<Observed extends Observation = Float32Array>(
  environment: Environment,
  reset: ResetResult,
  controller: Controller<Observed>,
  limit = Number.POSITIVE_INFINITY,
): Promise<Episode> {
  const observations = [reset.observation as Observed];
  const actions: Float32Array[] = [];
  const rewards: number[] = [];
  let terminated = false;
  let ended = false;
  const longest = Math.min(limit, environment.horizon);
  while (!ended && actions.length < longest) {
    const action = controller(observations.at(-1)!).slice(); // a controller may reuse its array
    const answer = environment.step(action);
    const result = isPromise(answer) ? await answer : answer; // no turn of the event loop for what is there
    observations.push(result.observation as Observed);
    actions.push(action);
    rewards.push(result.reward);
    terminated = result.terminated;
    ended = result.terminated || result.truncated;
  }
  return packEpisode(observations, actions, rewards, terminated);
}

/** The same controller with normal noise of deviation `noise` on every entry, clipped to [-1, 1]. */
export function addNoise(controller: Controller, noise: number, random: RandomStream): Controller {
  return (observation) => controller(observation).map((entry) => clipToUnit(entry + noise * random.normal()));
}

/** The nearest number in [-1, 1]. */
export function clipToUnit(value: number): number {
  return Math.min(Math.max(value, -1), 1);
}

/** Refuses a setting of a collection that is out of its range. @throws UsageError naming it */
export function requireWithin(setting: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  const range = high === Number.MAX_VALUE ? `${low} or more` : `between ${low} and ${high}`;
  throw new UsageError(`The setting ${setting} of the collection is ${value}; give a number ${range}.`);
}

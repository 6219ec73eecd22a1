/**
 * How good is the policy now? Plays episodes with the deterministic policy, all side by side so that one call answers
 * for every episode that still runs. The same seeds at every evaluation, so that changes are the policy's.
 */
import { joinObservations, joinRows, type Observation } from "../data/episode.js";
import { type EnvironmentWatch, watched } from "../environments/call-watch.js";
import { ignoreFailure } from "../environments/contract.js";
import {
  type Environment,
  isPromise,
  type MaybePromise,
  type StepResult,
  whenAnswered,
} from "../environments/environment.js";
import { closeQuietly, makeIn, resetIn, type Stage, stepIn } from "../environments/environment-call.js";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { shown } from "../requirement.js";
import type { Evaluation, Evaluator, Policy } from "./ports.js";

export interface EvaluatorOptions {
  readonly task: string;
  readonly episodes: number;
  readonly seed: number;
  /** The run's first environment: those that are made for evaluations must be of its kind. */
  readonly first: Environment;
  readonly signal?: AbortSignal | undefined;
  readonly watch?: EnvironmentWatch | undefined;
}

/** An evaluator that holds environments, and where they may be elsewhere. */
export interface EpisodeEvaluator extends Evaluator {
  /** Makes the environments. @throws EnvironmentFailure if one cannot be made */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/** Evaluates in environments of its own, one an episode, made when first needed. */
export class EnvironmentEvaluator implements EpisodeEvaluator {
  private readonly environments: Environment[] = [];

  constructor(private readonly options: EvaluatorOptions) {}

  async prepare(): Promise<void> {
    const { task, episodes, watch, first } = this.options;
    await watched(watch, async () => {
      while (this.environments.length < episodes) this.environments.push(await makeIn(task, watch, first));
    });
  }

  async evaluate(policy: Policy): Promise<Evaluation> {
    const { seed, signal, watch } = this.options;
    await this.prepare();
    return watched(watch, () => evaluate(policy, this.environments, seed, signal, watch));
  }

  async close(): Promise<void> {
    await Promise.all(this.environments.splice(0).map(closeQuietly));
  }
}

interface Playing {
  readonly stage: Stage;
  observation: Observation;
  total: number;
  length: number;
  /** null while no answer has told. */
  success: boolean | null;
  running: boolean;
}

/**
 * Plays one episode in each of the environments. The policy always acts here and for all that still run at once: the last
 * bits of its actions may depend on how many rows it is given.
 * @param seed from which the seeds of the episodes follow
 * @param watch told of every call of an environment
 * @throws UsageError if there is no environment; EnvironmentFailure if one of them fails; the signal's reason if it ends the evaluation early
 */
export async function evaluate(
  policy: Policy,
  environments: readonly Environment[],
  seed: number,
  signal?: AbortSignal,
  watch?: EnvironmentWatch,
): Promise<Evaluation> {
  if (!Array.isArray(environments) || environments.length === 0)
    throw new UsageError(
      `The environments of evaluate() are ${shown(environments)}; give a list with one for each episode to play.`,
    );
  const seeds = new RandomStream(seed, "evaluation");
  const episodes = environments.map((environment, i) =>
    waiting({ environment, episode: { kind: "evaluation episode", number: i + 1 }, watch }),
  );
  await ofAll(episodes, (episode) => begin(episode, seeds.integer(2 ** 31)));
  for (let running = episodes; running.length > 0; running = running.filter((episode) => episode.running)) {
    signal?.throwIfAborted();
    const observations = sideBySide(running.map((episode) => episode.observation));
    const actions = await policy.act(observations, { deterministic: true });
    const size = actions.length / running.length;
    await ofAll(running, (episode, i) => play(episode, actions.slice(i * size, (i + 1) * size)));
  }
  return summarise(episodes, environments[0]!);
}

function waiting(stage: Stage): Playing {
  return { stage, observation: new Float32Array(), total: 0, length: 0, success: null, running: true };
}

/** Asks every episode before an answer is waited for, so that they can be worked out at once. */
async function ofAll(
  episodes: readonly Playing[],
  ask: (episode: Playing, i: number) => MaybePromise<undefined>,
): Promise<void> {
  const promised: Promise<undefined>[] = [];
  try {
    for (const [i, episode] of episodes.entries()) {
      const answer = ask(episode, i);
      if (isPromise(answer)) promised.push(answer);
    }
  } catch (error) {
    for (const answer of promised) ignoreFailure(answer);
    throw error;
  }
  // Nothing is waited for where the environments answer at once.
  if (promised.length > 0) await Promise.all(promised);
}

function begin(episode: Playing, seed: number): MaybePromise<undefined> {
  return whenAnswered(resetIn(episode.stage, seed), ({ observation }) => {
    episode.observation = observation;
    return undefined;
  });
}

function play(episode: Playing, action: Float32Array): MaybePromise<undefined> {
  const answer = stepIn(episode.stage, action, episode.length + 1);
  return isPromise(answer) ? answer.then((result) => take(episode, result)) : take(episode, answer);
}

function take(episode: Playing, { observation, reward, terminated, truncated, info }: StepResult): undefined {
  episode.observation = observation;
  episode.total += reward;
  episode.length++;
  if (info.success !== null) episode.success = episode.success === true || info.success;
  episode.running = !terminated && !truncated;
}

/** Vectors stay a vector each, one after the other: what a policy of vectors takes. */
function sideBySide(observations: readonly Observation[]): Observation {
  const vectors = observations.filter((observation) => observation instanceof Float32Array);
  return vectors.length === observations.length ? joinRows(vectors) : joinObservations(observations);
}

function summarise(episodes: readonly Playing[], environment: Environment): Evaluation {
  const mean = (value: (episode: Playing) => number) =>
    episodes.reduce((total, episode) => total + value(episode), 0) / episodes.length;
  const returnMean = mean((episode) => episode.total);
  const score = environment.normalisedScore?.(returnMean);
  return {
    episodes: episodes.length,
    ...(episodes.some(({ success }) => success !== null) && {
      successRate: mean((episode) => (episode.success ? 1 : 0)),
    }),
    returnMean,
    returnStandardDeviation: Math.sqrt(mean((episode) => (episode.total - returnMean) ** 2)),
    lengthMean: mean((episode) => episode.length),
    ...(score !== undefined && { normalisedScore: score }),
  };
}

/**
 * How good is the policy now? Plays episodes with the deterministic policy, all side by side so that one call answers
 * for every episode that still runs. The same seeds at every evaluation, so that changes are the policy's.
 */
import type { Agent } from "../agents/agent.js";
import { joinRows } from "../data/episode.js";
import { normalisedScore } from "../environments/adroit/adroit-score.js";
import type { Environment } from "../environments/environment.js";
import { resetIn, type Stage, stepIn } from "../environments/environment-call.js";
import { RandomStream } from "../random.js";
import type { HangWatch } from "../runs/hang-watch.js";

export interface Evaluation {
  readonly episodes: number;
  /** Share of the episodes in which `info.success` was true at least once. */
  readonly successRate: number;
  /** Undiscounted sums of the environment's own rewards. */
  readonly returnMean: number;
  readonly returnStandardDeviation: number;
  readonly lengthMean: number;
  /** D4RL's score of the mean return, where the task has one: 0 is random, 100 an expert. */
  readonly normalisedScore?: number;
}

interface Playing {
  readonly stage: Stage;
  observation: Float32Array;
  total: number;
  length: number;
  success: boolean;
  running: boolean;
}

/**
 * Plays one episode in each of the environments.
 * @param watch told of every call of an environment
 * @throws EnvironmentFailure if one of them fails; the signal's reason if it ends the evaluation early
 */
export async function evaluate(
  agent: Agent,
  environments: readonly Environment[],
  seed: number,
  signal?: AbortSignal,
  watch?: HangWatch,
): Promise<Evaluation> {
  const seeds = new RandomStream(seed, "evaluation");
  const episodes = environments.map((environment, i) => {
    const episode = { kind: "evaluation episode", number: i + 1 } as const;
    return begin({ environment, episode, watch }, seeds.integer(2 ** 31));
  });
  for (let running = episodes; running.length > 0; running = running.filter((episode) => episode.running)) {
    signal?.throwIfAborted();
    const observations = joinRows(running.map((episode) => episode.observation));
    const actions = await agent.act(observations, { deterministic: true });
    const size = actions.length / running.length;
    for (const [i, episode] of running.entries()) play(episode, actions.slice(i * size, (i + 1) * size));
  }
  return summarise(episodes, environments[0]!.name);
}

function begin(stage: Stage, seed: number): Playing {
  const { observation } = resetIn(stage, seed);
  return { stage, observation, total: 0, length: 0, success: false, running: true };
}

function play(episode: Playing, action: Float32Array): void {
  const { observation, reward, terminated, truncated, info } = stepIn(episode.stage, action, episode.length + 1);
  episode.observation = observation;
  episode.total += reward;
  episode.length++;
  episode.success ||= info.success;
  episode.running = !terminated && !truncated;
}

function summarise(episodes: readonly Playing[], task: string): Evaluation {
  const mean = (value: (episode: Playing) => number) =>
    episodes.reduce((total, episode) => total + value(episode), 0) / episodes.length;
  const returnMean = mean((episode) => episode.total);
  const score = normalisedScore(task, returnMean);
  return {
    episodes: episodes.length,
    successRate: mean((episode) => (episode.success ? 1 : 0)),
    returnMean,
    returnStandardDeviation: Math.sqrt(mean((episode) => (episode.total - returnMean) ** 2)),
    lengthMean: mean((episode) => episode.length),
    ...(score !== undefined && { normalisedScore: score }),
  };
}

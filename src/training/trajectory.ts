/**
 * Collecting online: one whole trajectory, as an episode like those that were recorded. While it goes on it is a value
 * of its own, so that a checkpoint can be written in the middle of it and another process can go on from there.
 */
import type { Agent } from "../agents/agent.js";
import { type Episode, packEpisode } from "../data/episode.js";
import type { Environment } from "../environments/environment.js";
import { resetIn, stepIn } from "./environment-failure.js";

/** An action for an observation; the array may be overwritten by the next call. */
export type Act = (observation: Float32Array) => Promise<Float32Array>;

/** The agent's stochastic policy. */
export function exploring(agent: Agent): Act {
  return (observation) => agent.act(observation, { deterministic: false });
}

/** What was played so far: one observation more than actions and rewards. */
export interface Trajectory {
  readonly observations: Float32Array[];
  readonly actions: Float32Array[];
  readonly rewards: number[];
}

/** @param name the episode in words, for messages. @throws RunFailure naming the episode if the environment fails */
export function beginTrajectory(environment: Environment, seed: number, name: string): Trajectory {
  return { observations: [resetIn(environment, seed, name).observation], actions: [], rewards: [] };
}

/**
 * Plays on until the task or the clock ends the episode.
 * @param name the episode in words, for messages
 * @param afterStep called between two steps
 * @throws RunFailure naming episode and step if the environment fails; the signal's reason if it ends it early
 */
export async function finishTrajectory(
  { observations, actions, rewards }: Trajectory,
  act: Act,
  environment: Environment,
  name: string,
  afterStep?: () => void,
  signal?: AbortSignal,
): Promise<Episode> {
  for (;;) {
    signal?.throwIfAborted();
    const action = (await act(observations[observations.length - 1]!)).slice();
    const { observation, reward, terminated, truncated } = stepIn(environment, action, name, actions.length + 1);
    observations.push(observation);
    actions.push(action);
    rewards.push(reward);
    if (terminated || truncated) return packEpisode(observations, actions, rewards, terminated);
    afterStep?.();
  }
}

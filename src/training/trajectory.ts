/**
 * Collecting online: one whole trajectory, as an episode like those that were recorded. While it goes on it is a value
 * of its own, so that a checkpoint can be written in the middle of it and another process can go on from there.
 */
import type { Agent } from "../agents/agent.js";
import { type Episode, packEpisode } from "../data/episode.js";
import { resetIn, type Stage, stepIn } from "../environments/environment-call.js";

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

/** @throws EnvironmentFailure if the environment fails */
export function beginTrajectory(stage: Stage, seed: number): Trajectory {
  return { observations: [resetIn(stage, seed).observation], actions: [], rewards: [] };
}

/**
 * Plays on until the task or the clock ends the episode.
 * @param afterStep called between two steps
 * @throws EnvironmentFailure if the environment fails; the signal's reason if it ends it early
 */
export async function finishTrajectory(
  { observations, actions, rewards }: Trajectory,
  act: Act,
  stage: Stage,
  afterStep?: () => void,
  signal?: AbortSignal,
): Promise<Episode> {
  for (;;) {
    signal?.throwIfAborted();
    const action = (await act(observations[observations.length - 1]!)).slice();
    const { observation, reward, terminated, truncated } = stepIn(stage, action, actions.length + 1);
    observations.push(observation);
    actions.push(action);
    rewards.push(reward);
    if (terminated || truncated) return packEpisode(observations, actions, rewards, terminated);
    afterStep?.();
  }
}

/**
 * Collecting online: one whole trajectory, as an episode like those that were recorded.
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

/**
 * Plays until the task or the clock ends the episode.
 * @param name the episode in words, for messages
 * @throws RunFailure naming episode and step if the environment fails; the signal's reason if it ends it early
 */
export async function collectTrajectory(
  act: Act,
  environment: Environment,
  seed: number,
  name: string,
  signal?: AbortSignal,
): Promise<Episode> {
  const observations = [resetIn(environment, seed, name).observation];
  const actions: Float32Array[] = [];
  const rewards: number[] = [];
  for (;;) {
    signal?.throwIfAborted();
    const action = (await act(observations[observations.length - 1]!)).slice();
    const { observation, reward, terminated, truncated } = stepIn(environment, action, name, actions.length + 1);
    observations.push(observation);
    actions.push(action);
    rewards.push(reward);
    if (terminated || truncated) return packEpisode(observations, actions, rewards, terminated);
  }
}

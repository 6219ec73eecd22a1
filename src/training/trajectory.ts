/**
 * Collecting online: one whole trajectory with the stochastic policy, as an episode like those that were recorded.
 */
import type { Agent } from "../agents/agent.js";
import { type Episode, packEpisode } from "../data/episode.js";
import type { Environment } from "../environments/environment.js";
import { resetIn, stepIn } from "./environment-failure.js";

/**
 * Plays until the task or the clock ends the episode.
 * @param name the episode in words, for messages
 * @throws RunFailure naming episode and step if the environment fails; the signal's reason if it ends it early
 */
export async function collectTrajectory(
  agent: Agent,
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
    const chosen = await agent.act(observations[observations.length - 1]!, { deterministic: false });
    const action = chosen.slice();
    const { observation, reward, terminated, truncated } = stepIn(environment, action, name, actions.length + 1);
    observations.push(observation);
    actions.push(action);
    rewards.push(reward);
    if (terminated || truncated) return packEpisode(observations, actions, rewards, terminated);
  }
}

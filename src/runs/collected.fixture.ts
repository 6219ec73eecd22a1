/**
 * A whole trajectory of an agent's stochastic policy, for tests.
 */
import type { Agent } from "../agents/agent.js";
import type { Environment } from "../environments/environment.js";
import { beginTrajectory, exploring, finishTrajectory } from "../training/trajectory.js";

export function collected(agent: Agent, environment: Environment, seed: number) {
  const stage = { environment, episode: { kind: "online episode", number: 1 } } as const;
  return finishTrajectory(beginTrajectory(stage, seed), exploring(agent), stage);
}

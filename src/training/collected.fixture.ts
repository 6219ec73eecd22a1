/**
 * A whole trajectory of an agent's stochastic policy, for tests.
 */
import type { Agent } from "../agents/agent.js";
import type { Environment } from "../environments/environment.js";
import { beginTrajectory, exploring, finishTrajectory } from "./trajectory.js";

export function collected(agent: Agent, environment: Environment, seed: number, name: string) {
  return finishTrajectory(beginTrajectory(environment, seed, name), exploring(agent), environment, name);
}

/**
 * A whole episode of an agent's stochastic policy, for tests.
 */
import type { Agent } from "../agents/agent.js";
import type { Episode } from "../data/episode.js";
import type { Environment } from "../environments/environment.js";
import { RenewableEnvironment } from "../environments/renewable-environment.js";
import type { RandomStream } from "../random.js";
import { EnvironmentCollector } from "../training/environment-collector.js";

export async function collected(agent: Agent, environment: Environment, seed: number): Promise<Episode> {
  const collector = new EnvironmentCollector({
    environment: await RenewableEnvironment.make(async () => environment),
    settings: { onEnvironmentFailure: "stop", episodeFailures: 1 },
    seeds: { integer: () => seed } as unknown as RandomStream,
    streams: () => ({}),
    onDrop: () => {},
    onUnsaved: () => {},
  });
  return collector.next(agent, () => {});
}

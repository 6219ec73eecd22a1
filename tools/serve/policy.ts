/**
 * The policy that is served in measurements: 256-256, untrained, because what it costs does not depend on what it learned.
 */
import { writeFileSync } from "node:fs";
import { Agent } from "../../src/agents/agent.js";

/** As of a half-cheetah. */
export const servedSizes = { observationSize: 17, actionSize: 6 } as const;

export async function writePolicy(path: string, actorHidden: readonly number[] = [256, 256]): Promise<void> {
  const agent = await Agent.create("cal-ql", { ...servedSizes, threads: 1, settings: { actorHidden } });
  try {
    writeFileSync(path, agent.exportPolicy());
  } finally {
    await agent.release();
  }
}

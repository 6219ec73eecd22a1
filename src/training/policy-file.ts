/**
 * The policy that a run writes, or that is exported from its checkpoints: one ONNX file that records its origin.
 */
import type { Agent } from "../agents/agent.js";

/** What a policy file says of where it comes from. */
export type PolicySource = Readonly<{ task: string; seed: number }>;

/** The bytes of an agent's policy (ONNX) after so many updates of a run. */
export function policyFile(agent: Agent, { task, seed }: PolicySource, updates: number): Uint8Array {
  return agent.exportPolicy({ task, seed: String(seed), updates: String(updates) });
}

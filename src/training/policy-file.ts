/**
 * The policy that a run leaves, or that is made of its checkpoints: one ONNX file that says of itself what it comes from.
 */
import type { Agent } from "../agents/agent.js";

/** What a policy file says of where it comes from. */
export type PolicySource = Readonly<{ task: string; seed: number }>;

/** The bytes of an agent's policy (ONNX) after so many updates of a run. */
export function policyFile(agent: Agent, { task, seed }: PolicySource, updates: number): Uint8Array {
  return agent.exportPolicy({ task, seed: String(seed), updates: String(updates) });
}

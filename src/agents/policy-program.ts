/**
 * Acting: the policy as a small program of its own that reads the weights where the update program keeps them, and the
 * same policy as an ONNX file that any runtime can execute. Any number of observations can be answered at once.
 */
import { frozenMembers } from "../networks/parameters.js";
import type { Policy } from "../networks/policy.js";
import { type GraphDefinition, lowerToOnnx } from "../tensor/lower.js";
import { encodeOnnxModel } from "../tensor/onnx-model.js";
import { input } from "../tensor/operations.js";
import {
  createSession,
  floatTensor,
  type InferenceSession,
  type RuntimeOptions,
  type RuntimeTensor,
} from "../tensor/runtime.js";
import type { Sizes } from "./context.js";

interface Buffers {
  readonly observations: RuntimeTensor;
  readonly noise: RuntimeTensor;
  readonly actions: RuntimeTensor;
}

export class PolicyProgram {
  private readonly buffers = new Map<number, Buffers>();

  private constructor(
    private readonly session: InferenceSession,
    private readonly sizes: Sizes,
    private readonly policy: Policy,
  ) {}

  static async compile(policy: Policy, sizes: Sizes, options: RuntimeOptions): Promise<PolicyProgram> {
    const actions = policy.act(
      input("observations", [1, sizes.observationSize]),
      input("noise", [1, policy.noiseSize]),
    );
    const graph: GraphDefinition = { name: "act", outputs: { actions }, anyBatch: true };
    const session = await createSession(encodeOnnxModel(lowerToOnnx(graph)), options);
    return new PolicyProgram(session, sizes, policy);
  }

  /**
   * Actions [count, action] for observations [count, observation] and noise [count, noiseSize] (row-major); zero noise
   * is the deterministic policy. The result is overwritten by the next call with the same count.
   * @param weights the policy's state tensor
   */
  async act(observations: Float32Array, noise: Float32Array, weights: RuntimeTensor): Promise<Float32Array> {
    const buffers = this.buffersFor(observations.length / this.sizes.observationSize);
    (buffers.observations.data as Float32Array).set(observations);
    (buffers.noise.data as Float32Array).set(noise);
    const feeds = { observations: buffers.observations, noise: buffers.noise, [this.policy.parameters.name]: weights };
    await this.session.run(feeds, { actions: buffers.actions });
    return buffers.actions.data as Float32Array;
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private buffersFor(count: number): Buffers {
    const known = this.buffers.get(count);
    if (known) return known;
    const make = (size: number) => floatTensor(new Float32Array(count * size), [count, size]);
    const { observationSize, actionSize } = this.sizes;
    const made = { observations: make(observationSize), noise: make(this.policy.noiseSize), actions: make(actionSize) };
    this.buffers.set(count, made);
    return made;
  }
}

/**
 * The policy as an ONNX file: `observations` [batch, observation] -> `actions` [batch, action] (deterministic), and
 * what the policy gives besides for whoever wants to explore.
 */
export function exportPolicy(
  policy: Policy,
  weights: Float32Array,
  sizes: Sizes,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const observations = input("observations", [1, sizes.observationSize]);
  const outputs = policy.outputs(observations, frozenMembers(policy.parameters, weights));
  const { documentation } = policy;
  return encodeOnnxModel(lowerToOnnx({ name: "policy", outputs, metadata, documentation, anyBatch: true }));
}

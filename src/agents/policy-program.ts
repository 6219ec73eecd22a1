/**
 * Acting: the policy as a small program of its own that reads the weights where the update program keeps them, and the
 * same policy as an ONNX file that any runtime can execute. It takes any number of observations at once.
 */
import { allocate, type Observations, partColumn, type Values } from "../data/columns.js";
import { frozenMembers } from "../networks/parameters.js";
import { networksOf, type Policy } from "../networks/policy.js";
import { type GraphDefinition, lowerToOnnx } from "../tensor/lower.js";
import { encodeOnnxModel } from "../tensor/onnx-model.js";
import { input } from "../tensor/operations.js";
import {
  createSession,
  floatTensor,
  type InferenceSession,
  type RuntimeOptions,
  type RuntimeTensor,
  runInto,
  runtimeTensor,
} from "../tensor/runtime.js";
import { environmentActions, observationsInput, partsOf, type Sizes } from "./context.js";

interface Buffers {
  /** By the names of the parts. */
  readonly observations: Readonly<Record<string, RuntimeTensor>>;
  readonly noise: RuntimeTensor;
  readonly actions: RuntimeTensor;
}

export class PolicyProgram {
  private readonly buffers = new Map<number, Buffers>();
  private readonly networks: readonly string[];

  private constructor(
    private readonly session: InferenceSession,
    private readonly sizes: Sizes,
    private readonly policy: Policy,
  ) {
    this.networks = networksOf(policy).map(({ name }) => name);
  }

  static async compile(policy: Policy, sizes: Sizes, options: RuntimeOptions): Promise<PolicyProgram> {
    const unit = policy.act(observationsInput(sizes, 1, "observations"), input("noise", [1, policy.noiseSize]));
    const actions = environmentActions(unit, sizes);
    const graph: GraphDefinition = { name: "act", outputs: { actions }, anyBatch: true };
    const session = await createSession(encodeOnnxModel(lowerToOnnx(graph)), options);
    return new PolicyProgram(session, sizes, policy);
  }

  /**
   * Actions [count, action] for so many rows of every part of observations and noise [count, noiseSize] (row-major); zero
   * noise is the deterministic policy. The result is overwritten by the next call with the same count.
   * @param weights the state tensors of the networks that the policy reads, by name
   */
  async act(
    observations: Observations,
    count: number,
    noise: Float32Array,
    weights: (name: string) => RuntimeTensor,
  ): Promise<Float32Array> {
    const buffers = this.buffersFor(count);
    const feeds: Record<string, RuntimeTensor> = { noise: buffers.noise };
    for (const name of this.networks) feeds[name] = weights(name);
    for (const [part, tensor] of Object.entries(buffers.observations)) {
      (tensor.data as Values).set(observations[part]!);
      feeds[partColumn("observations", part)] = tensor;
    }
    (buffers.noise.data as Float32Array).set(noise);
    await runInto(this.session, feeds, { actions: buffers.actions });
    return buffers.actions.data as Float32Array;
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private buffersFor(count: number): Buffers {
    const known = this.buffers.get(count);
    if (known) return known;
    const make = (size: number) => floatTensor(new Float32Array(count * size), [count, size]);
    const parts = Object.entries(partsOf(this.sizes)).map(([name, part]) => {
      return [name, runtimeTensor(allocate(part, count), [count, ...part.shape])] as const;
    });
    const observations = Object.fromEntries(parts);
    const made = { observations, noise: make(this.policy.noiseSize), actions: make(this.sizes.actionSize) };
    this.buffers.set(count, made);
    return made;
  }
}

/** What the file of a policy says whose actions are not in [-1, 1]. */
const SCALED =
  "the file's actions are scaled to the environment's: low + (action + 1)*(high - low)/2 (actionLow, actionHigh)";

/**
 * The policy as an ONNX file: `observations` [batch, observation] (and an input for each further part, such
 * as `observations/image` [batch, 48, 48, 3] of uint8) -> `actions` [batch, action] (deterministic), and
 * the policy's further outputs, for exploration.
 */
export function exportPolicy(
  policy: Policy,
  weights: (name: string) => Float32Array,
  sizes: Sizes,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const observations = observationsInput(sizes, 1, "observations");
  const { actions, ...others } = policy.outputs(observations, frozenMembers(networksOf(policy), weights));
  const outputs = { actions: environmentActions(actions!, sizes), ...others };
  const bounds = sizes.transform?.actions;
  const documentation = bounds ? `${policy.documentation}; ${SCALED}` : policy.documentation;
  const told = bounds
    ? { ...metadata, actionLow: JSON.stringify([...bounds.low]), actionHigh: JSON.stringify([...bounds.high]) }
    : metadata;
  return encodeOnnxModel(lowerToOnnx({ name: "policy", outputs, metadata: told, documentation, anyBatch: true }));
}

/**
 * A policy from its file: what `exportPolicy` wrote, loaded again and asked for actions, without the agent that learned
 * it. Any ONNX file with the same two names and shapes will do, whoever made it.
 */
import { DataError, UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";
import { type OnnxDescription, readOnnxDescription } from "../tensor/onnx-description.js";
import { createSession, floatTensor, type InferenceSession, type RuntimeOptions } from "../tensor/runtime.js";

/** How to act: with the deterministic action, or with one drawn from the policy's distribution. */
export type ActingMode =
  | { readonly deterministic: true }
  | { readonly deterministic: false; readonly noise: RandomStream };

/** What the documentation of an exported file says about sampling, and the same as code. */
const samplingRules: readonly { readonly formula: string; readonly squash: (value: number) => number }[] = [
  { formula: "tanh(mean + exp(logStd)*noise)", squash: Math.tanh },
  { formula: "clip(mean + exp(logStd)*noise, -1, 1)", squash: (value) => Math.min(Math.max(value, -1), 1) },
];

/** A policy that was read from an ONNX file. Call `release` when it is no longer needed. */
export class PolicyFile {
  private constructor(
    private readonly session: InferenceSession,
    /** What messages call it. */
    readonly name: string,
    readonly observationSize: number,
    /** Numbers of one action; 1 where it is the index of a choice. */
    readonly actionSize: number,
    private readonly description: OnnxDescription,
  ) {}

  /**
   * @param bytes the content of an ONNX file: `observations` [batch, observation] -> `actions` [batch, action]
   * @throws DataError if they are no ONNX model, or one with other inputs or outputs
   */
  static async load(bytes: Uint8Array, name: string, options: RuntimeOptions = { threads: 1 }): Promise<PolicyFile> {
    let session: InferenceSession;
    let description: OnnxDescription;
    try {
      description = readOnnxDescription(bytes);
      session = await createSession(bytes, options);
    } catch {
      throw new DataError(`"${name}" is not a readable ONNX file; give a policy.onnx that a run has written.`);
    }
    const others = session.inputNames.filter((input) => input !== "observations");
    const observationSize = columnsOf(session.inputMetadata, "observations");
    const actionSize = columnsOf(session.outputMetadata, "actions");
    if (observationSize === undefined || actionSize === undefined || others.length > 0) {
      await session.release();
      throw new DataError(
        `"${name}" is no policy: it does not turn "observations" [batch, size] into "actions" [batch, size] alone; give a policy.onnx that a run has written.`,
      );
    }
    return new PolicyFile(session, name, observationSize, actionSize, description);
  }

  /** What the file says about itself, such as its `agent` and `task`; empty where it says nothing. */
  get metadata(): Readonly<Record<string, string>> {
    return this.description.metadata;
  }

  /**
   * Actions [count, action] for observations [count, observation], row-major, in a fresh array.
   * @throws UsageError if the observations do not fit, or if the file holds no distribution to draw from
   */
  async act(observations: Float32Array, mode: ActingMode = { deterministic: true }): Promise<Float32Array> {
    const count = observations.length / this.observationSize;
    if (!Number.isInteger(count))
      throw new UsageError(
        `The policy ${this.name} takes observations of ${this.observationSize} numbers, not ${observations.length}; use it for the task it was trained on.`,
      );
    const results = await this.session.run({
      observations: floatTensor(observations, [count, this.observationSize]),
    });
    const rows = (output: string) => results[output]!.data as Float32Array;
    if (mode.deterministic) return rows("actions");
    const squash = this.squash();
    const [mean, logStd] = [rows("mean"), rows("logStd")];
    return mean.map((value, i) => squash(value + Math.exp(logStd[i]!) * mode.noise.normal()));
  }

  /** @throws UsageError if the policy is not one for a task with observations and actions of these sizes */
  refuseMisfit(task: string, observationSize: number, actionSize: number): void {
    if (this.observationSize === observationSize && this.actionSize === actionSize) return;
    throw new UsageError(
      `The policy ${this.name} turns ${this.observationSize} numbers into ${this.actionSize}, but ${task} has observations of ${observationSize} and actions of ${actionSize}; name the task that it was trained on.`,
    );
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private squash(): (value: number) => number {
    const rule = samplingRules.find(({ formula }) => this.description.documentation.includes(formula));
    if (!rule || !this.session.outputNames.includes("mean") || !this.session.outputNames.includes("logStd"))
      throw new UsageError(`The policy ${this.name} has no distribution to draw actions from; act deterministically.`);
    return rule.squash;
  }
}

/** The second dimension of the input or output of that name; undefined where it is missing or no table of floats. */
function columnsOf(values: readonly InferenceSession.ValueMetadata[], name: string): number | undefined {
  const found = values.find((value) => value.name === name);
  if (!found?.isTensor || found.type !== "float32" || found.shape.length !== 2) return undefined;
  const columns = found.shape[1];
  return typeof columns === "number" && columns > 0 ? columns : undefined;
}

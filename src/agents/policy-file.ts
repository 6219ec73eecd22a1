/**
 * A policy from its file: what `exportPolicy` wrote, loaded again and used to act, without the agent that learned it.
 * Any ONNX file with the same two names and shapes will do, whatever wrote it.
 */
import {
  countRows,
  describeParts,
  type ObservationParts,
  type Observations,
  observationWidth,
  type Part,
  partColumn,
  STATE,
  widthOf,
} from "../data/columns.js";
import { type NumberNames, type Observation, partsOf } from "../data/episode.js";
import { LEGAL, refuseWithoutChoice } from "../data/legal-actions.js";
import { DataError, RunFailure, UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";
import { type OnnxDescription, readOnnxDescription } from "../tensor/onnx-description.js";
import {
  createSession,
  type InferenceSession,
  type RuntimeOptions,
  type RuntimeTensor,
  runtimeTensor,
} from "../tensor/runtime.js";
import { type ActionScale, type DrawRule, drawRules } from "./drawn-actions.js";
import { namesInMetadata } from "./policy-names.js";

/** How to act: with the deterministic action, or with one drawn from the policy's distribution. */
export type ActingMode =
  | { readonly deterministic: true }
  | { readonly deterministic: false; readonly noise: RandomStream };

/** What a file answers for rows of observations, row-major. */
export interface PolicyAnswer {
  /** [count, action], deterministic, in the environment's units. */
  readonly actions: Float32Array;
  /** [count, choices], where actions are discrete. */
  readonly values: Float32Array | undefined;
  /** [count, action], as is `logStd`, where there is a distribution; before its squashing and scaling. */
  readonly mean: Float32Array | undefined;
  readonly logStd: Float32Array | undefined;
}

/** A policy that was read from an ONNX file. Call `release` when it is no longer needed. */
export class PolicyFile {
  private constructor(
    private readonly session: InferenceSession,
    /** What messages call it. */
    readonly name: string,
    /** The parts of an observation; a vector alone is `state`. */
    readonly observations: ObservationParts,
    /** Numbers of one action; 1 where it is the index of a choice. */
    readonly actionSize: number,
    private readonly description: OnnxDescription,
  ) {}

  /**
   * @param bytes the content of an ONNX file: `observations` [batch, observation], and an input for each further part
   *   such as `observations/image`, -> `actions` [batch, action]
   * @throws DataError if they are no ONNX model, or one with other inputs or outputs
   */
  static async load(bytes: Uint8Array, name: string, options: RuntimeOptions = { threads: 1 }): Promise<PolicyFile> {
    let session: InferenceSession;
    let description: OnnxDescription;
    try {
      description = readOnnxDescription(bytes);
      session = await createSession(bytes, options);
    } catch (error) {
      if (error instanceof UsageError || error instanceof RunFailure) throw error;
      throw new DataError(`"${name}" is not a readable ONNX file; give a policy.onnx that a run has written.`);
    }
    const observations = partsIn(session);
    const actionSize = columnsOf(session.outputMetadata, "actions");
    if (observations === undefined || actionSize === undefined) {
      await session.release();
      throw new DataError(
        `"${name}" is no policy: it does not turn "observations" [batch, size] into "actions" [batch, size] alone; give a policy.onnx that a run has written.`,
      );
    }
    return new PolicyFile(session, name, observations, actionSize, description);
  }

  /** Numbers of one observation, all parts together. */
  get observationSize(): number {
    return observationWidth(this.observations);
  }

  /** What the file says about itself, such as its `agent` and `task`; empty where it says nothing. */
  get metadata(): Readonly<Record<string, string>> {
    return this.description.metadata;
  }

  /** What the numbers of `state` and of actions are, where the file says it: "device=phone", or a name for each choice. */
  get names(): NumberNames {
    return namesInMetadata(this.metadata, this.name);
  }

  /**
   * Actions [count, action] for observations, a vector's [count, observation] or rows of every part, in a fresh array.
   * @throws UsageError if the observations do not fit, or if the file holds no distribution to draw from
   */
  async act(observations: Observation, mode: ActingMode = { deterministic: true }): Promise<Float32Array> {
    const { actions, mean, logStd } = await this.answer(observations);
    if (mode.deterministic) return actions;
    if (this.drawRule === undefined || !mean || !logStd)
      throw new UsageError(`The policy ${this.name} has no distribution to draw actions from; act deterministically.`);
    const { squash } = this.drawRule;
    const unit = mean.map((value, i) => squash(value + Math.exp(logStd[i]!) * mode.noise.normal()));
    return this.inEnvironmentUnits(unit);
  }

  /**
   * All that the file answers for observations, as `act` takes them, in fresh arrays.
   * @throws UsageError if the observations do not fit
   */
  async answer(observations: Observation): Promise<PolicyAnswer> {
    const feeds = this.feedsFor(partsOf(observations));
    this.refuseWithoutChoice(partsOf(observations));
    const results = await this.session.run(feeds);
    const rows = (output: string) => results[output]?.data as Float32Array | undefined;
    return { actions: rows("actions")!, values: rows("values"), mean: rows("mean"), logStd: rows("logStd") };
  }

  /** How many actions it chooses among, where it answers with the value of each; undefined where actions are vectors. */
  get choices(): number | undefined {
    return this.actionSize === 1 ? columnsOf(this.session.outputMetadata, "values") : undefined;
  }

  /** How actions are drawn from its distribution; undefined where the file holds none. */
  get drawRule(): DrawRule | undefined {
    const { outputNames } = this.session;
    if (!outputNames.includes("mean") || !outputNames.includes("logStd")) return undefined;
    return drawRules.find(({ formula }) => this.description.documentation.includes(formula));
  }

  /** What takes actions in [-1, 1] to the file's; undefined where they are the same. */
  get actionScale(): ActionScale | undefined {
    const { actionLow, actionHigh } = this.metadata;
    if (actionLow === undefined || actionHigh === undefined) return undefined;
    return { low: JSON.parse(actionLow) as number[], high: JSON.parse(actionHigh) as number[] };
  }

  /** Only a policy that chooses tells the values of all actions. */
  private refuseWithoutChoice(observations: Observations): void {
    const mask = observations[LEGAL];
    if (mask && this.session.outputNames.includes("values"))
      refuseWithoutChoice(mask, widthOf(this.observations[LEGAL]!));
  }

  private feedsFor(observations: Observations): Record<string, RuntimeTensor> {
    try {
      const count = countRows(observations, this.observations);
      const feeds = Object.entries(this.observations).map(([name, part]) => {
        return [partColumn("observations", name), runtimeTensor(observations[name]!, [count, ...part.shape])] as const;
      });
      return Object.fromEntries(feeds);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(
        `The policy ${this.name} takes observations that are ${describeParts(this.observations)}; use it for the task it was trained on.`,
      );
    }
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

  /** Drawn actions are in [-1, 1]; the file's `actions` are scaled already. */
  private inEnvironmentUnits(actions: Float32Array): Float32Array {
    const scale = this.actionScale;
    if (scale === undefined) return actions;
    const { low, high } = scale;
    return actions.map((action, i) => {
      const [from, to] = [low[i % low.length]!, high[i % low.length]!];
      return from + ((action + 1) * (to - from)) / 2;
    });
  }
}

/** The parts of observations that a model takes, and nothing else; undefined where it takes something else. */
function partsIn({ inputMetadata }: InferenceSession): ObservationParts | undefined {
  const parts = inputMetadata.map((value) => {
    const [, part = STATE] = /^observations(?:\/(.+))?$/.exec(value.name) ?? [undefined, ""];
    if (part === "" || !value.isTensor) return undefined;
    const [, ...shape] = value.shape;
    const type = value.type as Part["type"];
    const fits = ["float32", "uint8", "int32"].includes(type) && shape.length > 0;
    return fits && shape.every((size) => typeof size === "number" && size > 0)
      ? ([part, { type, shape: shape as number[] }] as const)
      : undefined;
  });
  return parts.length > 0 && parts.every((part) => part !== undefined) ? Object.fromEntries(parts) : undefined;
}

/** The second dimension of the input or output of that name; undefined where it is missing or no table of floats. */
function columnsOf(values: readonly InferenceSession.ValueMetadata[], name: string): number | undefined {
  const found = values.find((value) => value.name === name);
  if (!found?.isTensor || found.type !== "float32" || found.shape.length !== 2) return undefined;
  const columns = found.shape[1];
  return typeof columns === "number" && columns > 0 ? columns : undefined;
}

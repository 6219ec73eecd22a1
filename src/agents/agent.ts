/**
 * An agent at work: the compiled update of an algorithm, its state, its seeded noise, and the policy that acts. What
 * it computes is defined in the algorithm's file; this is the handle that training and other callers hold.
 */
import {
  type Columns,
  countRows,
  type Observations,
  requireElements,
  type TransitionRows,
  type Values,
} from "../data/columns.js";
import { type Observation, partsOf as partsOfObservation } from "../data/episode.js";
import { LEGAL, refuseWithoutChoice } from "../data/legal-actions.js";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { lowerToOnnx } from "../tensor/lower.js";
import { encodeOnnxModel } from "../tensor/onnx-model.js";
import { compile, type Program, programGraph } from "../tensor/program.js";
import type { RuntimeOptions } from "../tensor/runtime.js";
import { refuseWrongIndices } from "./action-kind.js";
import { columnsFor, partsOf, type Sizes, stepsOf } from "./context.js";
import { refuseMisfit } from "./continuation.js";
import { nonFiniteUpdate, symptomsOf } from "./crash.js";
import type { AgentDefinition, DeclaredAgent } from "./definition.js";
import { fillNoise } from "./noise.js";
import { namesAsMetadata } from "./policy-names.js";
import { exportPolicy, PolicyProgram } from "./policy-program.js";
import { type AgentSettings, agentDefinition } from "./registry.js";
import { parseSettings } from "./settings.js";
import { StateValues } from "./state-values.js";
import { UPDATES } from "./update.js";

/**
 * One batch of transitions, row-major, by the columns' names (data/columns.ts). `nextActions` is needed by those agents
 * alone that read it (ReBRAC); `terminated` is 1 where the task ended with this transition, else 0: a time limit is no end.
 */
export type AgentBatch = TransitionRows;

/** The sizes and the runtime of an agent; by default its settings are the algorithm's own and its seed is 0. */
export interface AgentOptions extends RuntimeOptions, Sizes {
  readonly settings?: AgentSettings;
  readonly seed?: number;
}

/**
 * The whole update of an agent as an ONNX file, to look at in a viewer: inputs are the batch, the noise and the state
 * tensors; parameters are found by name ("critics/layer0/kernel"), outputs are the next states and the metrics.
 */
export function exportUpdate(name: string, sizes: Sizes, settings: AgentSettings = {}): Uint8Array {
  const definition = agentDefinition(name);
  const parsed = parseSettings(definition.settings, settings, `agent "${name}"`);
  return encodeOnnxModel(lowerToOnnx(programGraph(definition.declare(parsed, sizes, 0).program).graph));
}

/**
 * An agent: `await Agent.create(name, { observationSize, actionSize, settings })`, then `update` with batches and `act` on
 * observations [count * observationSize]. Call `release` when it is no longer needed: its programs live outside
 * JavaScript's memory.
 */
export class Agent {
  /** The metrics of the last update by name; overwritten by the next. */
  readonly metrics: Record<string, number> = {};
  private readonly noise: RandomStream;
  private readonly exploration: RandomStream;
  private readonly columns: Columns;
  private readonly zeros = new Map<number, Float32Array>();
  private readonly weights = (name: string) => this.program.stateTensor(name);
  private stateValues: { readonly rows: number; readonly program: StateValues | undefined } | undefined;

  private constructor(
    readonly definition: AgentDefinition,
    readonly declared: DeclaredAgent,
    private readonly program: Program,
    private readonly policy: PolicyProgram,
    private readonly options: AgentOptions,
  ) {
    this.noise = new RandomStream(options.seed ?? 0, "noise");
    this.exploration = new RandomStream(options.seed ?? 0, "exploration");
    for (const name of program.metricNames) this.metrics[name] = 0;
    this.columns = columnsFor(options);
  }

  /**
   * Builds and compiles an agent.
   * @throws UsageError for an unknown name or a setting that it does not have or that is out of range
   */
  static async create(name: string, options: AgentOptions): Promise<Agent> {
    const definition = agentDefinition(name);
    const settings = parseSettings(definition.settings, options.settings ?? {}, `agent "${name}"`);
    const declared = definition.declare(settings, options, options.seed ?? 0);
    const program = await compile(declared.program, options);
    const policy = await PolicyProgram.compile(declared.policy, options, { threads: 1 });
    return new Agent(definition, declared, program, policy, { ...options, settings });
  }

  get name(): string {
    return this.definition.name;
  }

  /** The settings, resolved. */
  get settings(): Readonly<Record<string, unknown>> {
    return this.declared.settings as unknown as Readonly<Record<string, unknown>>;
  }

  get sizes(): Sizes {
    return this.options;
  }

  /** The batches of settings.batchSize transitions, one after the other, that an update takes together. */
  get batchesPerUpdate(): number {
    return stepsOf(this.declared.settings);
  }

  /** Updates made so far, over all agents that this state has passed through. */
  get updates(): number {
    return this.program.state(UPDATES)[0]!;
  }

  /** What a benchmark needs: seconds inside ONNX Runtime so far, and the dense arithmetic of one update. */
  get effort(): { readonly secondsInRuntime: number; readonly denseOperations: number } {
    return { secondsInRuntime: this.program.secondsInRuntime, denseOperations: this.program.denseOperations };
  }

  /**
   * One update of all networks.
   * @param noise values for the declared noise in place of fresh draws (for checks against recorded numbers)
   * @returns the metrics, valid until the next update
   * @throws NonFiniteUpdate (a RunFailure) if something becomes non-finite; the state before the update is kept
   */
  async update(
    batch: AgentBatch,
    noise?: Readonly<Record<string, Float32Array>>,
  ): Promise<Readonly<Record<string, number>>> {
    refuseWrongIndices(batch.actions, this.options);
    for (const { name } of this.columns) this.fill(name, batch[name]);
    for (const [name, { kind, tensor }] of this.declared.noise.declared) {
      const target = this.program.inputs[`noise/${name}`];
      if (noise) this.fill(`noise/${name}`, noise[name] ?? new Float32Array(0));
      else if (target) fillNoise[kind](this.noise, target as Float32Array, tensor.shape.at(-1)!);
    }
    await this.program.run();
    this.program.metricNames.forEach((name, i) => {
      this.metrics[name] = this.program.metrics[i]!;
    });
    this.refuseNonFinite();
    this.program.commit();
    return this.metrics;
  }

  /**
   * Actions [count, action] for observations, a vector's [count, observation] or rows of every part: the mean action, or
   * with exploration noise from the agent's own stream. The array is overwritten by the next call with the same count.
   */
  async act(observations: Observation, { deterministic }: { readonly deterministic: boolean }): Promise<Float32Array> {
    const parts = partsOfObservation(observations);
    const count = countRows(parts, partsOf(this.options));
    this.refuseWithoutChoice(parts);
    const noise = this.zeroNoise(count * this.declared.policy.noiseSize);
    if (!deterministic) this.exploration.fillNormal(noise);
    const actions = await this.policy.act(parts, count, noise, this.weights);
    if (!deterministic) noise.fill(0);
    return actions;
  }

  /**
   * Q(s, pi(s)) of the deterministic action, by the smallest of the critics, for rows of observations: [count], overwritten
   * by the next call; undefined where the agent has no critics that could be asked.
   */
  async values(observations: Observation): Promise<Float32Array | undefined> {
    const parts = partsOfObservation(observations);
    const rows = countRows(parts, partsOf(this.options));
    if (this.stateValues?.rows !== rows) {
      await this.stateValues?.program?.release();
      this.stateValues = { rows, program: await StateValues.compile(this.declared, this.options, rows) };
    }
    return this.stateValues.program?.of(parts, (name) => this.program.state(name));
  }

  /** The policy as an ONNX file with its weights by name. */
  exportPolicy(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const weights = (name: string) => this.program.state(name);
    const told = { agent: this.name, ...namesAsMetadata(this.options.names), ...metadata };
    return exportPolicy(this.declared.policy, weights, this.options, told);
  }

  /** The generators of its noise, which a checkpoint saves beside the state tensors. */
  get streams(): Readonly<Record<"noise" | "exploration", RandomStream>> {
    return { noise: this.noise, exploration: this.exploration };
  }

  get stateNames(): readonly string[] {
    return this.program.stateNames;
  }

  /** The current values of a state tensor (not a copy). */
  state(name: string): Float32Array {
    return this.program.state(name);
  }

  /**
   * The same networks under another algorithm: parameters, optimiser moments, targets and the number of updates go on,
   * what the other does not have is left behind. Frees this agent.
   * @param settings of the other; by default those of this agent that the other has too
   * @throws UsageError if the policies are of different kinds or a network of another size; this agent then goes on
   */
  async continueAs(name: string, settings: AgentSettings = this.settingsFor(name)): Promise<Agent> {
    const agent = await Agent.create(name, { ...this.options, settings });
    try {
      refuseMisfit(this, agent);
    } catch (error) {
      await agent.release();
      throw error;
    }
    const shared = agent.stateNames.filter((state) => this.stateNames.includes(state));
    for (const state of shared) agent.state(state).set(this.state(state));
    agent.noise.restore(this.noise.state());
    agent.exploration.restore(this.exploration.state());
    await this.release();
    return agent;
  }

  private settingsFor(name: string): AgentSettings {
    const known = agentDefinition(name).settings.shape;
    return Object.fromEntries(Object.entries(this.settings).filter(([setting]) => setting in known));
  }

  async release(): Promise<void> {
    await this.program.release();
    await this.policy.release();
    await this.stateValues?.program?.release();
  }

  /** What the program does not read may be missing. */
  private fill(name: string, values: Values | undefined): void {
    const target = this.program.inputs[name];
    if (!target) return;
    if (!values) throw new UsageError(`The batch has no ${name}, from which ${this.name} learns; give it too.`);
    requireElements(values, target, `The batch's ${name}`);
    if (values.length !== target.length) {
      throw new UsageError(
        `The batch's ${name} has ${values.length} numbers where ${this.name} expects ${target.length}; batchSize is ${this.settings.batchSize}.`,
      );
    }
    target.set(values);
  }

  private refuseWithoutChoice(parts: Observations): void {
    const { discreteActions } = this.options;
    if (discreteActions !== undefined && parts[LEGAL]) refuseWithoutChoice(parts[LEGAL], discreteActions);
  }

  private zeroNoise(size: number): Float32Array {
    const known = this.zeros.get(size) ?? new Float32Array(size);
    this.zeros.set(size, known);
    return known;
  }

  private refuseNonFinite(): void {
    const symptoms = symptomsOf(this.program);
    if (symptoms.length === 0) return;
    const { name: agent, settings, sizes, program, updates, options } = this;
    throw nonFiniteUpdate({ agent, settings, sizes, threads: options.threads, updates, symptoms }, program);
  }
}

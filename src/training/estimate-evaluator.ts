/**
 * How good is the policy, where there is no environment to play in? An estimate from recorded episodes that the agent
 * does not learn from: fitted Q evaluation (estimation/fitted-q.ts). The critics of the estimate begin on the scale of
 * the recorded returns, then with what the recorded actions are worth, and at every evaluation they learn on from where
 * they stood, with the policy of then: a few hundred updates follow a policy that has moved a little.
 */
import type { Sizes } from "../agents/context.js";
import { vectorSizeOf } from "../data/columns.js";
import { countSteps, type Dataset } from "../data/episode.js";
import { returnsToGo } from "../data/returns.js";
import { normalisationOf } from "../data/transform.js";
import { DataError } from "../errors.js";
import { type Judged, ValueFit } from "../estimation/fit.js";
import { intervalOfMembers } from "../estimation/interval.js";
import { RandomStream } from "../random.js";
import type { EpisodeEvaluator } from "./environment-evaluator.js";
import type { Evaluation, Policy } from "./ports.js";
import type { SnapshotTensor, SnapshotTensors } from "./snapshot.js";

export interface EstimateOptions {
  /** Episodes that the policies have not learned from. */
  readonly heldOut: Dataset;
  /** Of the agent, with the bounds of its actions. */
  readonly sizes: Sizes;
  readonly discount: number;
  readonly seed: number;
  /** Updates of the critics at an evaluation. */
  readonly updates: number;
  readonly signal?: AbortSignal | undefined;
}

/** Five members are what an interval needs at least; a faster target than an agent's, because the policy stands still. */
const settings = { members: 5, batchSize: 128, learningRate: 1e-3, polyakTau: 0.02 } as const;
/** Wider critics learn few steps by heart, and their values drift away. */
const hiddenFor = (steps: number) => (steps < 5_000 ? [32] : [64, 64]);
/** Updates by which the critics find the scale of the returns, and then what the recorded actions are worth. */
const BEGINNING = 500;

const prefix = "estimate/";
/** Of a checkpoint: the evaluations so far, and the recorded episodes' own return. */
const POSITION = `${prefix}position`;

export class EstimateEvaluator implements EpisodeEvaluator {
  private fit: ValueFit | undefined;
  private evaluations = 0;
  private logged = Number.NaN;
  /** As it stood after the last evaluation, whatever an evaluation that is broken off leaves behind. */
  private kept: SnapshotTensors = new Map();
  private restored: string | undefined;

  constructor(private readonly options: EstimateOptions) {}

  async prepare(): Promise<void> {
    if (this.fit) return;
    const { heldOut, sizes, discount, seed } = this.options;
    const rewardScale = scaleOf(heldOut, discount);
    const own = { ...sizes, transform: { actions: sizes.transform?.actions, ...observationsOf(heldOut) } };
    this.fit = await ValueFit.create(heldOut, own, {
      ...settings,
      ...{ hidden: hiddenFor(countSteps(heldOut)), discount, seed, rewardScale },
    });
    if (this.kept.size > 0) this.goOn(this.fit);
    else await this.begin(this.fit);
  }

  async evaluate(policy: Policy): Promise<Evaluation> {
    await this.prepare();
    const fit = this.fit!;
    const single = vectorSizeOf(this.options.heldOut.observations) !== undefined;
    const act: Judged = (parts) => policy.act(single ? (parts.state as Float32Array) : parts, { deterministic: true });
    await this.learn(fit, act, this.options.updates, `evaluation ${this.evaluations + 1}`);
    const { value, low, high } = intervalOfMembers(await fit.values(act));
    this.evaluations++;
    this.keep(fit);
    const { episodes } = this.options.heldOut;
    return { episodes: episodes.length, returnMean: value, estimate: { low, high, logged: this.logged } };
  }

  capture(): SnapshotTensors {
    return this.kept;
  }

  restore(tensors: SnapshotTensors, checkpoint: string): void {
    this.kept = new Map([...tensors].filter(([name]) => name.startsWith(prefix)));
    this.restored = checkpoint;
  }

  async close(): Promise<void> {
    await this.fit?.release();
  }

  private async begin(fit: ValueFit): Promise<void> {
    const { discount, seed } = this.options;
    await fit.learnReturns(discount, BEGINNING, new RandomStream(seed, "estimate of returns"));
    await this.learn(fit, undefined, BEGINNING, "recorded actions");
    this.logged = await fit.loggedReturn(discount);
  }

  private learn(fit: ValueFit, policy: Judged | undefined, updates: number, what: string): Promise<void> {
    const { seed, signal } = this.options;
    return fit.learn(policy, updates, new RandomStream(seed, `estimate, ${what}`), () => signal?.throwIfAborted());
  }

  private keep({ critics }: ValueFit): void {
    const states = critics.stateNames.map((name) => [`${prefix}${name}`, critics.state(name).slice()] as const);
    this.kept = new Map<string, SnapshotTensor>([
      ...states,
      [POSITION, Float64Array.of(this.evaluations, this.logged)],
    ]);
  }

  /** @throws DataError where the checkpoint holds other critics */
  private goOn({ critics }: ValueFit): void {
    const position = this.kept.get(POSITION);
    for (const name of critics.stateNames) {
      const [target, values] = [critics.state(name), this.kept.get(`${prefix}${name}`)];
      if (!(position instanceof Float64Array) || !(values instanceof Float32Array) || values.length !== target.length)
        throw new DataError(
          `The checkpoint ${this.restored} does not hold the critics that judge its policies (${name}); take another checkpoint, or begin the run anew.`,
        );
      target.set(values);
    }
    [this.evaluations, this.logged] = position as unknown as [number, number];
  }
}

/** So that returns-to-go are of the size of 1, whatever the rewards are counted in. */
function scaleOf({ episodes }: Dataset, discount: number): number {
  let [squares, steps] = [0, 0];
  for (const { rewards, terminated } of episodes)
    for (const value of returnsToGo(rewards, terminated, { discount })) {
      squares += value ** 2;
      steps++;
    }
  const size = Math.sqrt(squares / steps);
  return size > 0 ? 1 / size : 1;
}

/** Numbers of any size, prices beside shares, are learned from as they deviate from their mean. */
function observationsOf({ episodes, observations }: Dataset) {
  const width = vectorSizeOf(observations);
  return width === undefined ? {} : { observations: normalisationOf(() => episodes, width) };
}

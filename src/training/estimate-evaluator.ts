/**
 * How good is the policy, where there is no environment to play in? An estimate from recorded episodes that the agent
 * does not learn from: fitted Q evaluation (estimation/fitted-q.ts), made cheap. Once in a run its critics find the scale
 * of the recorded returns, and then what the recorded actions are worth; from there they learn a few hundred updates at
 * every evaluation what the policy of then is worth. Where it does as the data did, they are there already; where it does
 * better or worse, the estimate lies somewhat towards the data. The same beginning and the same draws every time, so that
 * changes are the policy's.
 */
import type { Sizes } from "../agents/context.js";
import { vectorSizeOf } from "../data/columns.js";
import { countSteps, type Dataset } from "../data/episode.js";
import { returnsToGo } from "../data/returns.js";
import { normalisationOf } from "../data/transform.js";
import { type Judged, ValueFit } from "../estimation/fit.js";
import { intervalOfMembers } from "../estimation/interval.js";
import { RandomStream } from "../random.js";
import type { EpisodeEvaluator } from "./environment-evaluator.js";
import type { Evaluation, Policy } from "./ports.js";

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
/**
 * Updates by which the critics find the scale of the returns, and then what the recorded actions are worth: at most so
 * many, and as those of so many evaluations, so that a short run does not spend its time on them.
 */
const BEGINNING = { returns: { most: 500, evaluations: 2 }, actions: { most: 1_000, evaluations: 4 } } as const;

export class EstimateEvaluator implements EpisodeEvaluator {
  private judge: Judge | undefined;

  constructor(private readonly options: EstimateOptions) {}

  /** @throws the signal's reason if that ends it */
  async prepare(): Promise<void> {
    this.judge ??= await this.begin();
  }

  async evaluate(policy: Policy): Promise<Evaluation> {
    await this.prepare();
    const { fit, beginning, logged } = this.judge!;
    for (const [name, values] of beginning) fit.critics.state(name).set(values);
    const { heldOut, updates } = this.options;
    const single = vectorSizeOf(heldOut.observations) !== undefined;
    const act: Judged = (parts) => policy.act(single ? (parts.state as Float32Array) : parts, { deterministic: true });
    await this.learn(fit, act, updates, "policy");
    const { value, low, high } = intervalOfMembers(await fit.values(act));
    return { episodes: heldOut.episodes.length, returnMean: value, estimate: { low, high, logged } };
  }

  async close(): Promise<void> {
    await this.judge?.fit.release();
  }

  private async begin(): Promise<Judge> {
    const { heldOut, sizes, discount, seed, updates } = this.options;
    const own = { ...sizes, transform: { actions: sizes.transform?.actions, ...observationsOf(heldOut) } };
    const hidden = hiddenFor(countSteps(heldOut));
    const rewardScale = scaleOf(heldOut, discount);
    const fit = await ValueFit.create(heldOut, own, { ...settings, hidden, discount, seed, rewardScale });
    try {
      const { returns, actions } = BEGINNING;
      const of = ({ most, evaluations }: typeof returns | typeof actions) => Math.min(most, evaluations * updates);
      await fit.learnReturns(discount, of(returns), new RandomStream(seed, "estimate of returns"));
      await this.learn(fit, undefined, of(actions), "recorded actions");
      const beginning = fit.critics.stateNames.map((name) => [name, fit.critics.state(name).slice()] as const);
      return { fit, beginning, logged: await fit.loggedReturn(discount) };
    } catch (error) {
      await fit.release();
      throw error;
    }
  }

  private learn(fit: ValueFit, policy: Judged | undefined, updates: number, what: string): Promise<void> {
    const { seed, signal } = this.options;
    return fit.learn(policy, updates, new RandomStream(seed, `estimate of ${what}`), () => signal?.throwIfAborted());
  }
}

/** The critics, and where they begin to judge a policy. */
interface Judge {
  readonly fit: ValueFit;
  readonly beginning: readonly (readonly [name: string, values: Float32Array])[];
  /** The recorded episodes' own return. */
  readonly logged: number;
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

/**
 * What a policy is worth where logged episodes begin, by fitted Q evaluation, and how sure that is: every member of the
 * ensemble is fitted to a resample of the episodes, and answers for the beginnings in that resample. Fits with the same
 * seed draw the same resamples, so that two policies can be compared member by member.
 */
import { columnsFor, partsOf, type Sizes } from "../agents/context.js";
import { type Batch, createBatch, type Observations, partColumn, type TransitionRows } from "../data/columns.js";
import { type Dataset, type Episode, joinObservations, joinRows, rowsOf } from "../data/episode.js";
import { withSomeChoice } from "../data/legal-actions.js";
import { Replay } from "../data/replay.js";
import { scaleActions } from "../data/transform.js";
import { type TransitionOptions, toTransitions } from "../data/transitions.js";
import { RandomStream } from "../random.js";
import { FittedQ, type FittedQSettings } from "./fitted-q.js";

/** What is judged: the actions [rows, action] that it takes, in the units of the data. */
export type Judged = (observations: Observations) => Promise<Float32Array>;

export interface ValueFitSettings extends FittedQSettings {
  /** By which rewards are multiplied before critics see them, so that values are near 1; what comes out is divided by it. */
  readonly rewardScale?: number;
}

export interface FitSettings extends FittedQSettings {
  /** Default 20,000. */
  readonly updates?: number;
  /** Called after every update with the number made so far. */
  readonly onUpdate?: (updates: number) => void;
}

/** The value of a policy by each member [members]. */
export type MemberValues = Float64Array;

/**
 * E[Q(s0, pi(s0))] over the logged beginnings, by each member. A step after which the clock ended the episode is backed up
 * like any other, so that the value is that of going on without a clock.
 * @param policy undefined: the one that logged the episodes, by its own next actions
 * @throws UsageError for episodes that are not of these sizes
 */
export async function fitValue(
  data: Pick<Dataset, "episodes">,
  sizes: Sizes,
  policy: Judged | undefined,
  { updates = 20_000, onUpdate, ...settings }: FitSettings,
): Promise<MemberValues> {
  const fit = await ValueFit.create(data, sizes, settings);
  try {
    await fit.learn(policy, updates, new RandomStream(settings.seed ?? 0, "sampling"), onUpdate);
    return await fit.values(policy);
  } finally {
    await fit.release();
  }
}

/** A fit in progress, which may go on with another policy than it began with. */
export class ValueFit {
  private readonly batch: Batch;
  private readonly weights: Float32Array;
  private readonly replay: Replay;

  private constructor(
    private readonly episodes: readonly Episode[],
    private readonly sizes: Sizes,
    readonly critics: FittedQ,
    private readonly rows: number,
    /** How often each member's resample holds each episode [members][episodes]. */
    readonly resamples: readonly Float64Array[],
    private readonly rewardScale: number,
  ) {
    this.batch = createBatch(rows, columnsFor(sizes));
    this.weights = new Float32Array(critics.members * rows);
    this.replay = numberedReplay(episodes, sizes, { rewardScale });
  }

  /** @throws UsageError for episodes that are not of these sizes */
  static async create(
    { episodes }: Pick<Dataset, "episodes">,
    sizes: Sizes,
    settings: ValueFitSettings,
  ): Promise<ValueFit> {
    const { batchSize = 256, seed = 0, members = 10, rewardScale = 1 } = settings;
    const resamples = drawResamples(members, episodes.length, new RandomStream(seed, "resamples"));
    const critics = await FittedQ.create(sizes, { ...settings, members, batchSize });
    return new ValueFit(episodes, sizes, critics, batchSize, resamples, rewardScale);
  }

  /**
   * Updates of all members towards what a policy is worth.
   * @param policy as in `fitValue`
   * @param onUpdate called after every update with the number made in this call
   */
  async learn(
    policy: Judged | undefined,
    updates: number,
    sampling: RandomStream,
    onUpdate?: (updates: number) => void,
  ): Promise<void> {
    const { rows } = this.batch;
    for (let update = 1; update <= updates; update++) {
      this.draw(this.replay, sampling);
      if (policy) rows.nextActions.set(await unitActions(policy, nextObservations(rows, this.sizes), this.sizes));
      await this.critics.update(rows, this.weights);
      onUpdate?.(update);
    }
  }

  /**
   * Updates by plain regression of all members on the logged returns-to-go: where to begin, on the scale of the returns.
   * What a clock cut off is missing in those.
   */
  async learnReturns(discount: number, updates: number, sampling: RandomStream): Promise<void> {
    const replay = numberedReplay(this.episodes, this.sizes, {
      rewardScale: this.rewardScale,
      returns: { discount },
    });
    for (let update = 0; update < updates; update++) {
      this.draw(replay, sampling);
      await this.critics.update(this.batch.rows, this.weights);
    }
  }

  /** E[Q(s0, pi(s0))] over the logged beginnings, by each member with its own resample. */
  async values(policy: Judged | undefined): Promise<MemberValues> {
    const { episodes, sizes } = this;
    const parts = partsOf(sizes);
    const starts = joinObservations(episodes.map(({ observations }) => rowsOf(parts, observations, 0, 1)));
    const logged = async () => joinRows(episodes.map(({ actions }) => actions.subarray(0, sizes.actionSize)));
    const values = await this.critics.values(starts, await unitActions(policy ?? logged, starts, sizes));
    return Float64Array.from(this.resamples, (counts, member) => {
      const row = member * episodes.length;
      const sum = counts.reduce((sum, count, i) => sum + count * values[row + i]!, 0);
      return sum / episodes.length / this.rewardScale;
    });
  }

  /**
   * What the episodes themselves returned, discounted, each with what its last step is worth by the mean of the members
   * where the clock ended it: after they have learned what the policy that logged the episodes is worth.
   */
  async loggedReturn(discount: number): Promise<number> {
    const { episodes, sizes } = this;
    const parts = partsOf(sizes);
    const cut = episodes.filter(({ length, terminated }) => terminated[length - 1] === 0);
    const tails = new Map<Episode, number>();
    if (cut.length > 0) {
      const last = joinObservations(cut.map((e) => rowsOf(parts, e.observations, e.length - 1, e.length)));
      const logged = async () => joinRows(cut.map(({ actions }) => actions.subarray(-sizes.actionSize)));
      const values = await this.critics.values(last, await unitActions(logged, last, sizes));
      for (const [i, episode] of cut.entries()) {
        let sum = 0;
        for (let member = 0; member < this.critics.members; member++) sum += values[member * cut.length + i]!;
        tails.set(episode, sum / this.critics.members / this.rewardScale);
      }
    }
    const returns = episodes.map((episode) => {
      const tail = tails.get(episode);
      let ahead = tail ?? 0;
      const last = episode.length - (tail === undefined ? 1 : 2);
      for (let step = last; step >= 0; step--)
        ahead = episode.rewards[step]! + discount * ahead * (1 - episode.terminated[step]!);
      return ahead;
    });
    return returns.reduce((sum, one) => sum + one, 0) / returns.length;
  }

  release(): Promise<void> {
    return this.critics.release();
  }

  /** A batch, and what each of its rows weighs for each member. */
  private draw(replay: Replay, sampling: RandomStream): void {
    replay.sampleInto(this.batch, 0, this.rows, sampling);
    const { returnsToGo: numbers } = this.batch.rows;
    for (const [member, counts] of this.resamples.entries())
      for (let row = 0; row < this.rows; row++) this.weights[member * this.rows + row] = counts[numbers[row]!]!;
  }
}

/** How often each member's resample holds each episode [members][episodes]. */
function drawResamples(members: number, episodes: number, random: RandomStream): Float64Array[] {
  return Array.from({ length: members }, () => {
    const counts = new Float64Array(episodes);
    for (let i = 0; i < episodes; i++) counts[random.integer(episodes)]!++;
    return counts;
  });
}

/**
 * All steps. Nothing here reads their returns-to-go: in their place stands the number of the step's episode.
 * @param rule if it has returns, every step ends with its whole return-to-go as its reward
 */
function numberedReplay(
  episodes: readonly Episode[],
  sizes: Sizes,
  rule: Pick<TransitionOptions, "rewardScale" | "returns">,
): Replay {
  const { actionSize } = sizes;
  const replay = new Replay({ observations: partsOf(sizes), actionSize, requiresReturnToGo: true });
  const options = {
    actionBounds: sizes.transform?.actions,
    discreteActions: sizes.discreteActions,
    ...rule,
  };
  for (const [number, episode] of episodes.entries()) {
    const { rows, ...transitions } = toTransitions([episode], options);
    const atOnce = rows.returnsToGo && {
      rewards: rows.returnsToGo,
      terminated: new Float32Array(episode.length).fill(1),
    };
    const returnsToGo = new Float32Array(episode.length).fill(number);
    replay.append({ ...transitions, rows: { ...rows, ...atOnce, returnsToGo } });
  }
  return replay;
}

function nextObservations(rows: TransitionRows, sizes: Sizes): Observations {
  const parts = Object.keys(partsOf(sizes));
  return Object.fromEntries(parts.map((part) => [part, rows[partColumn("nextObservations", part)]!]));
}

/** As a policy can be asked about them: the state after the end has no legal action. */
export function askable(observations: Observations, { discreteActions }: Sizes): Observations {
  return discreteActions === undefined ? observations : withSomeChoice(observations, discreteActions);
}

/** What the policy does, as networks see it. */
async function unitActions(policy: Judged, observations: Observations, sizes: Sizes): Promise<Float32Array> {
  const actions = (await policy(askable(observations, sizes))).slice();
  if (sizes.transform?.actions) scaleActions(actions, sizes.transform.actions);
  return actions;
}

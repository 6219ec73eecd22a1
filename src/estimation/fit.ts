/**
 * What a policy is worth where logged episodes begin, by fitted Q evaluation, and how sure that is: every member of the
 * ensemble is fitted to a resample of the episodes, and answers for the beginnings in that resample. Fits with the same
 * seed draw the same resamples, so that two policies can be compared member by member.
 */
import { columnsFor, partsOf, type Sizes } from "../agents/context.js";
import { createBatch, type Observations, partColumn, type TransitionRows } from "../data/columns.js";
import { type Dataset, type Episode, joinObservations, joinRows, rowsOf } from "../data/episode.js";
import { Replay } from "../data/replay.js";
import { scaleActions } from "../data/transform.js";
import { toTransitions } from "../data/transitions.js";
import { RandomStream } from "../random.js";
import { FittedQ, type FittedQSettings } from "./fitted-q.js";

/** What is judged: the actions [rows, action] that it takes, in the units of the data. */
export type Judged = (observations: Observations) => Promise<Float32Array>;

export interface FitSettings extends FittedQSettings {
  /** Default 20,000. */
  readonly updates?: number;
  /** Called after every update with the number made so far. */
  readonly onUpdate?: (updates: number) => void;
  /** Called when the critics have learned; they are released afterwards. */
  readonly onFitted?: (critics: FittedQ) => Promise<void>;
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
  { episodes }: Pick<Dataset, "episodes">,
  sizes: Sizes,
  policy: Judged | undefined,
  settings: FitSettings,
): Promise<MemberValues> {
  const { updates = 20_000, batchSize = 256, seed = 0, members = 10, onUpdate, onFitted } = settings;
  const resamples = drawResamples(members, episodes.length, new RandomStream(seed, "resamples"));
  const replay = numberedReplay(episodes, sizes);
  const fitted = await FittedQ.create(sizes, { ...settings, members, batchSize });
  try {
    const batch = createBatch(batchSize, columnsFor(sizes));
    const sampling = new RandomStream(seed, "sampling");
    const weights = new Float32Array(members * batchSize);
    for (let update = 1; update <= updates; update++) {
      replay.sampleInto(batch, 0, batchSize, sampling);
      const { returnsToGo: numbers } = batch.rows;
      for (let member = 0; member < members; member++)
        for (let row = 0; row < batchSize; row++)
          weights[member * batchSize + row] = resamples[member]![numbers[row]!]!;
      if (policy) batch.rows.nextActions.set(await unitActions(policy, nextObservations(batch.rows, sizes), sizes));
      await fitted.update(batch.rows, weights);
      onUpdate?.(update);
    }
    await onFitted?.(fitted);
    return await valuesAtStarts(fitted, episodes, sizes, policy, resamples);
  } finally {
    await fitted.release();
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

/** All steps. Nothing here reads their returns-to-go: in their place stands the number of the step's episode. */
function numberedReplay(episodes: readonly Episode[], sizes: Sizes): Replay {
  const { actionSize } = sizes;
  const replay = new Replay({ observations: partsOf(sizes), actionSize, requiresReturnToGo: true });
  const options = { actionBounds: sizes.transform?.actions, discreteActions: sizes.discreteActions };
  for (const [number, episode] of episodes.entries()) {
    const { rows, ...transitions } = toTransitions([episode], options);
    replay.append({ ...transitions, rows: { ...rows, returnsToGo: new Float32Array(episode.length).fill(number) } });
  }
  return replay;
}

function nextObservations(rows: TransitionRows, sizes: Sizes): Observations {
  const parts = Object.keys(partsOf(sizes));
  return Object.fromEntries(parts.map((part) => [part, rows[partColumn("nextObservations", part)]!]));
}

/** What the policy does, as networks see it. */
async function unitActions(policy: Judged, observations: Observations, sizes: Sizes): Promise<Float32Array> {
  const actions = (await policy(observations)).slice();
  if (sizes.transform?.actions) scaleActions(actions, sizes.transform.actions);
  return actions;
}

/** sum_i count_i Q(s0_i, a_i) / sum_i count_i, by each member with its own counts. */
async function valuesAtStarts(
  fitted: FittedQ,
  episodes: readonly Episode[],
  sizes: Sizes,
  policy: Judged | undefined,
  resamples: readonly Float64Array[],
): Promise<MemberValues> {
  const parts = partsOf(sizes);
  const starts = joinObservations(episodes.map(({ observations }) => rowsOf(parts, observations, 0, 1)));
  const logged = async () => joinRows(episodes.map(({ actions }) => actions.subarray(0, sizes.actionSize)));
  const actions = await unitActions(policy ?? logged, starts, sizes);
  const values = await fitted.values(starts, actions);
  return Float64Array.from(resamples, (counts, member) => {
    const row = member * episodes.length;
    return counts.reduce((sum, count, i) => sum + count * values[row + i]!, 0) / episodes.length;
  });
}

/**
 * What a policy is worth where logged episodes begin, by fitted Q evaluation, and how sure that is: every member of the
 * ensemble is fitted to a resample of the episodes, and answers for the beginnings in that resample. Fits with the same
 * seed draw the same resamples, so that two policies can be compared member by member.
 */
import { columnsFor, partsOf, type Sizes } from "../agents/context.js";
import { allocate, createBatch, type Observations, partColumn, type TransitionRows } from "../data/columns.js";
import { type Dataset, type Episode, joinObservations, joinRows, rowsOf } from "../data/episode.js";
import { withSomeChoice } from "../data/legal-actions.js";
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
}

/** The value of a policy by each member [members]. */
export type MemberValues = Float64Array;

/** What the fitted critics and the policy say of the steps of one episode; all arrays [steps]. */
export interface StepEstimates {
  /** Whether the policy takes the logged action, 1 or 0: its probability, where actions are choices. */
  readonly probabilities: Float64Array;
  /** Q(s, a) of the logged action. */
  readonly actionValues: Float64Array;
  /** Q(s, pi(s)). */
  readonly values: Float64Array;
}

export interface Fit {
  readonly members: MemberValues;
  /** By episode; only where they were asked for. */
  readonly steps: readonly StepEstimates[];
}

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
  settings: FitSettings,
): Promise<MemberValues> {
  return (await fitted(data, sizes, policy, settings, false)).members;
}

/**
 * The same for a policy that chooses among numbered actions, with what its critics say of every logged step: the mean of
 * those members in whose resample the step's episode is not, so that no episode is judged by what was learned from it.
 */
export function fitSteps(
  data: Pick<Dataset, "episodes">,
  sizes: Sizes,
  policy: Judged,
  settings: FitSettings,
): Promise<Fit> {
  return fitted(data, sizes, policy, settings, true);
}

async function fitted(
  { episodes }: Pick<Dataset, "episodes">,
  sizes: Sizes,
  policy: Judged | undefined,
  settings: FitSettings,
  wantsSteps: boolean,
): Promise<Fit> {
  const { updates = 20_000, batchSize = 256, seed = 0, members = 10, onUpdate } = settings;
  const resamples = drawResamples(members, episodes.length, new RandomStream(seed, "resamples"));
  const replay = numberedReplay(episodes, sizes);
  const critics = await FittedQ.create(sizes, { ...settings, members, batchSize });
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
      await critics.update(batch.rows, weights);
      onUpdate?.(update);
    }
    return {
      members: await valuesAtStarts(critics, episodes, sizes, policy, resamples),
      steps: wantsSteps && policy ? await valuesOfSteps(critics, episodes, sizes, policy, resamples) : [],
    };
  } finally {
    await critics.release();
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

/** As a policy can be asked about them: the state after the end has no legal action. */
function askable(observations: Observations, { discreteActions }: Sizes): Observations {
  return discreteActions === undefined ? observations : withSomeChoice(observations, discreteActions);
}

/** What the policy does, as networks see it. */
async function unitActions(policy: Judged, observations: Observations, sizes: Sizes): Promise<Float32Array> {
  const actions = (await policy(askable(observations, sizes))).slice();
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

/** So many steps are asked about together: the program is compiled for one number of rows. */
const STEPS_AT_ONCE = 1024;

async function valuesOfSteps(
  fitted: FittedQ,
  episodes: readonly Episode[],
  sizes: Sizes,
  policy: Judged,
  resamples: readonly Float64Array[],
): Promise<StepEstimates[]> {
  const made = episodes.map(({ length }): StepEstimates => {
    const empty = () => new Float64Array(length);
    return { probabilities: empty(), actionValues: empty(), values: empty() };
  });
  const outside = episodes.map((_, episode) => membersOutside(resamples, episode));
  for (const { places, observations, actions } of stepChunks(episodes, sizes)) {
    const chosen = (await policy(askable(observations, sizes))).slice();
    const ofLogged = (await fitted.values(observations, actions)).slice();
    const ofChosen = await fitted.values(observations, chosen);
    for (const [row, { episode, step }] of places.entries()) {
      const { probabilities, actionValues, values } = made[episode]!;
      const members = outside[episode]!;
      const mean = (all: Float32Array) =>
        members.reduce((sum, member) => sum + all[member * STEPS_AT_ONCE + row]!, 0) / members.length;
      probabilities[step] = actions[row] === chosen[row] ? 1 : 0;
      actionValues[step] = mean(ofLogged);
      values[step] = mean(ofChosen);
    }
  }
  return made;
}

/** The members in whose resample an episode is not; all where it is in every one. */
function membersOutside(resamples: readonly Float64Array[], episode: number): number[] {
  const all = [...resamples.keys()];
  const outside = all.filter((member) => resamples[member]![episode] === 0);
  return outside.length > 0 ? outside : all;
}

interface StepChunk {
  /** Of the rows that are steps; what follows them is not looked at. */
  readonly places: readonly { readonly episode: number; readonly step: number }[];
  readonly observations: Observations;
  readonly actions: Float32Array;
}

/** All steps, STEPS_AT_ONCE rows at a time; a chunk is valid until the next one is asked for. */
function* stepChunks(episodes: readonly Episode[], sizes: Sizes): Generator<StepChunk> {
  const parts = partsOf(sizes);
  const observations = Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, allocate(part, STEPS_AT_ONCE)]),
  );
  const actions = new Float32Array(STEPS_AT_ONCE);
  let places: StepChunk["places"][number][] = [];
  for (const [number, episode] of episodes.entries())
    for (let step = 0; step < episode.length; step++) {
      const row = rowsOf(parts, episode.observations, step, step + 1);
      for (const [name, values] of Object.entries(row)) observations[name]!.set(values, places.length * values.length);
      actions[places.length] = episode.actions[step]!;
      if (places.push({ episode: number, step }) < STEPS_AT_ONCE) continue;
      yield { places, observations, actions };
      places = [];
    }
  if (places.length > 0) yield { places, observations, actions };
}

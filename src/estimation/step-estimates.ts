/**
 * What fitted critics say of every logged step, for estimates that weigh steps by the probabilities of logged choices
 * (doubly-robust.ts).
 */
import { partsOf, type Sizes } from "../agents/context.js";
import { allocate, type Observations } from "../data/columns.js";
import { type Dataset, type Episode, rowsOf } from "../data/episode.js";
import { RandomStream } from "../random.js";
import { askable, type FitSettings, type Judged, type MemberValues, ValueFit } from "./fit.js";
import type { FittedQ } from "./fitted-q.js";

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
  /** By episode. */
  readonly steps: readonly StepEstimates[];
}

/**
 * The same as `fitValue` for a policy that chooses among numbered actions, with what its critics say of every logged step: the
 * mean of those members in whose resample the step's episode is not, so that no episode is judged by what was learned from it.
 */
export async function fitSteps(
  data: Pick<Dataset, "episodes">,
  sizes: Sizes,
  policy: Judged,
  { updates = 20_000, onUpdate, ...settings }: FitSettings,
): Promise<Fit> {
  const fit = await ValueFit.create(data, sizes, settings);
  try {
    await fit.learn(policy, updates, new RandomStream(settings.seed ?? 0, "sampling"), onUpdate);
    const members = await fit.values(policy);
    return { members, steps: await valuesOfSteps(fit.critics, data.episodes, sizes, policy, fit.resamples) };
  } finally {
    await fit.release();
  }
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

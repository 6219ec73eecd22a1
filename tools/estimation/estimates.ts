/** Every method's estimates, from one logged data set, of policies whose worth is known. */
import type { Sizes } from "../../src/agents/context.js";
import { stateOf } from "../../src/data/episode.js";
import { doublyRobust } from "../../src/estimation/doubly-robust.js";
import { type FitSettings, fitValue, type Judged, type MemberValues } from "../../src/estimation/fit.js";
import type { FittedQ } from "../../src/estimation/fitted-q.js";
import {
  averaged,
  importanceSampling,
  perDecision,
  type RatioTerms,
  weightedImportanceSampling,
  weightedPerDecision,
} from "../../src/estimation/importance-sampling.js";
import { type Interval, interval, intervalOfDifference, intervalOfMembers } from "../../src/estimation/interval.js";
import { discountedReturn, type ModelledEpisode } from "../../src/estimation/logged-episode.js";
import { RandomStream } from "../../src/random.js";
import { drawIndex, type KnownTask, type Logged, rowOf, type Table } from "./known-task.js";

export interface MethodEstimates {
  /** Of each policy. */
  readonly values: readonly Interval[];
  /** Of each pair of policies, the first less the second, in the order of `pairsOf`. */
  readonly differences: readonly Interval[];
}

export interface EstimateSettings {
  readonly fit: Omit<FitSettings, "discount">;
  /** Of the episodes, for intervals. */
  readonly resamples: number;
  readonly seed: number;
}

/** The numbers of two different policies among so many, each pair once. */
export function pairsOf(count: number): (readonly [number, number])[] {
  return Array.from({ length: count }, (_, first) =>
    Array.from({ length: count - first - 1 }, (_, i) => [first, first + 1 + i] as const),
  ).flat();
}

/** By the name of each method. */
export async function estimatesOf(
  task: KnownTask,
  logged: Logged,
  policies: readonly Table[],
  { fit, resamples, seed }: EstimateSettings,
): Promise<Record<string, MethodEstimates>> {
  const { discount } = task;
  const members: MemberValues[] = [];
  const ratios: Record<string, RatioTerms[]> = {};
  for (const policy of policies) {
    const { values, models, resamples: held } = await fitted(task, logged, policy, { ...fit, discount, seed });
    members.push(values);
    const episodes = modelled(task, logged, policy, models, held);
    const plain = modelled(
      task,
      logged,
      policy,
      models,
      held.map((c) => c.map(() => 0)),
    );
    for (const [name, terms] of Object.entries({
      "importance sampling": importanceSampling(episodes, discount),
      "self-normalised": weightedImportanceSampling(episodes, discount),
      "per-decision": perDecision(episodes, discount),
      "self-normalised per-decision": weightedPerDecision(episodes, discount),
      "doubly robust same": doublyRobust(plain, discount),
      "doubly robust": doublyRobust(episodes, discount),
      "as logged": averaged(episodes.map((episode) => discountedReturn(episode, discount))),
    })) {
      ratios[name] ??= [];
      ratios[name].push(terms);
    }
  }
  const pairs = pairsOf(policies.length);
  const options = { resamples, seed };
  const ofFit = {
    values: members.map(intervalOfMembers),
    differences: pairs.map(([i, j]) => intervalOfMembers(members[i]!.map((value, k) => value - members[j]![k]!))),
  };
  const ofRatios = Object.entries(ratios).map(([name, terms]): [string, MethodEstimates] => [
    name,
    {
      values: terms.map((of) => interval(of, options)),
      differences: pairs.map(([i, j]) => intervalOfDifference(terms[i]!, terms[j]!, options)),
    },
  ]);
  return { "fitted Q": ofFit, ...Object.fromEntries(ofRatios) };
}

/** The members' values, their Q of every state and action [members], and how often each held each episode. */
async function fitted(task: KnownTask, { episodes }: Logged, policy: Table, settings: FitSettings) {
  const { actions, observations } = task;
  const observationSize = observations[0]!.length;
  const sizes: Sizes = { observationSize, actionSize: 1, discreteActions: actions };
  let [models, resamples]: [readonly Table[], readonly Float64Array[]] = [[], []];
  const onFitted = async (critics: FittedQ, counts: readonly Float64Array[]) => {
    [models, resamples] = [await tablesOf(critics, observations, actions), counts];
  };
  const values = await fitValue({ episodes }, sizes, acting(task, policy, settings.seed!), { ...settings, onFitted });
  return { values, models, resamples };
}

/** The policy's draws. */
function acting(task: KnownTask, policy: Table, seed: number): Judged {
  const random = new RandomStream(seed, "judged policy");
  const width = task.observations[0]!.length;
  return async (observations) => {
    const rows = stateOf(observations);
    return Float32Array.from({ length: rows.length / width }, (_, row) => {
      const state = task.stateOf(rows.subarray(row * width, (row + 1) * width));
      return drawIndex(rowOf(policy, state, task.actions), random);
    });
  };
}

/** Q of every state and action by each member. */
async function tablesOf(critics: FittedQ, observations: readonly Float32Array[], actions: number): Promise<Table[]> {
  const width = observations[0]!.length;
  const rows = observations.length * actions;
  const state = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) state.set(observations[Math.floor(row / actions)]!, row * width);
  const values = await critics.values(
    { state },
    Float32Array.from({ length: rows }, (_, row) => row % actions),
  );
  return Array.from({ length: critics.members }, (_, member) =>
    Float64Array.from(values.subarray(member * rows, (member + 1) * rows)),
  );
}

/**
 * Every episode beside the model of those members that have not learned from it: one that has, answers with the episode's
 * own chance, and its errors there are too small (cross-fitting, Chernozhukov et al. 2018). Of all, where all have.
 */
function modelled(
  task: KnownTask,
  logged: Logged,
  policy: Table,
  models: readonly Table[],
  resamples: readonly Float64Array[],
): ModelledEpisode[] {
  return logged.episodes.map(({ actions, rewards }, i) => {
    const without = models.filter((_, member) => resamples[member]![i] === 0);
    const some = without.length > 0 ? without : models;
    const worth = (index: number) => some.reduce((sum, table) => sum + table[index]!, 0) / some.length;
    const states = logged.states[i]!;
    const at = states.map((state, step) => state * task.actions + actions[step]!);
    return {
      rewards,
      propensities: logged.propensities[i]!,
      probabilities: at.map((index) => policy[index]!),
      actionValues: at.map(worth),
      values: states.map((state) =>
        rowOf(policy, state, task.actions).reduce(
          (sum, probability, action) => sum + probability * worth(state * task.actions + action),
          0,
        ),
      ),
    };
  });
}

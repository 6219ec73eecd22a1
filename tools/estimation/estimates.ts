/** Every method's estimates, from one logged data set, of policies whose worth is known. */
import type { Sizes } from "../../src/agents/context.js";
import { stateOf } from "../../src/data/episode.js";
import { doublyRobust, weightedDoublyRobust } from "../../src/estimation/doubly-robust.js";
import { type FitSettings, type Judged, type MemberValues, ValueFit } from "../../src/estimation/fit.js";
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
import { drawIndex, type KnownTask, type Logged, rowOf, stateValues, type Table } from "./known-task.js";

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
    const { values, model } = await fitted(task, logged, policy, { ...fit, discount, seed });
    members.push(values);
    const episodes = modelled(task, logged, policy, model);
    for (const [name, terms] of Object.entries({
      "importance sampling": importanceSampling(episodes, discount),
      "self-normalised": weightedImportanceSampling(episodes, discount),
      "per-decision": perDecision(episodes, discount),
      "self-normalised per-decision": weightedPerDecision(episodes, discount),
      "doubly robust": doublyRobust(episodes, discount),
      "self-normalised doubly robust": weightedDoublyRobust(episodes, discount),
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

/** The members' values, and their mean Q of every state and action. */
async function fitted(task: KnownTask, { episodes }: Logged, policy: Table, settings: FitSettings) {
  const { actions, observations } = task;
  const observationSize = observations[0]!.length;
  const sizes: Sizes = { observationSize, actionSize: 1, discreteActions: actions };
  const judged = acting(task, policy, settings.seed!);
  const fit = await ValueFit.create({ episodes }, sizes, settings);
  try {
    await fit.learn(judged, settings.updates!, new RandomStream(settings.seed!, "sampling"));
    const values = await fit.values(judged);
    return { values, model: await meanTable(fit.critics, observations, actions) };
  } finally {
    await fit.release();
  }
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

async function meanTable(critics: FittedQ, observations: readonly Float32Array[], actions: number): Promise<Table> {
  const width = observations[0]!.length;
  const rows = observations.length * actions;
  const state = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) state.set(observations[Math.floor(row / actions)]!, row * width);
  const values = await critics.values(
    { state },
    Float32Array.from({ length: rows }, (_, row) => row % actions),
  );
  const mean = new Float64Array(rows);
  for (let i = 0; i < values.length; i++) mean[i % rows]! += values[i]! / critics.members;
  return mean;
}

function modelled(task: KnownTask, logged: Logged, policy: Table, model: Table): ModelledEpisode[] {
  const worth = stateValues(policy, model, task.actions);
  return logged.episodes.map(({ actions, rewards }, i) => {
    const states = logged.states[i]!;
    const at = states.map((state, step) => state * task.actions + actions[step]!);
    return {
      rewards,
      propensities: logged.propensities[i]!,
      probabilities: at.map((index) => policy[index]!),
      actionValues: at.map((index) => model[index]!),
      values: states.map((state) => worth[state]!),
    };
  });
}

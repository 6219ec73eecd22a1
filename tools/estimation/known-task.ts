/**
 * Tasks with few states whose every policy's worth is known exactly, and logs of them: what an estimate from logs is held
 * against. An outcome is drawn from the same table from which the exact values are computed.
 */
import { type Episode, packEpisode } from "../../src/data/episode.js";
import type { Outcome } from "../../src/environments/gridworld/gridworld-dynamics.js";
import { RandomStream } from "../../src/random.js";

/** Probabilities or values [states, actions], row-major. */
export type Table = Float64Array;

export interface KnownTask {
  readonly name: string;
  readonly actions: number;
  /** Of the values, in [0, 1). */
  readonly discount: number;
  /** The clock ends an episode after so many steps. */
  readonly horizon: number;
  /** [states][actions] */
  readonly outcomes: readonly (readonly (readonly Outcome[])[])[];
  /** How likely an episode is to begin in each state [states]. */
  readonly starts: Float64Array;
  /** What is seen of each state [states][observation]. */
  readonly observations: readonly Float32Array[];
  /** The state that the row of observations shows. */
  stateOf(row: Float32Array): number;
  /** Q of a policy, or Q* without one, without a clock. */
  actionValues(policy?: Table): Table;
}

/** Logged episodes, with what estimates by ratios need beside them. */
export interface Logged {
  readonly episodes: readonly Episode[];
  /** The state of every step [episodes][steps]. */
  readonly states: readonly (readonly number[])[];
  /** Of the action that was taken [episodes][steps]. */
  readonly propensities: readonly (readonly number[])[];
}

export function rowOf(table: Table, state: number, actions: number): Table {
  return table.subarray(state * actions, (state + 1) * actions);
}

/** sum_a pi(a|s) Q(s, a) [states]. */
export function stateValues(policy: Table, values: Table, actions: number): Float64Array {
  return Float64Array.from({ length: values.length / actions }, (_, state) => {
    const row = rowOf(values, state, actions);
    return rowOf(policy, state, actions).reduce((sum, probability, action) => sum + probability * row[action]!, 0);
  });
}

/** What the policy is worth where episodes begin. */
export function trueValue(task: KnownTask, policy: Table): number {
  const values = stateValues(policy, task.actionValues(policy), task.actions);
  return task.starts.reduce((sum, probability, state) => sum + probability * values[state]!, 0);
}

/** Episodes of a policy. */
export function logEpisodes(task: KnownTask, policy: Table, episodes: number, seed: number): Logged {
  const random = new RandomStream(seed, "logged episodes");
  const all = Array.from({ length: episodes }, () => logEpisode(task, policy, random));
  return {
    episodes: all.map(({ episode }) => episode),
    states: all.map(({ states }) => states),
    propensities: all.map(({ propensities }) => propensities),
  };
}

function logEpisode(task: KnownTask, policy: Table, random: RandomStream) {
  let state = drawIndex(task.starts, random);
  const [states, propensities, rewards]: [number[], number[], number[]] = [[], [], []];
  const observations = [task.observations[state]!];
  const actions: Float32Array[] = [];
  let ended = false;
  while (!ended && states.length < task.horizon) {
    const row = rowOf(policy, state, task.actions);
    const action = drawIndex(row, random);
    const outcomes = task.outcomes[state]![action]!;
    const outcome =
      outcomes[
        drawIndex(
          outcomes.map(({ probability }) => probability),
          random,
        )
      ]!;
    states.push(state);
    propensities.push(row[action]!);
    actions.push(Float32Array.of(action));
    rewards.push(outcome.reward);
    state = outcome.state;
    observations.push(task.observations[state]!);
    ended = outcome.terminated;
  }
  return { states, propensities, episode: packEpisode(observations, actions, rewards, ended) };
}

/** A number by its probability; rounding's crumb goes to the last that has any. */
export function drawIndex(probabilities: ArrayLike<number>, random: RandomStream): number {
  let rest = random.uniform();
  let drawn = 0;
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i]! <= 0) continue;
    drawn = i;
    rest -= probabilities[i]!;
    if (rest < 0) break;
  }
  return drawn;
}

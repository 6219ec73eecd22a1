/**
 * The regret of going online, exactly: after every episode V* - V^pi at the start, split as in theorem 6.1 of Nakamoto
 * et al. 2023 into V* - max Q (miscalibration: what the critic holds the start to be worth too little) and
 * max Q - V^pi (over-estimation: what the policy falls short of its critic's promise).
 */
import { RandomStream } from "../../src/random.js";
import {
  actionCount,
  type CorridorModel,
  follow,
  optimalValues,
  policyValues,
  rowOf,
  type Table,
  uniformTable,
} from "./corridor-model.js";
import { type CriticSettings, fitCritic, policyOf } from "./tabular-critic.js";

export interface RegretSettings {
  readonly model: CorridorModel;
  /** The behaviour policy's probabilities, the same in every cell. */
  readonly behaviour: readonly number[];
  readonly critic: CriticSettings;
  readonly recordedEpisodes: number;
  readonly onlineEpisodes: number;
  readonly seed: number;
}

/** How a run went, by its online episodes; what the critic says is of the start, before the episode. */
export interface Regret {
  /** V* - max Q. */
  readonly miscalibration: Float64Array;
  /** max Q - V^pi. */
  readonly overestimation: Float64Array;
  /** Their sum, V* - V^pi. */
  readonly regret: Float64Array;
  /** E_mu Q - V^mu at the start, at the switch. */
  readonly belowBehaviour: number;
}

/** After which the critic of the recorded data stands still. */
export const offlineSweeps = 4_000;
const sweepsEachEpisode = 50;
const longestEpisode = 200;

/** One run: recorded episodes, a critic of them, then episodes of its own from which it goes on learning. */
export function measureRegret(settings: RegretSettings): Regret {
  const { model, behaviour, critic, recordedEpisodes, onlineEpisodes, seed } = settings;
  const random = new RandomStream(seed, "exact regret");
  const behaviourTable = uniformTable(model.cells, behaviour);
  const counts = new Float64Array(model.cells * actionCount);
  for (let episode = 0; episode < recordedEpisodes; episode++) play(model, behaviourTable, counts, random);
  const values = new Float64Array(model.cells * actionCount);
  fitCritic(model, values, counts, critic, offlineSweeps);
  const expected = rowOf(values, 0).reduce((sum, value, action) => sum + behaviour[action]! * value, 0);
  const belowBehaviour = expected - policyValues(model, behaviourTable)[0]!;
  const best = optimalValues(model)[0]!;
  const [miscalibration, overestimation] = [new Float64Array(onlineEpisodes), new Float64Array(onlineEpisodes)];
  for (let episode = 0; episode < onlineEpisodes; episode++) {
    const policy = policyOf(values, critic.actingTemperature);
    const promised = Math.max(...rowOf(values, 0));
    miscalibration[episode] = best - promised;
    overestimation[episode] = promised - policyValues(model, policy)[0]!;
    play(model, policy, counts, random);
    fitCritic(model, values, counts, critic, sweepsEachEpisode);
  }
  const regret = miscalibration.map((part, episode) => part + overestimation[episode]!);
  return { regret, miscalibration, overestimation, belowBehaviour };
}

/** One episode, counted. */
function play(model: CorridorModel, policy: Table, counts: Table, random: RandomStream): void {
  let cell = 0;
  for (let step = 0; step < longestEpisode; step++) {
    const action = draw(rowOf(policy, cell), random);
    counts[cell * actionCount + action]!++;
    const [, next] = follow(model, cell, action);
    if (next === undefined) return;
    cell = next;
  }
}

function draw(probabilities: Table, random: RandomStream): number {
  let rest = random.uniform();
  let action = 0;
  while (action < actionCount - 1 && rest >= probabilities[action]!) rest -= probabilities[action++]!;
  return action;
}

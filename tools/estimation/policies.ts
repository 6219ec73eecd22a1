/** Policies of several qualities for a task: mixtures of a good one, which may have flaws, and of chance. */
import { RandomStream } from "../../src/random.js";
import { type KnownTask, rowOf, type Table } from "./known-task.js";

export interface PolicySetup {
  readonly label: string;
  /** How often the good action is taken; else any. */
  readonly good: number;
  /** The share of states in which a fixed arbitrary action stands in place of the best one. */
  readonly flaws: number;
}

/** @returns [states, actions] */
export function policyOf(task: KnownTask, { good, flaws }: PolicySetup, seed: number): Table {
  const { actions } = task;
  const random = new RandomStream(seed, "flaws");
  const best = task.actionValues();
  const policy = new Float64Array(best.length).fill((1 - good) / actions);
  for (let state = 0; state < best.length / actions; state++) {
    const row = rowOf(best, state, actions);
    const flawed = random.uniform() < flaws;
    const other = random.integer(actions);
    policy[state * actions + (flawed ? other : row.indexOf(Math.max(...row)))]! += good;
  }
  return policy;
}

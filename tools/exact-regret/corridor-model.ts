/**
 * A corridor as a table, on which everything can be computed exactly: cells in a row, and in each of them three actions:
 * step on, wait, and leave through the exit. A step costs 1, the one that reaches the goal nothing; the exit ends the
 * episode for a reward that is worse than walking. The actions' results are certain.
 */

export const actionNames = ["step", "wait", "exit"] as const;
export const actionCount = actionNames.length;

export interface CorridorModel {
  readonly cells: number;
  readonly discount: number;
  readonly exitReward: number;
}

/** Values and probabilities [cells, actions], row-major. */
export type Table = Float64Array;

/** What follows an action: its reward, and the next cell; undefined where the episode ends. */
export function follow({ cells, exitReward }: CorridorModel, cell: number, action: number): readonly [number, number?] {
  if (action === 2) return [exitReward];
  if (action === 1) return [-1, cell];
  return cell === cells - 1 ? [0] : [-1, cell + 1];
}

/** The policy that takes the same probabilities in every cell. */
export function uniformTable(cells: number, row: readonly number[]): Table {
  return Float64Array.from({ length: cells * row.length }, (_, i) => row[i % row.length]!);
}

/**
 * V^pi(s) [cells], exactly: from the last cell backwards, where waiting leads back to the same cell,
 * V = (p_step·Q_step + p_wait·(-1) + p_exit·R) / (1 - gamma·p_wait).
 */
export function policyValues(model: CorridorModel, policy: Table): Float64Array {
  const { cells, discount, exitReward } = model;
  const values = new Float64Array(cells);
  for (let cell = cells - 1; cell >= 0; cell--) {
    const [step, wait, exit] = rowOf(policy, cell) as unknown as [number, number, number];
    const ahead = cell === cells - 1 ? 0 : -1 + discount * values[cell + 1]!;
    values[cell] = (step * ahead - wait + exit * exitReward) / (1 - discount * wait);
  }
  return values;
}

/**
 * V*(s) [cells]: step on or leave, whatever is better. Waiting never is: forever it is worth -1 / (1 - gamma), and whoever
 * steps on can still wait in the next cell.
 */
export function optimalValues({ cells, discount, exitReward }: CorridorModel): Float64Array {
  const values = new Float64Array(cells);
  for (let cell = cells - 1; cell >= 0; cell--) {
    const ahead = cell === cells - 1 ? 0 : -1 + discount * values[cell + 1]!;
    values[cell] = Math.max(ahead, exitReward);
  }
  return values;
}

export function rowOf(table: Table, cell: number): Table {
  return table.subarray(cell * actionCount, (cell + 1) * actionCount);
}

/** Boltzmann probabilities of values at a temperature, into a row that may be that of the values; 0 is greedy. */
export function softmaxInto(target: Table, values: Table, temperature: number): void {
  const most = Math.max(values[0]!, values[1]!, values[2]!);
  let total = 0;
  for (let i = 0; i < actionCount; i++) {
    target[i] = temperature > 0 ? Math.exp((values[i]! - most) / temperature) : Number(values[i] === most);
    total += target[i]!;
  }
  for (let i = 0; i < actionCount; i++) target[i]! /= total;
}

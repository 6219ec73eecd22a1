/**
 * CQL and Cal-QL on a table: the losses of the agents (src/agents/conservative.ts) with exact sums in place of samples
 * and networks. The stationary point is looked for by damped steps.
 */
import { actionCount, type CorridorModel, follow, rowOf, softmaxInto, type Table } from "./corridor-model.js";

export interface CriticSettings {
  /** Weight of the conservative term. */
  readonly weight: number;
  /** Of the policy that is backed up; 0 is greedy. */
  readonly temperature: number;
  /** Of the policy that acts. */
  readonly actingTemperature: number;
  /** V^mu(s) [cells], below which no value is pushed down (equation 5.1); without it the critic is CQL's. */
  readonly reference?: Float64Array;
}

const stepSize = 0.2;

/** The probabilities of a policy that follows the values at a temperature, [cells, actions]; 0 is greedy. */
export function policyOf(values: Table, temperature: number): Table {
  const policy = new Float64Array(values.length);
  for (let cell = 0; cell < values.length / actionCount; cell++)
    softmaxInto(rowOf(policy, cell), rowOf(values, cell), temperature);
  return policy;
}

/**
 * Steps of every value towards the minimum of (Q - y)^2 + weight·(logsumexp - Q(s, a_data)), with the target that
 * follows at once: dQ(s, a) = mu(a|s)·(y - Q) - weight/2·(p(a|s) - mu(a|s)), p the softmax of the values that are pushed
 * down, and 0 where the reference holds a value up.
 * @param counts how often the data hold each action [cells, actions]
 */
export function fitCritic(
  model: CorridorModel,
  values: Table,
  counts: Table,
  settings: CriticSettings,
  sweeps: number,
): void {
  const shares = sharesOf(counts);
  const backedUp = new Float64Array(model.cells);
  const pushed = new Float64Array(actionCount);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let cell = 0; cell < model.cells; cell++) {
      const row = rowOf(values, cell);
      softmaxInto(pushed, row, settings.temperature);
      backedUp[cell] = pushed[0]! * row[0]! + pushed[1]! * row[1]! + pushed[2]! * row[2]!;
    }
    for (let cell = 0; cell < model.cells; cell++) fitCell(model, values, shares, settings, cell, backedUp, pushed);
  }
}

/** mu(a|s) as the data have it; 0 where a cell was never visited. */
function sharesOf(counts: Table): Table {
  return counts.map((count, i) => {
    const total = rowOf(counts, Math.floor(i / actionCount)).reduce((sum, one) => sum + one, 0);
    return total > 0 ? count / total : 0;
  });
}

function fitCell(
  model: CorridorModel,
  values: Table,
  shares: Table,
  { weight, reference }: CriticSettings,
  cell: number,
  backedUp: Float64Array,
  pushed: Float64Array,
): void {
  const [row, share] = [rowOf(values, cell), rowOf(shares, cell)];
  if (share[0]! + share[1]! + share[2]! === 0) return;
  const bound = reference?.[cell] ?? Number.NEGATIVE_INFINITY;
  for (let action = 0; action < actionCount; action++) pushed[action] = Math.max(row[action]!, bound);
  softmaxInto(pushed, pushed, 1);
  for (let action = 0; action < actionCount; action++) {
    const [reward, next] = follow(model, cell, action);
    const target = reward + (next === undefined ? 0 : model.discount * backedUp[next]!);
    const down = row[action]! > bound ? pushed[action]! : 0;
    row[action]! += stepSize * (share[action]! * (target - row[action]!) - (weight / 2) * (down - share[action]!));
  }
}

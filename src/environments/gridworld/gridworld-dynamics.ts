/**
 * How the agent moves in a gridworld, once and for all: the possible outcomes of every action in every state. The
 * environment draws from this table and the exact values are computed from it, so the two cannot disagree.
 */
import type { GridLayout } from "./gridworld-layouts.js";

/** The actions by number: up, right, down, left, so that a neighbour in this list is a move to the side. */
const moves = [
  { row: -1, column: 0 },
  { row: 0, column: 1 },
  { row: 1, column: 0 },
  { row: 0, column: -1 },
] as const;

/** What they are called. */
export const gridActions = ["up", "right", "down", "left"] as const;

/** One thing that may happen. */
export interface Outcome {
  readonly probability: number;
  /** The state that follows. */
  readonly state: number;
  readonly reward: number;
  /** The goal is reached and nothing follows. */
  readonly terminated: boolean;
}

/** A gridworld as a table. */
export interface GridModel {
  readonly layout: GridLayout;
  readonly states: number;
  readonly actions: number;
  /** [states][actions]: outcomes with different states, whose probabilities add up to 1; none in the goal. */
  readonly outcomes: readonly (readonly (readonly Outcome[])[])[];
}

/**
 * The table of a layout.
 * @param slip the probability that a move on a slippery cell goes to its left, and the same to its right; in [0, 0.5]
 */
export function gridModel(layout: GridLayout, slip: number): GridModel {
  const actions = moves.map((_, action) => action);
  return {
    layout,
    states: layout.cells.length,
    actions: actions.length,
    outcomes: layout.cells.map((_, state) =>
      actions.map((action) => (state === layout.goal ? [] : outcomesOf(layout, slip, state, action))),
    ),
  };
}

/** The reward is 1 for reaching the goal and 0 otherwise. */
function outcomesOf(layout: GridLayout, slip: number, state: number, action: number): Outcome[] {
  const sideways = layout.cells[state]!.slippery ? slip : 0;
  const probabilities = new Map<number, number>();
  for (const [turn, probability] of [[0, 1 - 2 * sideways] as const, [1, sideways] as const, [3, sideways] as const]) {
    if (probability === 0) continue;
    const next = neighbourOf(layout, state, (action + turn) % moves.length);
    probabilities.set(next, (probabilities.get(next) ?? 0) + probability);
  }
  return [...probabilities].map(([next, probability]) => {
    const terminated = next === layout.goal;
    return { probability, state: next, reward: terminated ? 1 : 0, terminated };
  });
}

/**
 * Where a move leads: against a wall, nowhere; over the cliff, back to the start. A fall does not end the episode, since
 * where every step costs something (rewards shifted below 0), ending early would be worth more than a long way to the goal.
 */
function neighbourOf(layout: GridLayout, state: number, move: number): number {
  const { row, column } = layout.cells[state]!;
  const place = layout.at(row + moves[move]!.row, column + moves[move]!.column);
  if (place === "wall") return state;
  return place === "cliff" ? layout.start : place;
}

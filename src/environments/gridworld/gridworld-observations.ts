/**
 * What a policy sees of a state of a gridworld, and back: one-hot, in which any table of values is a linear function and
 * can be learned exactly, or the two coordinates, which a network has to generalise over.
 */
import { type BoxSpace, box } from "../environment.js";
import type { GridLayout } from "./gridworld-layouts.js";

export const gridObservations = ["one-hot", "coordinates"] as const;
export type GridObservation = (typeof gridObservations)[number];

/** Between states and observations. */
export interface GridView {
  readonly space: BoxSpace;
  /** A fresh observation of a state. */
  observe(state: number): Float32Array;
  /** The state that such an observation shows. */
  stateOf(observation: Float32Array): number;
}

export function gridView(layout: GridLayout, kind: GridObservation): GridView {
  return kind === "one-hot" ? oneHot(layout) : coordinates(layout);
}

/** [states]: 1 in the place of the state. */
function oneHot({ cells }: GridLayout): GridView {
  return {
    space: box(cells.length, 0, 1),
    observe(state) {
      const observation = new Float32Array(cells.length);
      observation[state] = 1;
      return observation;
    },
    stateOf: (observation) => observation.indexOf(1),
  };
}

/** [2]: x to the right and y down, each from -1 to 1 over the map. */
function coordinates({ rows, columns, cells, at }: GridLayout): GridView {
  const scaled = (index: number, count: number) => (count > 1 ? (2 * index) / (count - 1) - 1 : 0);
  const indexAt = (value: number, count: number) => Math.round(((value + 1) / 2) * (count - 1));
  return {
    space: box(2, -1, 1),
    observe(state) {
      const { row, column } = cells[state]!;
      return Float32Array.of(scaled(column, columns), scaled(row, rows));
    },
    stateOf: ([x, y]) => Number(at(indexAt(y!, rows), indexAt(x!, columns))),
  };
}

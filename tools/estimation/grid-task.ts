/** A gridworld whose policies' worth is known: episodes begin in any cell but the goal's, one is seen as one-hot. */
import { gridModel } from "../../src/environments/gridworld/gridworld-dynamics.js";
import { parseLayout } from "../../src/environments/gridworld/gridworld-layouts.js";
import { gridView } from "../../src/environments/gridworld/gridworld-observations.js";
import { optimalValues, policyValues } from "../../src/environments/gridworld/gridworld-values.js";
import type { KnownTask } from "./known-task.js";

export interface GridSetup {
  readonly label: string;
  /** As in src/environments/gridworld/gridworld-layouts.ts. */
  readonly map: readonly string[];
  readonly slip: number;
  readonly discount: number;
  readonly horizon: number;
}

export function gridTask({ label, map, slip, discount, horizon }: GridSetup): KnownTask {
  const layout = parseLayout(map);
  const model = gridModel(layout, slip);
  const view = gridView(layout, "one-hot");
  return {
    ...{ name: label, actions: model.actions, discount, horizon, outcomes: model.outcomes },
    starts: Float64Array.from(layout.cells, (_, state) => (state === layout.goal ? 0 : 1 / (model.states - 1))),
    observations: layout.cells.map((_, state) => view.observe(state)),
    stateOf: (row) => view.stateOf(row),
    actionValues: (policy) =>
      (policy ? policyValues(model, policy, { discount }) : optimalValues(model, { discount })).actionValues,
  };
}

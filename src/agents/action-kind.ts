/**
 * Are an agent and its actions compatible? Some agents act with vectors, others choose a discrete action by its
 * number; checked before anything is built, and for every batch of numbers.
 */
import { actionIndexProblem, findWrongIndex } from "../data/discrete-actions.js";
import { UsageError } from "../errors.js";
import type { Sizes } from "./context.js";

/** "continuous": vectors in [-1, 1]; "discrete": one number, the index of the action. */
export type ActionKind = "continuous" | "discrete";

/** @throws UsageError where an agent for one kind of actions is given the sizes of the other */
export function refuseOtherActions(agent: string, kind: ActionKind, { actionSize, discreteActions }: Sizes): void {
  if (kind === "continuous" && discreteActions !== undefined) {
    throw new UsageError(
      `The agent ${agent} acts with vectors, but there are ${discreteActions} discrete actions to choose from; take an ` +
        "agent for discrete actions, such as cal-ql-discrete.",
    );
  }
  if (kind === "continuous") return;
  if (discreteActions === undefined) {
    throw new UsageError(
      `The agent ${agent} chooses among discrete actions, but these are vectors of ${actionSize} numbers; take an agent ` +
        "for vectors, such as cal-ql, or say how many actions there are (discreteActions) where they are numbers of choices.",
    );
  }
  if (actionSize === 1 && Number.isInteger(discreteActions) && discreteActions >= 1) return;
  throw new UsageError(
    `The agent ${agent} cannot choose among ${discreteActions} actions of ${actionSize} numbers; give actionSize 1 and ` +
      "for discreteActions a whole number from 1 on.",
  );
}

/** @throws UsageError for a discrete action that is none: in the update's arithmetic it would silently be no action */
export function refuseWrongIndices(actions: Float32Array, { discreteActions }: Sizes): void {
  if (discreteActions === undefined) return;
  const wrong = findWrongIndex(actions, discreteActions);
  if (wrong < 0) return;
  const problem = actionIndexProblem(actions[wrong]!, discreteActions);
  throw new UsageError(`The action of the batch's row ${wrong} ${problem}; give the indices of actions.`);
}

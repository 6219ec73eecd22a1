/** What may be wrong with recorded actions: their units, and whether they are vectors at all. */
import { listed, percent, short } from "../figures.js";
import type { Inspection } from "../inspect.js";
import { boundsText } from "../transform.js";
import type { Check, DataContext } from "./check.js";

/** Fewer steps say nothing about how much of a range is used. */
const ENOUGH_STEPS = 10;
/** Clipping is known to happen in places; where people act beyond their bounds, it is a few values in a hundred. */
const MUCH_CLIPPED = 0.01;

export const actionChecks: readonly Check[] = [
  {
    id: "actions-beyond-bounds",
    level: "error",
    when: "action values lie beyond bounds that the data or the task state, and nothing clips them",
    find: (data, context) => {
      const bounds = boundsIn(data, context);
      if (!bounds || context.clipActions || data.actionsBeyondShare === 0) return [];
      return [
        `${percent(data.actionsBeyondShare)} of the action values lie beyond their bounds ${boundsText(bounds)}: correct these bounds, or set clipActions to true (--clip-actions) where the environment clips them`,
      ];
    },
  },
  {
    id: "actions-clipped",
    level: "notice",
    when: `clipActions is set, and more than ${percent(MUCH_CLIPPED)} of the action values lie beyond the bounds`,
    find: (data, context) => {
      const bounds = boundsIn(data, context);
      if (!bounds || !context.clipActions || data.actionsBeyondShare <= MUCH_CLIPPED) return [];
      return [
        `${percent(data.actionsBeyondShare)} of the action values lie beyond their bounds ${boundsText(bounds)} and are clipped to them, ranging from ${rangeOf(data)}: if the data are in other units, scale their actions; clipActions false (--clip-actions false) refuses them`,
      ];
    },
  },
  {
    id: "actions-beyond-one",
    level: "notice",
    when: "nobody states the bounds of actions, and values lie beyond -1 and 1",
    find: (data, context) => {
      if (boundsIn(data, context) || data.actionsBeyondShare === 0) return [];
      return [
        `${percent(data.actionsBeyondShare)} of the action values lie beyond -1 and 1: give their bounds (--action-bounds LOW,HIGH), or set clipActions to true (--clip-actions) where the environment clips them`,
      ];
    },
  },
  {
    id: "actions-use-half",
    level: "notice",
    when: "no action lies in the lower half of the range (or none in the upper), as where they go from 0 to 1",
    find: (data, context) => {
      const half = looksDiscrete(data) ? undefined : unusedHalf(data, context);
      if (half === undefined) return [];
      const bounds = boundsIn(data, context);
      const range = bounds ? boundsText(bounds) : "[-1, 1]";
      return [
        `no action lies in the ${half} half of ${range}, where agents act: they range from ${rangeOf(data)}; if their bounds are others, say so (${bounds ? "correct them where they are stated, in the data or the environment" : "--action-bounds LOW,HIGH, such as 0,1"})`,
      ];
    },
  },
  {
    id: "actions-look-discrete",
    level: "notice",
    when: "actions are vectors of whole numbers from 0 on, or one-hot: choices that would be learned as quantities",
    find: (data) => {
      if (!looksDiscrete(data)) return [];
      const { actionSize } = data;
      const highest = Math.max(...data.actions.ranges.map(({ max }) => max));
      if (data.oneHotActions)
        return [
          `every action is a single 1 among ${actionSize} numbers, which looks like a choice among ${actionSize} and would be learned as ${actionSize} quantities: store the number of the choice as one column, and read it with --discrete-actions ${actionSize}`,
        ];
      if (actionSize === 1)
        return [
          `every action is a whole number from 0 to ${highest}, which looks like a choice and would be learned as a quantity: if it is one, read the data with --discrete-actions ${highest + 1}`,
        ];
      return [
        `all ${actionSize} numbers of every action are whole, from 0 to ${highest}, which looks like ${actionSize} choices at once (MultiDiscrete) and would be learned as quantities: number their combinations, store that as one column, and give --discrete-actions`,
      ];
    },
  },
];

/** Whole numbers from 0 on, more than one of them. */
function looksDiscrete({ wholeActions, actionCounts, actions: { ranges } }: Inspection): boolean {
  if (actionCounts || !wholeActions || !ranges.every(({ min }) => min >= 0)) return false;
  return ranges.some(({ min, max }) => min < max);
}

function boundsIn({ actionBounds, actionCounts }: Inspection, context: DataContext) {
  return actionCounts ? undefined : (actionBounds ?? context.actionBounds);
}

/** The half of their range that no action is in, of no column. */
function unusedHalf(data: Inspection, context: DataContext): "lower" | "upper" | undefined {
  const { actionCounts, actions, steps } = data;
  if (actionCounts || steps < ENOUGH_STEPS || data.actionsBeyondShare > 0) return undefined;
  const bounds = boundsIn(data, context);
  const middle = (column: number) => (bounds ? (bounds.low[column]! + bounds.high[column]!) / 2 : 0);
  const moving = actions.ranges.map((range, column) => ({ ...range, column })).filter(({ min, max }) => min < max);
  if (moving.length === 0) return undefined;
  if (moving.every(({ min, column }) => min >= middle(column))) return "lower";
  return moving.every(({ max, column }) => max <= middle(column)) ? "upper" : undefined;
}

/** "0.2 to 93.3", over all columns. */
function rangeOf({ actions: { ranges } }: Inspection): string {
  const [low, high] = [Math.min(...ranges.map(({ min }) => min)), Math.max(...ranges.map(({ max }) => max))];
  return listed([`${short(low)} to ${short(high)}`]);
}

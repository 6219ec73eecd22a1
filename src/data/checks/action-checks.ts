/** What may be wrong with recorded actions: their units, and whether they are vectors at all. */
import { counted, listed, percent, short } from "../figures.js";
import type { Inspection } from "../inspect.js";
import { type ActionBounds, boundsText } from "../transform.js";
import type { Check, DataContext } from "./check.js";

/** Fewer steps say nothing about how much of a range is used. */
const ENOUGH_STEPS = 10;
/** Clipping is known to happen in places; where people act beyond their bounds, it is a few values in a hundred. */
const MUCH_CLIPPED = 0.01;
/** Noise of a recording: as many values may lie on the wrong side of 0. */
const HARDLY_ANY = 0.02;

export const actionChecks: readonly Check[] = [
  {
    id: "actions-beyond-bounds",
    level: "error",
    needs: ["actions"],
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
    needs: ["actions"],
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
    needs: ["actions"],
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
    needs: ["actions"],
    when: `hardly any action (at most ${percent(HARDLY_ANY)}) lies in the lower half of the range, or in the upper, as where they go from 0 to 1`,
    find: (data, context) => {
      const half = looksDiscrete(data) ? undefined : unusedHalf(data, context);
      if (half === undefined) return [];
      const bounds = boundsIn(data, context);
      const range = bounds ? boundsText(bounds) : "[-1, 1]";
      return [
        `${half.share === 0 ? "no action lies" : `only ${percent(half.share)} of the actions lie`} in the ${half.name} half of ${range}, where agents act: they range from ${rangeOf(data)}; if ${remedyOfHalf(data, bounds, half.name)}`,
      ];
    },
  },
  {
    id: "actions-look-discrete",
    level: "notice",
    needs: ["actions"],
    when: "actions are vectors of whole numbers, 0 among them, or one-hot: choices that would be learned as quantities",
    find: (data) => {
      if (!looksDiscrete(data)) return [];
      const { actionSize } = data;
      const { lowest, highest } = extremesOf(data);
      const range = `from ${lowest} to ${highest}`;
      if (data.oneHotActions)
        return [
          `every action is a single 1 among ${counted(actionSize, "number")}${lowest < 0 ? ", with -1 elsewhere" : ""}, which looks like a choice among ${actionSize} and would be learned as ${actionSize} quantities: store the number of the choice as one column, and read it with --discrete-actions ${actionSize}`,
        ];
      if (actionSize === 1)
        return [
          `every action is a whole number ${range}, which looks like a choice and would be learned as a quantity: if it is one, ${lowest < 0 ? "number them from 0, and " : ""}read the data with --discrete-actions ${highest - Math.min(0, lowest) + 1}`,
        ];
      return [
        `all ${actionSize} numbers of every action are whole, ${range}, which looks like ${actionSize} choices at once (MultiDiscrete) and would be learned as quantities: number their combinations, store that as one column, and give --discrete-actions`,
      ];
    },
  },
];

/**
 * One-hot, or whole numbers, more than one of them: from 0 on, or with 0 among them, since a controller that switches
 * between its bounds has whole numbers too.
 */
function looksDiscrete({ wholeActions, oneHotActions, actionCounts, actions, sides, steps }: Inspection): boolean {
  const { ranges } = actions;
  if (actionCounts || !wholeActions || ranges.every(({ min, max }) => min === max)) return false;
  if (oneHotActions && steps >= ENOUGH_STEPS) return true;
  return ranges.every(({ min, max }, column) => {
    const { below, above } = sides[column]!;
    return min >= 0 || (min < max && 1 - below - above > HARDLY_ANY);
  });
}

function extremesOf({ actions: { ranges } }: Inspection): { readonly lowest: number; readonly highest: number } {
  const [lows, highs] = [ranges.map(({ min }) => min), ranges.map(({ max }) => max)];
  return { lowest: Math.min(0, ...lows), highest: Math.max(...highs) };
}

function boundsIn({ actionBounds, actionCounts }: Inspection, context: DataContext) {
  return actionCounts ? undefined : (actionBounds ?? context.actionBounds);
}

/** The half of their range that hardly any action is in, of no column, and the share of those that are. */
function unusedHalf(
  data: Inspection,
  context: DataContext,
): { readonly name: "lower" | "upper"; readonly share: number } | undefined {
  const { actionCounts, actions, actionsBeyondShare, sides, steps } = data;
  if (actionCounts || steps < ENOUGH_STEPS || actionsBeyondShare > 0) return undefined;
  const bounds = boundsIn(data, context);
  // Only for the middle of the data's own bounds, or 0, were the sides counted.
  const counted = bounds === data.actionBounds || !bounds || bounds.low.every((low, i) => low === -bounds.high[i]!);
  const middle = (column: number) => (bounds ? (bounds.low[column]! + bounds.high[column]!) / 2 : 0);
  const shares = actions.ranges.flatMap(({ min, max }, column) => {
    if (min === max) return [];
    if (counted) return [sides[column]!];
    return [{ below: min >= middle(column) ? 0 : 1, above: max <= middle(column) ? 0 : 1 }];
  });
  if (shares.length === 0) return undefined;
  const most = (side: "below" | "above") => Math.max(...shares.map((share) => share[side]));
  if (most("below") <= HARDLY_ANY) return { name: "lower", share: most("below") };
  return most("above") <= HARDLY_ANY ? { name: "upper", share: most("above") } : undefined;
}

/**
 * Where nobody knows better, the bounds are those of the half that is used; a task's actions are in its own units, so that
 * data in others are scaled where they are stored.
 */
function remedyOfHalf(
  { actionBounds, actionSize }: Inspection,
  bounds: ActionBounds | undefined,
  unused: "lower" | "upper",
): string {
  const [low, high] = [
    bounds?.low ?? new Float32Array(actionSize).fill(-1),
    bounds?.high ?? new Float32Array(actionSize).fill(1),
  ];
  const alike = low.every((value) => value === low[0]) && high.every((value) => value === high[0]);
  const [first, last, middle] = [low[0]!, high[0]!, (low[0]! + high[0]!) / 2].map(short);
  const own = !alike ? "LOW,HIGH" : unused === "lower" ? `${middle},${last}` : `${first},${middle}`;
  if (!bounds)
    return `those are their bounds, say so (--action-bounds ${own}, or in a log's mapping actions: {low: ${own.replace(",", ", high: ")}})`;
  if (actionBounds) return `these bounds are not theirs, correct them (calql data convert --action-bounds ${own})`;
  const scaled = alike ? `${first} + ${short(high[0]! - low[0]!)} * a` : "low + (high - low) * a";
  return `they were recorded in other units, store them in those of the task (${scaled} in place of an action a from 0 to 1)`;
}

/** "0.2 to 93.3", over all columns. */
function rangeOf({ actions: { ranges } }: Inspection): string {
  const [low, high] = [Math.min(...ranges.map(({ min }) => min)), Math.max(...ranges.map(({ max }) => max))];
  return listed([`${short(low)} to ${short(high)}`]);
}

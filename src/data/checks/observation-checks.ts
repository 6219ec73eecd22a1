/** What may be wrong with recorded observations, and with any values: no numbers, huge ones, and columns that say nothing. */
import { counted, listed, percent, short, whole } from "../figures.js";
import type { Inspection } from "../inspect.js";
import type { Range, ValueSummary } from "../inspect-values.js";
import type { Check, CheckedValues } from "./check.js";

interface CheckedPart extends Pick<ValueSummary, "nonFinite"> {
  readonly key: string;
  readonly of: CheckedValues;
}

const HUGE = 1e6;
const SCALES_APART = 1e4;
const MANY_DUPLICATES = 0.01;
/** Episodes may begin in the same place. */
const MANY_REPEATED = 0.1;
/** Short episodes of few choices may be the same by chance. */
const MANY_REPEATED_CHOICES = 0.1;

export const observationChecks: readonly Check[] = [
  {
    id: "not-finite",
    level: "error",
    when: "values are NaN or infinite",
    find: (data) =>
      valuesOf(data).flatMap(({ key, nonFinite }) =>
        nonFinite === 0
          ? []
          : [
              `${key}: ${counted(nonFinite, "value")} NaN or infinite, on which nothing can be trained; repair these episodes, or leave them out with --drop-faulty`,
            ],
      ),
  },
  {
    id: "huge-observations",
    level: "notice",
    needs: ["observations"],
    when: "an observation is a million or more, and observations are not normalised",
    find: ({ states }, { normaliseObservations }) => {
      if (!states || normaliseObservations) return [];
      const columns = columnsWhere(states, (range) => magnitude(range) >= HUGE);
      if (columns.length === 0) return [];
      const most = Math.max(...columns.map((column) => magnitude(states.ranges[column]!)));
      return [
        `observations reach ${short(most)} (column ${listed(columns)}), with which networks do not learn: set normaliseObservations to true (--normalise-observations)`,
      ];
    },
  },
  {
    id: "scales-apart",
    level: "notice",
    needs: ["observations"],
    when: "the columns of observations differ in scale by more than 10,000, and are not normalised",
    find: ({ states }, { normaliseObservations }) => {
      if (!states || normaliseObservations) return [];
      const scales = states.ranges.map(({ min, max }) => (max > min ? max - min : Number.NaN));
      const known = scales.filter(Number.isFinite);
      const [least, most] = [Math.min(...known), Math.max(...known)];
      if (!(most > SCALES_APART * least)) return [];
      return [
        `observations have columns of very different scale: column ${scales.indexOf(most)} ranges over ${short(most)}, column ${scales.indexOf(least)} over ${short(least)}, which is hardly seen beside it; set normaliseObservations to true (--normalise-observations)`,
      ];
    },
  },
  {
    id: "constant-columns",
    level: "notice",
    needs: ["observations", "actions"],
    when: "a column of observations or of actions never changes",
    find: ({ actions, actionCounts, states, steps }) => {
      if (steps < 2) return [];
      const found: string[] = [];
      if (states && states.constantColumns.length > 0)
        found.push(
          `observations: constant in column ${listed(states.constantColumns)}, which says nothing; check that it was recorded`,
        );
      if (!actionCounts && actions.constantColumns.length > 0)
        found.push(
          `actions: constant in column ${listed(actions.constantColumns)}, so that nothing is learned of other values there; record actions that vary`,
        );
      return found;
    },
  },
  {
    id: "duplicate-steps",
    level: "notice",
    needs: ["observations", "actions"],
    when: `more than ${percent(MANY_DUPLICATES)} of the steps have an observation and an action (a vector) that occurred before, to the bit, other than in whole episodes`,
    find: ({ duplicateSteps, stepsOfDuplicateEpisodes, comparedSteps, actionCounts }) => {
      // Where choices are few, the same one in the same place is what to expect.
      const others = duplicateSteps - stepsOfDuplicateEpisodes;
      if (actionCounts || others <= MANY_DUPLICATES * comparedSteps) return [];
      return [
        `${counted(others, "step")} (${percent(others / comparedSteps)}) ${others === 1 ? "occurs" : "occur"} more than once, so that success and coverage look better than they are; leave out what was recorded or merged twice`,
      ];
    },
  },
  {
    id: "repeated-observations",
    level: "notice",
    needs: ["observations", "actions"],
    when: `more than ${percent(MANY_REPEATED)} of the steps have an observation that occurred before, to the bit, with another action (a vector)`,
    find: ({ repeatedObservations, duplicateSteps, comparedSteps, actionCounts }) => {
      const others = repeatedObservations - duplicateSteps;
      if (actionCounts || others <= MANY_REPEATED * comparedSteps) return [];
      return [
        `${percent(others / comparedSteps)} of the steps (${whole(others)}) show what an earlier step showed, to the bit, and another action was taken: a sensor that is slower than the log, or a state of which much is not recorded; a policy cannot tell such steps apart, so record what changes between them, or fewer steps`,
      ];
    },
  },
  {
    id: "duplicate-episodes",
    level: "notice",
    needs: ["observations", "actions"],
    when: `more than ${percent(MANY_DUPLICATES)} of the steps (of choices: ${percent(MANY_REPEATED_CHOICES)}) are in episodes that are the same as an earlier one, to the bit`,
    find: ({ duplicateEpisodes, stepsOfDuplicateEpisodes, comparedSteps, actionCounts, episodes }) => {
      const most = actionCounts ? MANY_REPEATED_CHOICES : MANY_DUPLICATES;
      if (stepsOfDuplicateEpisodes <= most * comparedSteps) return [];
      const chance = actionCounts ? " (unless the world leaves nothing to chance)" : "";
      return [
        `${counted(duplicateEpisodes, "episode")} (${percent(duplicateEpisodes / episodes)}) ${duplicateEpisodes === 1 ? "is" : "are"} the same as an earlier one in every step, so that success and coverage look better than they are; leave out what was recorded or merged twice${chance}`,
      ];
    },
  },
];

/** All values of data that can be none: how they are called, and what they are to a check. */
export function valuesOf({ states, parts, actions, rewards }: Inspection): readonly CheckedPart[] {
  const observed = Object.entries({ ...(states && { observations: states }), ...parts });
  return [
    ...observed.map(([key, { nonFinite }]) => ({ key, of: "observations", nonFinite }) as const),
    { key: "actions", of: "actions", nonFinite: actions.nonFinite },
    { key: "rewards", of: "rewards", nonFinite: rewards.nonFinite },
  ];
}

function columnsWhere({ ranges }: ValueSummary, holds: (range: Range) => boolean): number[] {
  return ranges.flatMap((range, column) => (holds(range) ? [column] : []));
}

function magnitude({ min, max }: Range): number {
  return Math.max(Math.abs(min), Math.abs(max));
}

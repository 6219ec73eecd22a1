/**
 * Which columns of an application's log are what: the content of a mapping file, checked. Whatever it leaves out has
 * its usual name.
 */
import { z } from "zod";
import { UsageError } from "../../../errors.js";
import { parseDeclared } from "../../../requirement.js";

const column = z.string().min(1);
/** As wide as the widest row that is read. */
const MOST_IDS = 2 ** 16;

/** A column of categories: each of them becomes a number of its own that is 1 where the row has it (one-hot). */
const categorical = z.strictObject({
  column,
  categories: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .max(10_000),
});
/** A column of objects from ids to numbers: the ids that there are, in order, or how many where they count from 0. */
const sparse = z.union([
  z.strictObject({
    column,
    ids: z
      .array(z.union([z.string(), z.number()]))
      .min(1)
      .max(MOST_IDS)
      .refine((ids) => new Set(ids.map(String)).size === ids.length, { message: "name each id once" }),
  }),
  z.strictObject({ column, size: z.int().min(1).max(MOST_IDS) }),
]);
/**
 * Which actions were legal before the action: a column of lists of a 0 or a 1 for each action, or, `as: actions`, of lists
 * of the legal ones, by their numbers or, where the action is one of categories, by those.
 */
const legal = z.union([column, z.strictObject({ column, as: z.enum(["mask", "actions"]) })], {
  message: 'be the name of a column, or {"column", "as": "mask" or "actions"}',
});
const bound = z.union([z.number(), z.array(z.number()).min(1)]);
const feature = z.union([column, categorical, sparse], {
  message: 'be the name of a column, {"column", "categories"}, {"column", "ids"} or {"column", "size"}',
});
const features = z.union([feature, z.array(feature).min(1)], {
  message:
    'be the name of a column, {"column", "categories"}, {"column", "ids"}, {"column", "size"}, or a list of these',
});

const schema = z.strictObject({
  /** The column that names the episode (session, customer, run) that a row belongs to: text or numbers. */
  episode: column.optional(),
  /** Counts the rows of an episode, 1 more from row to row; where there is no such column, the order of rows counts. */
  step: column.optional(),
  /** What was known before the action: a column of lists of numbers, or columns of numbers, booleans or categories. */
  observation: features.optional(),
  /** What was done, likewise. A single column of categories is a choice among them. */
  action: features.optional(),
  /**
   * Of a choice by number, how many there are: the column then holds 0 .. discrete - 1. Of numbers, the bounds within
   * which they lie, in their units: one number for all of an action's, or one each.
   */
  actions: z
    .union([
      z.strictObject({
        discrete: z
          .int()
          .min(1)
          .max(2 ** 24),
      }),
      z.strictObject({ low: bound, high: bound }),
    ])
    .optional(),
  /** Of choices: how likely the action was under the policy that logged it, above 0 and at most 1. */
  propensity: column.optional(),
  legal: legal.optional(),
  /** What the action earned. */
  reward: column.optional(),
  /**
   * True (or 1) in the row whose action ended the task, e.g. by a sale; "last": the last row of every episode did;
   * "always": each row is an episode of its own.
   */
  terminated: column.optional(),
  /** True (or 1) in the row after which the recording broke off, e.g. by a timeout. */
  truncated: column.optional(),
  /** True (or 1) in an episode's last row, whether the task or the clock ended it; see `log-ends.ts`. */
  done: column.optional(),
  /** What was known after the action; where it is missing, it is taken from the next row. */
  nextObservation: features.optional(),
  /** The rows of several episodes are mixed, as applications write them: they are then sorted apart in memory. */
  interleaved: z.boolean().default(false),
  /** Of interleaved logs: a column of numbers or texts, such as times, by which the rows of an episode are sorted. */
  order: column.optional(),
});

/** What the columns of a log are. */
export type LogMapping = z.infer<typeof schema>;

/** A part of a mapping that turns one column into numbers. */
export type LogFeature = z.infer<typeof feature>;

/** How a mapping says which actions are legal. */
export type LogLegal = z.infer<typeof legal>;

/** In place of the column that marks the task's end: as in a bandit's log, it ends with every row. */
export const ALWAYS = "always";
/** In place of that column: it ends with the last row of every episode, unless another column says that the clock did. */
export const LAST = "last";

/** The columns that are used where the mapping does not name them; those of ends: `log-ends.ts`. */
export const usualColumns = {
  episode: "episode",
  step: "step",
  observation: "observation",
  action: "action",
  propensity: "propensity",
  legal: "legal",
  reward: "reward",
  nextObservation: "next_observation",
} as const;

/**
 * Checks the content of a mapping file.
 * @param value parsed JSON or YAML; undefined stands for the usual names
 * @throws UsageError naming the key and what it must be
 */
export function parseMapping(value: unknown): LogMapping {
  if (value !== undefined && (typeof value !== "object" || value === null || Array.isArray(value)))
    throw new UsageError('The mapping of columns is no object; write lines such as "episode: session".');
  const mapping = parseDeclared(schema, value ?? {}, "key", "the mapping of columns");
  if (mapping.order !== undefined && !mapping.interleaved)
    throw new UsageError(
      'The mapping of columns says by which column to sort (order), which is done in memory; say "interleaved: true" as well.',
    );
  return mapping;
}

/**
 * What a check of recorded data is: something that it looks for in an inspection, and a sentence that says the thing, the
 * figure and the next step. `checks.ts` is the table of all of them.
 */
import type { Inspection } from "../inspect.js";
import type { ActionBounds } from "../transform.js";

/** An error keeps a run from learning; after a notice it goes on. */
export type Level = "error" | "notice";

/** What a task knows besides the data; nothing of it is known where data are inspected or converted. */
export interface DataContext {
  /** The name of the task, with its options. */
  readonly task?: string | undefined;
  /** The task that the data's own metadata name. */
  readonly recordedTask?: string | undefined;
  /** The bounds of actions where the data do not say them. */
  readonly actionBounds?: ActionBounds | undefined;
  /** Whether recorded actions are clipped to their bounds. */
  readonly clipActions?: boolean | undefined;
  /** Whether observations are normalised. */
  readonly normaliseObservations?: boolean | undefined;
  /** Steps after which the environment's clock ends an episode. */
  readonly horizon?: number | undefined;
  /** How rewards are scaled and shifted in training. */
  readonly rewards?: RewardTransform | undefined;
}

/** Rewards become scale * reward + shift. */
export interface RewardTransform {
  readonly scale: number;
  readonly shift: number;
  /** The two rewards that the task's environment gives, failure first, where they are known. */
  readonly sparse?: readonly [failure: number, success: number] | undefined;
}

/** What of the data a check looks at. */
export type CheckedValues = "observations" | "actions" | "rewards";

/** One row of the table. */
export interface Check {
  /** A word for it, which programs can rely on. */
  readonly id: string;
  readonly level: Level;
  /** Values without which it says nothing true: it does not speak where some of them are NaN or infinite. */
  readonly needs?: readonly CheckedValues[];
  /** When it speaks, for the documents. */
  readonly when: string;
  /** What is wrong, a sentence without its full stop for each place; empty where nothing is. */
  readonly find: (data: Inspection, context: DataContext) => readonly string[];
}

/** What a check has found. */
export interface Finding {
  readonly id: string;
  readonly level: Level;
  /** The thing, the figure and the next step. */
  readonly sentence: string;
}

/**
 * What a family of tasks provides: the names of its tasks, how to make them, the settings that training starts from,
 * and the data that it can collect itself. A family declares it in the file `family.ts` of its own folder,
 * which imports models, physics and collectors only when they are first used.
 */
import type { Dataset } from "../data/episode.js";
import type { RandomStream } from "../random.js";
import type { CollectionAmount } from "./collect.js";
import type { Environment, EnvironmentOptions } from "./environment.js";
import type { EpisodePlayer, StartPlayers } from "./numbered-episodes.js";

/** Settings of a run and of its agents by name; `resolveConfiguration` checks them, because environments know no agents. */
export type PresetValues = Readonly<Record<string, unknown>>;

/** What runs of some size start from, and the differences of single agents to it. */
export interface Scale {
  readonly preset: PresetValues;
  readonly agents?: Readonly<Record<string, PresetValues>>;
}

/** The presets of all tasks of the family whose names begin with `prefix`. */
export interface TaskPresets {
  readonly prefix: string;
  readonly paper: Scale;
  readonly laptop: Scale;
}

/** What walks: actions [count, 8] for observations [count, 29] in the walking frame, drawn with the given stream. */
export interface WalkingPolicy {
  /** What the data's source calls it. */
  readonly name: string;
  act(observations: Float32Array, random: RandomStream): Promise<Float32Array>;
}

/** What to collect; a setting that means nothing to the task is refused. */
export interface TaskCollection extends CollectionAmount {
  readonly task: string;
  readonly starts?: "fixed" | "diverse";
  readonly goals?: "fixed" | "diverse";
  readonly goalShare?: number;
  readonly noise?: number;
  /** Options of the environment, where the family collects data under them; the task's name may carry them. */
  readonly options?: EnvironmentOptions;
  /** The policy that walks, in an ant maze. */
  readonly policy?: WalkingPolicy;
  /** Ends a collection early, with the episodes that are complete, where that takes minutes. */
  readonly signal?: AbortSignal;
  /** Players in other threads, where the family's data have players. */
  readonly startPlayers?: StartPlayers;
}

/** How a task's own data are collected by default. */
export type DataRecipe = Pick<TaskCollection, "starts" | "goals" | "goalShare" | "noise" | "seed"> &
  ({ readonly steps: number } | { readonly episodes: number });

/** The data that a family collects itself. */
export interface OwnData {
  readonly tasks: readonly string[];
  /** Those of the tasks whose data hold pictures, for which D4RL's layout has no place. */
  readonly pictures?: readonly string[];
  /** The same for all of the tasks, or one for each. */
  readonly recipe: DataRecipe | ((task: string) => DataRecipe);
  /** The settings that mean something to these data, beside task, amount and seed. */
  readonly settings: readonly (keyof TaskCollection)[];
  readonly collect: (settings: TaskCollection) => Promise<Dataset>;
  /** What plays single episodes of the data, where each follows from the settings and its number alone. */
  readonly player?: (settings: TaskCollection) => Promise<EpisodePlayer>;
}

export interface Family {
  readonly tasks: readonly string[];
  /** Makes one of its tasks, not yet guarded. */
  readonly make: (task: string, options: EnvironmentOptions) => Promise<Environment>;
  readonly presets: readonly TaskPresets[];
  readonly data?: OwnData;
}

/**
 * What a comparison is: variants of agents, each trained with every seed on every task. A variant is a label and the
 * settings that belong to it; settings that hold for all variants are laid under or over them here, where they fit.
 */
import type { TaskCollection } from "../environments/collect-task.js";
import { UsageError } from "../errors.js";
import { allSettings, type TrainSettings } from "../settings/configuration.js";
import { methodOf, withMethod } from "../settings/methods.js";

/** What is compared: settings under a label. */
export interface Variant {
  /** Its name in tables and reports, and of its folders. */
  readonly label: string;
  readonly settings: TrainSettings;
  /** Settings that make the variant the method that it is: what is common to all does not touch them. */
  readonly nature?: readonly string[];
}

/** How the dataset is collected that every run of a task learns from. */
export type Collection = Omit<TaskCollection, "task" | "onProgress">;

/** Which runs a comparison consists of: each variant on each task with each seed. */
export interface Comparison {
  /** The report's heading. */
  readonly title?: string;
  /** Names of tasks; "none" stands for runs that learn from their data alone. */
  readonly tasks: readonly string[];
  readonly seeds: readonly number[];
  readonly variants: readonly Variant[];
  /** Without it, runs without a file of data learn from the task's own. */
  readonly collection?: Collection;
}

/** "cql" is an agent, "cql:sac" one that another follows online, labelled "cql -> sac". */
export function variantOf(name: string): Variant {
  const [agent = "", onlineAgent, ...rest] = name.split(":").map((part) => part.trim());
  if (agent === "" || onlineAgent === "" || rest.length > 0)
    throw new UsageError(`The agent "${name}" cannot be read; name an agent, or two with a colon, such as cql:sac.`);
  return variantFor(onlineAgent === undefined ? { agent } : { agent, onlineAgent });
}

/** A variant with these settings, called by its agents if it has no label; a method keeps its nature. */
export function variantFor(settings: TrainSettings, label = labelFor(settings)): Variant {
  const method = methodOf(settings.agent);
  return { label, settings, ...(method && { nature: Object.keys(method.settings) }) };
}

/** What a variant without a label is called: by its agents. */
export function labelFor({ agent = "cal-ql", onlineAgent }: TrainSettings): string {
  return onlineAgent && onlineAgent !== agent ? `${agent} -> ${onlineAgent}` : agent;
}

/** "0..4" or "0,2,7" or both, as numbers. @throws UsageError if it is neither, or names a seed twice */
export function seedsOf(text: string): number[] {
  return eachOnce(text.split(",").flatMap((part) => seedsIn(part, text)));
}

function seedsIn(part: string, text: string): number[] {
  const [, first, last = first] = /^\s*(\d{1,9})(?:\.\.(\d{1,9}))?\s*$/.exec(part) ?? [];
  if (first === undefined)
    throw new UsageError(`The seeds "${text}" cannot be read; give a range such as 0..4, or a list such as 0,2,7.`);
  const count = Number(last) - Number(first) + 1;
  if (count < 1) throw new UsageError(`The seeds "${part.trim()}" end before they begin; write ${last}..${first}.`);
  if (count > MOST_SEEDS)
    throw new UsageError(`The seeds "${part.trim()}" are ${count}; ${MOST_SEEDS} are the most: give a shorter range.`);
  return Array.from({ length: count }, (_, i) => Number(first) + i);
}

/** The same seeds. @throws UsageError for one that is there twice: its second run would be the first again */
export function eachOnce(seeds: readonly number[]): number[] {
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice === undefined) return [...seeds];
  throw new UsageError(`The seeds hold ${twice} twice, which would be the same run; name it once.`);
}

const MOST_SEEDS = 1000;

/**
 * Lays settings that hold for all variants under (or over) their own. A setting of some agents goes to the variants
 * that have such an agent; one that no variant knows goes to all, so that it is refused by name.
 */
export function withCommon(variants: readonly Variant[], common: TrainSettings, place: "under" | "over"): Variant[] {
  const present = variants.flatMap(agentsOf);
  return variants.map((variant) => {
    const own = agentsOf(variant);
    const meant = Object.entries(common).filter(([name]) => {
      if (variant.nature?.includes(name)) return false;
      const owners = allSettings().get(name)?.agents ?? [];
      return owners.every((owner) => !present.includes(owner)) || owners.some((owner) => own.includes(owner));
    });
    const settings = Object.fromEntries(meant);
    const mine = variant.settings;
    return { ...variant, settings: place === "under" ? { ...settings, ...mine } : { ...mine, ...settings } };
  });
}

/** The agents that learn in a variant; a method's are those it stands for. */
function agentsOf({ settings }: Variant): string[] {
  const { agent = "cal-ql", onlineAgent } = withMethod(settings);
  return onlineAgent ? [agent, onlineAgent] : [agent];
}

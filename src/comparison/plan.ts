/**
 * From a comparison to the list of its runs: task by task, seed by seed, variant by variant, each with its folder and
 * its settings, checked before anything is written. Seeds come before variants, so that a comparison that is cut short
 * has every variant at the same seeds.
 */
import { join, resolve } from "node:path";
import type { Sizes } from "../agents/context.js";
import { makeEnvironment } from "../environments/registry.js";
import { taskSlug } from "../environments/task-name.js";
import { UsageError } from "../errors.js";
import { shown } from "../requirement.js";
import { configure } from "../runs/configure.js";
import type { Configuration, TrainSettings } from "../settings/configuration.js";
import { refuseUnfitAgents, sizesOf } from "../training/fitting-agents.js";
import type { Comparison, Variant } from "./comparison.js";
import { dataFile } from "./data.js";

export interface PlannedRun {
  /** "cql, seed 3", with the task if there are several. */
  readonly name: string;
  readonly label: string;
  readonly task: string;
  readonly seed: number;
  readonly folder: string;
  readonly settings: TrainSettings;
  /** The settings resolved, as the run's config.json will hold them. */
  readonly resolved: Configuration["flat"];
  /** Whether the run learns from data that the comparison collects. */
  readonly collects: boolean;
}

/** @throws UsageError for settings, names or labels that do not fit */
export async function planRuns(comparison: Comparison, out: string): Promise<PlannedRun[]> {
  refuseNoComparison(comparison);
  const { tasks, seeds, variants } = comparison;
  const sizes: (readonly [string, Sizes])[] = [];
  for (const task of new Set(tasks)) sizes.push([task, await sizesOfTask(task)]);
  refuseAmbiguousLabels(variants);
  refuseOneFileForAll(comparison);
  // Tasks of one family differ in nothing that an agent is declared with, and declaring large networks takes a while.
  const seen = new Set<string>();
  for (const [task, own] of sizes) {
    for (const { settings } of variants) {
      const configuration = configure({ ...settings, task });
      const { agent, agentSettings, online } = configuration;
      const key = JSON.stringify([own, agent.name, agentSettings, online?.agent.name, online?.settings]);
      if (!seen.has(key)) refuseUnfitAgents(configuration, own);
      seen.add(key);
    }
  }
  return [...new Set(tasks)].flatMap((task) =>
    seeds.flatMap((seed) =>
      variants.map((variant) => planRun({ task, seed, variant, out, several: tasks.length > 1 })),
    ),
  );
}

/** A program may hand over anything. @throws UsageError naming what is missing or none */
function refuseNoComparison(comparison: Comparison): void {
  const { tasks, seeds, variants }: Partial<Comparison> = comparison ?? {};
  for (const [what, list] of Object.entries({ tasks, seeds, variants })) {
    if (!Array.isArray(list))
      throw new UsageError(`The ${what} of the comparison are ${shown(list)}; give a list of at least one.`);
    if (list.length === 0) throw new UsageError(`A comparison needs at least one of its ${what}; name it.`);
  }
  for (const variant of variants!) {
    if (typeof variant?.label === "string" && variant.settings) continue;
    throw new UsageError(
      `A variant of the comparison is ${shown(variant)}; give { label, settings }, or variantOf("cql") for an agent alone.`,
    );
  }
}

interface Place {
  readonly task: string;
  readonly seed: number;
  readonly variant: Variant;
  readonly out: string;
  readonly several: boolean;
}

/** The agents that are compared where nobody names any: by the kind of the tasks' actions. */
export async function usualAgents(tasks: readonly string[]): Promise<readonly string[]> {
  const sizes = await Promise.all(tasks.map(sizesOfTask));
  const discrete = sizes.every(({ discreteActions }) => discreteActions !== undefined);
  return discrete ? ["cal-ql-discrete", "cql-discrete"] : ["cal-ql", "cql"];
}

/** @throws UsageError for a task that nobody knows */
async function sizesOfTask(task: string): Promise<Sizes> {
  const environment = await makeEnvironment(task);
  try {
    return sizesOf(environment);
  } finally {
    await environment.close();
  }
}

/** One thread a run unless the variant says otherwise: the cores are shared out among the runs. */
function planRun({ task, seed, variant: { label, settings: own }, out, several }: Place): PlannedRun {
  const named = own.dataset ? { dataset: own.dataset.replaceAll("{task}", task) } : {};
  const written = { threads: 1, ...own, ...named, task, seed, label };
  const collects = !configure(written).run.dataset;
  const settings = collects ? { ...written, dataset: resolve(dataFile(out, task)) } : written;
  return {
    name: `${label}${several ? ` on ${task}` : ""}, seed ${seed}`,
    label,
    task,
    seed,
    folder: join(out, taskSlug(task), `${slug(label)}-seed${seed}`),
    settings,
    resolved: configure(settings).flat,
    collects,
  };
}

/** "cql -> sac" as "cql-sac": letters, digits and dots survive, everything else is a hyphen. */
export function slug(label: string): string {
  return label
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
}

/** Two variants must not share a line in the report or a folder. */
function refuseAmbiguousLabels(variants: readonly Variant[]): void {
  const seen = new Map<string, string>();
  for (const { label } of variants) {
    const name = slug(label);
    if (name === "") throw new UsageError(`The label "${label}" of a variant has no letter or digit; give it one.`);
    const other = seen.get(name);
    if (other === label) throw new UsageError(`Two variants are called "${label}"; give one of them another label.`);
    if (other !== undefined)
      throw new UsageError(`The labels "${other}" and "${label}" would share the folder ${name}; change one of them.`);
    seen.set(name, label);
  }
}

/** Mazes of different size have observations of the same size: nothing later would notice the wrong file. */
function refuseOneFileForAll({ tasks, variants }: Comparison): void {
  if (new Set(tasks).size < 2) return;
  const file = variants.map(({ settings }) => settings.dataset).find((path) => path && !path.includes("{task}"));
  if (!file) return;
  throw new UsageError(
    `The dataset ${file} is named for several tasks; put {task} where their names stand in its path.`,
  );
}

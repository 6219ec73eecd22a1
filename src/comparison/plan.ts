/**
 * From a comparison to the list of its runs: task by task, seed by seed, variant by variant, each with its folder and
 * its settings, checked before anything is written. Seeds come before variants, so that a comparison that is cut short
 * has every variant at the same seeds.
 */
import { join, parse, resolve } from "node:path";
import type { Sizes } from "../agents/context.js";
import { makeEnvironment } from "../environments/registry.js";
import { taskSlug } from "../environments/task-name.js";
import { UsageError } from "../errors.js";
import { dataAlone } from "../report/groups.js";
import { shown } from "../requirement.js";
import { configure } from "../runs/configure.js";
import type { Configuration, TrainSettings } from "../settings/configuration.js";
import { learnsFromNoData, refuseUnfitAgents, sizesOf } from "../training/fitting-agents.js";
import { type Comparison, labelFor, type Variant } from "./comparison.js";
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
  const { seeds, variants } = comparison;
  const tasks = [...new Set(comparison.tasks)];
  const sizes = new Map<string, Sizes>();
  for (const task of tasks) if (task !== NO_TASK) sizes.set(task, await sizesOfTask(task));
  refuseAmbiguousLabels(variants);
  refuseOneFileForAll(comparison);
  const planned = tasks.flatMap((task) =>
    seeds.flatMap((seed) =>
      variants.map((variant) => planRun({ task, seed, variant, out, several: tasks.length > 1 })),
    ),
  );
  refuseUnfit(planned, sizes);
  return planned.map(({ run }) => run);
}

/**
 * Tasks of one family differ in nothing that an agent is declared with, and declaring large networks takes a while. Where
 * there is no task, the data say the sizes, and the runs refuse for themselves.
 */
function refuseUnfit(planned: readonly Planned[], sizes: ReadonlyMap<string, Sizes>): void {
  const seen = new Set<string>();
  for (const { run, configuration } of planned) {
    const { agent, agentSettings, online } = configuration;
    const own = sizes.get(run.task);
    if (own === undefined) continue;
    const key = JSON.stringify([own, agent.name, agentSettings, online?.agent.name, online?.settings]);
    if (!seen.has(key)) refuseUnfitAgents(configuration, own);
    seen.add(key);
  }
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

/** A run with its settings as they were resolved, once: large comparisons have hundreds of runs. */
interface Planned {
  readonly run: PlannedRun;
  readonly configuration: Configuration;
}

interface Place {
  readonly task: string;
  readonly seed: number;
  readonly variant: Variant;
  readonly out: string;
  readonly several: boolean;
}

/** In the list of tasks: there is none, and the runs learn from their data alone. */
export const NO_TASK = "none";

/**
 * The agents that are compared where nobody names any: by the kind of the tasks' actions.
 * @throws UsageError without a task, because nothing is known of its actions
 */
export async function usualAgents(tasks: readonly string[]): Promise<readonly string[]> {
  if (tasks.includes(NO_TASK))
    throw new UsageError(
      "Without a task the agents must be named, with --agents, such as --agents cal-ql-discrete,cql-discrete.",
    );
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
function planRun({ task: asked, seed, variant: { label, settings: own }, out, several }: Place): Planned {
  const written = { threads: 1, ...own, task: asked === NO_TASK ? null : asked, seed, label };
  const configuration = configured(written, label);
  const { dataset: named } = configuration.run;
  const alone = written.task === null;
  if (alone && !named)
    throw new UsageError("Without a task the data must be named that the runs learn from, with --dataset FILE.");
  const task = alone ? dataAlone(named!) : asked;
  const collects = !named && !learnsFromNoData(configuration.run);
  const dataset = collects ? resolve(dataFile(out, task)) : (named?.replaceAll("{task}", task) ?? null);
  const run = {
    name: `${label}${several ? ` on ${task}` : ""}, seed ${seed}`,
    label,
    task,
    seed,
    folder: join(out, taskSlug(alone ? parse(named!).name : task), `${slug(label)}-seed${seed}`),
    settings: { ...written, dataset },
    resolved: { ...configuration.flat, dataset },
    collects,
  };
  return { run, configuration };
}

/** @throws UsageError that names the variant, where it has a name of its own: the agents' names are in the error itself */
function configured(written: TrainSettings, label: string): Configuration {
  try {
    return configure(written);
  } catch (error) {
    if (!(error instanceof UsageError) || label === labelFor(written)) throw error;
    throw new UsageError(`The variant "${label}" cannot be run. ${error.message}`);
  }
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

/**
 * `calql compare`: agents side by side over seeds and tasks, each run in a process of its own; complete runs are kept,
 * missing ones are run, and a table and a report compare them.
 */
import { parse } from "node:path";
import type { Command } from "commander";
import { type CompareOptions, type CompareResult, compare, defaultCompareFolder } from "../comparison/compare.js";
import { type Comparison, seedsOf, variantOf, withCommon } from "../comparison/comparison.js";
import { readComparison } from "../comparison/file.js";
import { NO_TASK, usualAgents } from "../comparison/plan.js";
import { UsageError } from "../errors.js";
import type { TrainSettings } from "../settings/configuration.js";
import { comparisonTables, failuresText } from "./compare-text.js";
import { comparisonView } from "./compare-view.js";
import { addSettingFlags, writtenSettings } from "./flags.js";
import { INTERRUPTED, untilInterrupted } from "./interrupts.js";
import { numberOf } from "./numbers.js";
import { refuseForgottenTask } from "./task-of-data.js";
import { refuseSwallowedFlag } from "./usage.js";

/** What a comparison's own flags say. */
const ownSettings = ["task", "agent", "onlineAgent", "label", "seed"];

export function defineCompare(command: Command): void {
  command
    .option(
      "--task <names>",
      "tasks to act in, with commas; none: the data alone (default: none with --dataset, else pointmaze-umaze)",
    )
    .option("--agents <names>", "agents to compare, with commas; cql:sac goes online with sac (default: cal-ql,cql)")
    .option("--seeds <seeds>", "a range or a list: 0..4 or 0,2,7 (default: 0..4)")
    .option("--jobs <number>", "runs at a time (default: the number of cores over the threads of a run)")
    .option("--out <folder>", `folder to make: the runs and their report (default: ${defaultCompareFolder})`)
    .option("--file <file>", "YAML or JSON file that describes the comparison: tasks, seeds, variants, settings")
    .option("--scale <name>", "which of the file's scales")
    .option("--config <file>", "YAML or JSON file of settings that hold for every run");
  addSettingFlags(command, ownSettings).action(async (flags: Record<string, string | undefined>) => {
    for (const name of ["task", "agents", "seeds", "jobs", "out", "file", "scale"])
      if (flags[name] !== undefined) refuseSwallowedFlag(command, `--${name}`, flags[name]);
    const common = writtenSettings(command, flags, ownSettings);
    const comparison = await comparisonOf(flags, common);
    const jobs = numberOf(flags.jobs, "--jobs", { whole: true, least: 1 });
    const folder = flags.out ?? defaultCompareFolder;
    // Comparisons from files may share a folder, and with it runs: each has a page of its own.
    const page = flags.file === undefined ? {} : { report: `${parse(flags.file).name}.html` };
    const options = { folder, ...page, ...(jobs !== undefined && { jobs }) };
    const { result, stopped } = await compareWithView(comparison, options);
    process.stdout.write(`${resultText(result)}${stopped ? "Run the same command again to continue.\n" : ""}`);
    if (result.runs.some(({ status }) => status !== "completed")) process.exitCode = 1;
    if (stopped) process.exitCode = INTERRUPTED;
  });
}

/** The file's comparison, or one of agents alone; flags come last, so that they hold. */
async function comparisonOf(
  flags: Readonly<Record<string, string | undefined>>,
  common: TrainSettings,
): Promise<Comparison> {
  const { file, scale, task, agents, seeds } = flags;
  for (const name of ["agent", "onlineAgent", "label"])
    if (name in common)
      throw new UsageError(`The settings of a comparison hold ${name}; name the agents with --agents.`);
  for (const name of ["task", "seed"])
    if (name in common)
      throw new UsageError(
        `The settings of a comparison hold ${name}; use the flag --${name === "seed" ? "seeds" : name}.`,
      );
  if (file !== undefined && agents !== undefined)
    throw new UsageError("Both --file and --agents are given; the file names what is compared: leave one of them out.");
  if (file === undefined && scale !== undefined)
    throw new UsageError("The flag --scale chooses one of a file's scales; name the file with --file.");
  if (file === undefined) await refuseForgottenTask(common.dataset, task);
  const described: Comparison =
    file === undefined
      ? await comparisonOfAgents(listOf(task ?? usualTask(common)), agents === undefined ? undefined : listOf(agents))
      : readComparison(file, scale);
  return {
    ...described,
    ...(task !== undefined && { tasks: listOf(task) }),
    ...(seeds !== undefined && { seeds: seedsOf(seeds) }),
    variants: withCommon(described.variants, common, "over"),
  };
}

/** What is learned from where nobody names a task: the data alone where there are some, as by `calql train`. */
function usualTask({ dataset }: TrainSettings): string {
  return dataset ? NO_TASK : "pointmaze-umaze";
}

/** The named agents, or the usual ones for the tasks' actions. */
async function comparisonOfAgents(tasks: readonly string[], agents?: readonly string[]): Promise<Comparison> {
  return { tasks, seeds: seedsOf("0..4"), variants: (agents ?? (await usualAgents(tasks))).map(variantOf) };
}

function listOf(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

/** Compares with one view for all runs; Ctrl-C ends them cleanly. @param part as of `comparisonView` */
export async function compareWithView(
  comparison: Comparison,
  options: Pick<CompareOptions, "folder" | "report" | "jobs">,
  part?: string,
) {
  const view = comparisonView(process.stderr, part);
  try {
    return await untilInterrupted(view.stopping, async (signal) => {
      const result = await compare(comparison, { ...options, signal, events: view.events });
      return { result, stopped: signal.aborted };
    });
  } finally {
    view.stop();
  }
}

function resultText(result: CompareResult): string {
  const { report } = result;
  return [
    comparisonTables(result.runs),
    failuresText(result.runs),
    ...(report === undefined ? [] : [`report: ${report}\n`]),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

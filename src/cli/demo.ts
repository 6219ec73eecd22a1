/**
 * `calql demo`: the finding that Cal-QL exists for, in a few minutes on a laptop. CQL and Cal-QL learn from the same data
 * and go online, over a few seeds in a corridor that was built to show how a policy unlearns, and once in a plain maze,
 * where nothing tempts it. Runs that are complete are kept, as those of any comparison.
 */
import { join } from "node:path";
import type { Command } from "commander";
import { type ComparedRun, drawReport } from "../comparison/compare.js";
import { type Comparison, seedsOf, variantOf } from "../comparison/comparison.js";
import { runFiles } from "../runs/record.js";
import { compareWithView } from "./compare.js";
import { comparisonTables, failuresText } from "./compare-text.js";
import { demoAgents, demoTasks, explanation } from "./demo-text.js";
import { INTERRUPTED } from "./interrupts.js";

/** One action in the backup in place of the best of several: with two action dimensions the best hides the cause. */
const corridorSettings = { preset: "laptop", maxTargetBackup: false, onlineSteps: 1_500 } as const;
/** Updates begin once a few online episodes are there: the first ones would see one episode, and any policy wavers then. */
const mazeSettings = {
  preset: "laptop",
  actorLearningRate: 3e-4,
  offlineUpdates: 6_000,
  onlineSteps: 2_500,
  warmupSteps: 1_000,
} as const;

/** What the demo runs, task by task. */
export function comparisons(seeds: readonly number[]): readonly Comparison[] {
  const variantsWith = (settings: object) =>
    demoAgents.map((agent) => {
      const variant = variantOf(agent);
      return { ...variant, settings: { ...settings, ...variant.settings } };
    });
  return [
    { tasks: [demoTasks.tempting], seeds, variants: variantsWith(corridorSettings) },
    {
      tasks: [demoTasks.plain],
      seeds: seeds.slice(0, 1),
      variants: variantsWith(mazeSettings),
      collection: { goals: "fixed", noise: 0.7, seed: 0, steps: 20_000 },
    },
  ];
}

export function defineDemo(command: Command): void {
  command
    .option(
      "--out <folder>",
      "folder to make: the runs and their report; complete runs in it are kept",
      join("runs", "demo"),
    )
    .option("--seeds <seeds>", "seeds in the corridor, a range or a list; the first one in the maze", "0..2")
    .action(async ({ out, seeds }: { out: string; seeds: string }) => {
      const runs: ComparedRun[] = [];
      const parts = comparisons(seedsOf(seeds));
      for (const [i, comparison] of parts.entries()) {
        const part = `part ${i + 1} of ${parts.length}, `;
        const { result, stopped } = await compareWithView(comparison, { folder: out }, part);
        runs.push(...result.runs);
        if (!stopped) continue;
        process.stdout.write("Run the same command again to continue.\n");
        process.exitCode = INTERRUPTED;
        return;
      }
      const page = { title: "Unlearning, and a critic that prevents it", overTasks: false };
      const { report } = await drawReport(runs, join(out, runFiles.report), page);
      const drawn = report === undefined ? "" : `report: ${report}\n`;
      process.stdout.write(`\n${comparisonTables(runs, false)}${failuresText(runs)}\n${explanation(runs)}\n${drawn}`);
      if (runs.some(({ status }) => status !== "completed")) process.exitCode = 1;
    });
}

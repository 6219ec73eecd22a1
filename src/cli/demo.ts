/**
 * `calql demo`: the whole story in a few minutes on a laptop. Collects data of a point maze, pre-trains and fine-tunes
 * Cal-QL and CQL from the same data, and prints what the paper's figures show.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { collectPointMaze } from "../environments/pointmaze/collect-pointmaze.js";
import { figureColumns } from "../report/figures-table.js";
import { labelOf } from "../report/groups.js";
import { runFigures } from "../report/statistics.js";
import { writeReport } from "../report/write-report.js";
import { configure } from "../runs/configure.js";
import { lockFolder } from "../runs/lock.js";
import { type Run, readRun } from "../runs/read.js";
import { holdsOnlyARun } from "../runs/run-folder.js";
import { refuseUsedFolder } from "../runs/write.js";
import type { Preset } from "../settings/presets.js";
import { INTERRUPTED } from "./interrupts.js";
import { numberOf } from "./numbers.js";
import { textTable } from "./text-table.js";
import { trainWithView } from "./train.js";

/**
 * One small data set in which every episode finds the goal, and two agents under the laptop preset. (Twice the weight
 * sets the two further apart, but then Cal-QL stumbles in one run of ten as well: docs/results.md.)
 */
export const demoAgents = ["cal-ql", "cql"] as const;
const demoCollection = { task: "pointmaze-umaze", goals: "fixed", noise: 0.7, seed: 0, steps: 20_000 } as const;
const demoSettings = {
  task: demoCollection.task,
  preset: "laptop",
  offlineUpdates: 6_000,
} as const satisfies Preset;

export function defineDemo(command: Command): void {
  command
    .option("--out <folder>", "folder for the runs; earlier runs of the demo in it are replaced", join("runs", "demo"))
    .option("--seed <number>", "seed of everything random", "0")
    .action(async ({ out, seed }: { out: string; seed: string }) => {
      const settings = { ...demoSettings, seed: numberOf(seed, "--seed", { whole: true })! };
      const folders = demoAgents.map((agent) => join(out, agent));
      for (const folder of folders) refuseToReplace(folder);
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      const dataset = await collectPointMaze(demoCollection);
      for (const [i, agent] of demoAgents.entries()) {
        const configuration = configure({ ...settings, agent });
        const { summary } = await trainWithView(configuration, { folder: folders[i]!, dataset });
        if (summary.status === "completed") continue;
        process.stdout.write(`${summary.status}: ${folders[i]}/report.html\n`);
        process.exitCode = INTERRUPTED;
        return;
      }
      const report = join(out, "report.html");
      await writeReport(folders, report);
      process.stdout.write(`\n${figuresText(folders.map(readRun))}\nreport: ${report}\n`);
    });
}

/** Refuses a folder in which a process works, or that holds more than a run; a stale lock is removed. */
function refuseToReplace(folder: string): void {
  // Looked at first: taking the lock writes into the folder.
  if (!holdsOnlyARun(folder)) refuseUsedFolder(folder);
  if (existsSync(folder)) lockFolder(folder, "run")();
}

/** The report's headline table for a terminal, one row a run. */
function figuresText(runs: readonly Run[]): string {
  const heading = ["agent", ...figureColumns.map((column) => column.heading)];
  const rows = runs.map((run) => {
    const figures = runFigures(run);
    return [labelOf(run), ...figureColumns.map(({ key, format }) => format(figures[key] ?? Number.NaN))];
  });
  return textTable([heading, ...rows]);
}

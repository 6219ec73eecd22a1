/**
 * `calql demo`: the finding that Cal-QL exists for, in a few minutes on a laptop. CQL and Cal-QL learn from the same data
 * and go online, over a few seeds in a corridor that was built to show how a policy unlearns, and once in a plain maze,
 * where nothing tempts it. Runs that are complete are kept, as those of any comparison.
 */
import { join } from "node:path";
import type { Command } from "commander";
import type { ComparedRun } from "../comparison/compare.js";
import { type Comparison, seedsOf, variantOf } from "../comparison/comparison.js";
import { percent } from "../report/format.js";
import { renderReport } from "../report/render.js";
import { fell, runFigures } from "../report/statistics.js";
import { writePage } from "../report/write-report.js";
import { compareWithView } from "./compare.js";
import { comparisonTables, failuresText } from "./compare-text.js";
import { INTERRUPTED } from "./interrupts.js";

export const demoAgents = ["cal-ql", "cql"] as const;
export const demoTasks = { tempting: "corridor-exit", plain: "pointmaze-umaze" } as const;

/** One action in the backup in place of the best of several: with two action dimensions the best hides the cause. */
const corridorSettings = { preset: "laptop", maxTargetBackup: false, onlineSteps: 1_500 } as const;
const mazeSettings = { preset: "laptop", offlineUpdates: 6_000, onlineSteps: 4_000 } as const;

function comparisons(seeds: readonly number[]): readonly Comparison[] {
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
    .option("--out <folder>", "folder of the runs and the report; complete runs in it are kept", join("runs", "demo"))
    .option("--seeds <seeds>", "seeds in the corridor, a range or a list; the first one in the maze", "0..2")
    .action(async ({ out, seeds }: { out: string; seeds: string }) => {
      const runs: ComparedRun[] = [];
      for (const comparison of comparisons(seedsOf(seeds))) {
        const { result, stopped } = await compareWithView(comparison, { folder: out });
        runs.push(...result.runs);
        if (!stopped) continue;
        process.stdout.write("Run the same command again to continue.\n");
        process.exitCode = INTERRUPTED;
        return;
      }
      const report = join(out, "report.html");
      const present = runs.flatMap(({ run }) => run ?? []);
      writePage(await renderReport(present, { title: "Unlearning, and a critic that prevents it" }), report);
      process.stdout.write(
        `\n${comparisonTables(runs)}${failuresText(runs)}\n${explanation(runs)}\nreport: ${report}\n`,
      );
      if (runs.some(({ status }) => status !== "completed")) process.exitCode = 1;
    });
}

/** What the runs show, in words that need no paper. */
export function explanation(runs: readonly ComparedRun[]): string {
  const [tempted, plain] = [demoTasks.tempting, demoTasks.plain].map((task) =>
    demoAgents.map((agent) => outcomeOf(runs.filter((run) => run.task === task && run.label === agent))),
  ) as [Outcome[], Outcome[]];
  const said = tempted.map((outcome, i) => {
    const side = outcome.qMinusG < 0 ? "below" : "above";
    return `${demoAgents[i]}'s critic lay ${Math.abs(outcome.qMinusG).toFixed(0)} ${side} the recorded returns when it went online, and its policy stopped reaching the goal in ${outcome.fell} of ${outcome.count} runs`;
  });
  const maze = plain.map(({ end }, i) => `${demoAgents[i]} ends at ${percent(end)}`).join(", ");
  return `In the corridor, which was built to show this, an exit ends an episode for a reward that is worse than walking to the goal, and better than what a critic far below the truth believes of it: ${said.join("; ")}. In the plain maze no ending is worth leaving the way for: ${maze}.`;
}

interface Outcome {
  readonly count: number;
  /** Runs that unlearned online. */
  readonly fell: number;
  /** Means over the runs: Q - G at the switch, and success at the end. */
  readonly qMinusG: number;
  readonly end: number;
}

function outcomeOf(runs: readonly ComparedRun[]): Outcome {
  const recorded = runs.flatMap(({ run }) => run ?? []);
  const meanOf = (key: "qMinusReturnToGo" | "successEnd") =>
    recorded.reduce((sum, run) => sum + (runFigures(run)[key] ?? 0), 0) / Math.max(1, recorded.length);
  return {
    count: recorded.length,
    fell: recorded.filter(fell).length,
    qMinusG: meanOf("qMinusReturnToGo"),
    end: meanOf("successEnd"),
  };
}

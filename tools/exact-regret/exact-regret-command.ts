/**
 * `npm run exact-regret`: CQL against Cal-QL where nothing is approximated: the regret of going online in a corridor
 * with an exit, split into its two parts, over many seeds: a table of means, and the course over the online episodes.
 */
import { join } from "node:path";
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { mean, summarise } from "../../src/report/intervals.js";
import { writePicture } from "../../src/report/write-report.js";
import { drawPlot, type PlotPoint } from "../figures/plot.js";
import { optimalValues, policyValues, uniformTable } from "./corridor-model.js";
import { measureRegret, type Regret } from "./regret.js";
import { type RegretSetup, readSetup } from "./setup.js";

/** What is told of a run. Those of an episode are means over the online ones. */
const columns: readonly (readonly [string, (run: Regret) => number])[] = [
  ["regret", ({ regret }) => mean([...regret])],
  ["V* - max Q", ({ miscalibration }) => mean([...miscalibration])],
  ["max Q - V^pi", ({ overestimation }) => mean([...overestimation])],
  ["regret of the last", ({ regret }) => regret.at(-1)!],
  ["E_mu Q - V^mu at the switch", ({ belowBehaviour }) => belowBehaviour],
];

interface Critic {
  readonly label: string;
  readonly runs: readonly Regret[];
}

export const exactRegretCommand = new Command("exact-regret")
  .description("the exact regret of CQL and Cal-QL in a tabular corridor, an episode, split into its two parts")
  .argument("[file]", "what is compared", join("reproductions", "q-exact-regret.yaml"))
  .option("--seeds <number>", "seeds of each critic; the file's by default")
  .option("--out <folder>", "where the pictures go", join("docs", "images"))
  .action((file: string, flags: { readonly seeds?: string; readonly out: string }) => {
    const setup = readSetup(file);
    const seeds = numberOf(flags.seeds, "--seeds", { whole: true, least: 2 }) ?? setup.seeds;
    const critics = setup.critics.map(({ label, settings }) => ({
      label,
      runs: Array.from({ length: seeds }, (_, seed) => measureRegret({ ...settings, seed })),
    }));
    process.stdout.write(table(setup, critics, seeds));
    for (const part of ["regret", "miscalibration", "overestimation"] as const)
      writePicture(coursePicture(part, critics), join(flags.out, `exact-${part}.svg`));
  });

function table({ model, behaviour }: RegretSetup, critics: readonly Critic[], seeds: number): string {
  const behaviourValue = policyValues(model, uniformTable(model.cells, behaviour))[0]!;
  const rows = critics.map(({ label, runs }) => [
    label,
    ...columns.map(([, told]) => {
      const { mean, low, high } = summarise(runs.map(told))!;
      return `${mean.toFixed(2)} (${low!.toFixed(2)} to ${high!.toFixed(2)})`;
    }),
  ]);
  return (
    `V* ${optimalValues(model)[0]!.toFixed(2)}, V^mu ${behaviourValue.toFixed(2)}, exit ${model.exitReward}; ` +
    `means an episode over ${seeds} seeds, 95 % intervals\n` +
    textTable([["", ...columns.map(([heading]) => heading)], ...rows])
  );
}

const titles = {
  regret: "Regret of an online episode, V* − V^π",
  miscalibration: "Of that, miscalibration: V* − max Q",
  overestimation: "Of that, over-estimation: max Q − V^π",
} as const;

/** The mean over the seeds with its interval, at the first episode and every tenth. */
function coursePicture(part: keyof typeof titles, critics: readonly Critic[]): string {
  const last = critics[0]!.runs[0]![part].length;
  const episodes = [1, ...Array.from({ length: Math.floor(last / 10) }, (_, i) => 10 * (i + 1))];
  const points = critics.flatMap(({ label: series, runs }) =>
    episodes.map((x): PlotPoint => {
      const { mean: y, low, high } = summarise(runs.map((run) => run[part][x - 1]!))!;
      return { series, x, y, low, high };
    }),
  );
  return drawPlot({ title: titles[part], x: { label: "online episode", ticks: episodes }, y: {}, points });
}

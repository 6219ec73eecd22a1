/**
 * `npm run bench`: milliseconds per update, and how much of the machine's dense arithmetic they use.
 */
import { availableParallelism } from "node:os";
import { Command, Option } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { unknownName } from "../../src/errors.js";
import { type BenchResult, benchCases, runBench } from "./bench.js";

/** How many updates are timed: about the same amount of work in every case. */
const UPDATES: Readonly<Record<string, number>> = {
  antmaze: 60,
  adroit: 40,
  pictures: 40,
  sac: 1000,
  rlpd: 40,
  wsrl: 100,
};
const OTHERS = 300;

export const benchCommand = new Command("bench")
  .description("time updates of the paper's sizes and of every agent against a plain matrix product, in one run")
  .argument("[cases...]", `of ${benchCases.map((c) => c.name).join(", ")} (default: all)`)
  .option("--json", "one line of JSON per case instead of the table")
  .option("--updates <number>", "updates that are timed (default: 40 to 1000, by size)")
  .addOption(new Option("--threads <number>", "threads of an update").default(String(availableParallelism())))
  .action(async (names: string[], flags: { json?: true; updates?: string; threads: string }) => {
    const known = benchCases.map((benchCase) => benchCase.name);
    for (const name of names) if (!known.includes(name)) throw unknownName("benchmark", name, known);
    const asked = numberOf(flags.updates, "--updates", { whole: true, least: 1 });
    const threads = numberOf(flags.threads, "--threads", { whole: true, least: 1, most: 1024 })!;
    if (!flags.json) process.stdout.write(HEADING);
    for (const benchCase of benchCases) {
      if (names.length > 0 && !names.includes(benchCase.name)) continue;
      const updates = asked ?? UPDATES[benchCase.name] ?? OTHERS;
      const residentBytes = () => process.memoryUsage().rss;
      const result = await runBench(benchCase, { threads, updates, residentBytes });
      process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : row(result));
    }
  });

const HEADING =
  "case               ms/update   GFLOP/s   product GFLOP/s   fraction   outside ONNX Runtime   memory growth\n";

function row(result: BenchResult): string {
  const { name, msPerUpdate, gflops, gemmGflops, fractionOfGemm, shareOutside, memoryGrowthMiB } = result;
  return [
    name.padEnd(17),
    msPerUpdate.toFixed(2).padStart(10),
    gflops.toFixed(1).padStart(10),
    gemmGflops.toFixed(1).padStart(18),
    fractionOfGemm.toFixed(2).padStart(11),
    `${(100 * shareOutside).toFixed(1)} %`.padStart(23),
    `${(memoryGrowthMiB ?? Number.NaN).toFixed(1)} MiB`.padStart(16),
    "\n",
  ].join("");
}

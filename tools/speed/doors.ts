/**
 * `npm run doors`: the cost of starting up: time and peak memory of `import "calql"`, of `calql --help`, and of Node.js
 * alone for comparison. Each runs in processes of its own, in turns.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { RunFailure, UsageError } from "../../src/errors.js";
import { type Spread, spreadOf, spreadText } from "./spread.js";

const reporter = fileURLToPath(new URL("./peak-memory.cjs", import.meta.url));

export const doorsCommand = new Command("doors")
  .description('time and peak memory of import "calql", of calql --help and of node alone')
  .option("--runs <number>", "runs of each", "9")
  .action((flags: { readonly runs: string }) => {
    const runs = numberOf(flags.runs, "--runs", { whole: true, least: 1 })!;
    const rows = measureStartUp(process.cwd(), runs).map(({ name, seconds, megabytes }) => [
      name,
      spreadText(seconds, 3),
      spreadText(megabytes, 0),
    ]);
    process.stdout.write(textTable([["median (min-max)", "seconds", "peak MB"], ...rows]));
  });

interface StartUp {
  readonly name: string;
  readonly seconds: Spread;
  readonly megabytes: Spread;
}

/** Measures the package that is built in a folder. @throws UsageError where there is none */
function measureStartUp(folder: string, runs: number): readonly StartUp[] {
  const [entry, bin] = [`${folder}/dist/index.js`, `${folder}/dist/cli/bin.js`];
  if (!existsSync(entry)) throw new UsageError(`There is no ${entry}; run npm run build in ${folder} first.`);
  const importing = `import ${JSON.stringify(pathToFileURL(entry).href)}`;
  const measured = [
    { name: "node -e 0", words: ["-e", "0"] },
    { name: 'import "calql"', words: ["--input-type=module", "-e", importing] },
    { name: "calql --help", words: [bin, "--help"] },
  ].map((program) => ({ ...program, seconds: [] as number[], megabytes: [] as number[] }));
  for (let run = 0; run < runs; run++)
    for (const { words, seconds, megabytes } of measured) {
      const one = measure(words);
      seconds.push(one.seconds);
      megabytes.push(one.megabytes);
    }
  return measured.map(({ name, seconds, megabytes }) => ({
    name,
    seconds: spreadOf(seconds),
    megabytes: spreadOf(megabytes),
  }));
}

function measure(words: readonly string[]): { readonly seconds: number; readonly megabytes: number } {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--require", reporter, ...words], { encoding: "utf8" });
  const seconds = (performance.now() - start) / 1000;
  const peak = /\npeak (\d+)$/.exec(stderr)?.[1];
  if (status !== 0 || peak === undefined)
    throw new RunFailure(`node ${words.join(" ")} ended with ${status}: ${stderr.trim()}`);
  return { seconds, megabytes: (Number(peak) * 1024) / 1e6 };
}

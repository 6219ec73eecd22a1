/**
 * `npm run compare-speed -- ../other`: how fast this checkout collects and updates, against another built one. The two
 * take turns, because the speed of a machine drifts; a ratio is of two figures of the same turn.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { RunFailure, UsageError } from "../../src/errors.js";
import type { Speed } from "./measure-speed.js";
import { spreadOf, spreadText } from "./spread.js";

const measuring = fileURLToPath(new URL("./measure-speed.js", import.meta.url));

const figures: readonly { readonly name: string; readonly key: keyof Speed; readonly digits: number }[] = [
  { name: "online loop, steps/s", key: "online", digits: 0 },
  { name: "collectTask, steps/s", key: "collectTask", digits: 0 },
  { name: "update of cal-ql, ms", key: "update", digits: 2 },
];

export const compareSpeedCommand = new Command("compare-speed")
  .description("collecting and updating of this checkout against another built one, in turns")
  .argument("<checkout>", "folder of the other checkout, after npm run build there")
  .option("--turns <number>", "turns of each", "5")
  .action((checkout: string, flags: { readonly turns: string }) => {
    const turns = numberOf(flags.turns, "--turns", { whole: true, least: 1 })!;
    const [here, there] = [process.cwd(), resolve(checkout)];
    for (const folder of [here, there])
      if (!existsSync(join(folder, "dist", "index.js")))
        throw new UsageError(`${folder} holds no dist/index.js; run npm run build in it first.`);
    process.stdout.write(
      textTable([["median (min-max)", "here", "there", "here / there"], ...compare(here, there, turns)]),
    );
  });

function compare(here: string, there: string, turns: number): string[][] {
  // Which one is measured first alternates.
  const pairs = Array.from({ length: turns }, (_, turn): readonly [Speed, Speed] => {
    if (turn % 2 === 0) return [measure(here), measure(there)];
    const other = measure(there);
    return [measure(here), other];
  });
  return figures.map(({ name, key, digits }) => [
    name,
    spreadText(spreadOf(pairs.map(([ours]) => ours[key])), digits),
    spreadText(spreadOf(pairs.map(([, theirs]) => theirs[key])), digits),
    spreadText(spreadOf(pairs.map(([ours, theirs]) => ours[key] / theirs[key])), 3),
  ]);
}

function measure(folder: string): Speed {
  const { status, stdout, stderr } = spawnSync(process.execPath, [measuring, folder], { encoding: "utf8" });
  if (status !== 0) throw new RunFailure(`The measurement of ${folder} ended with ${status}: ${stderr.trim()}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Speed;
}

/**
 * `npm run bench-serve`: requests a second and their 99th percentile of `calql serve` beside a bare hono server that
 * echoes the same bodies, in turns.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { spreadOf, spreadText } from "../speed/spread.js";
import { type LoadResult, load } from "./load.js";
import { servedSizes, writePolicy } from "./policy.js";
import { start } from "./started.js";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const benchServeCommand = new Command("bench-serve")
  .description("requests a second and p99 of calql serve (256-256 policy) beside a bare hono echo of the same bodies")
  .option("--connections <number>", "connections at once", "64")
  .option("--seconds <number>", "seconds of each measurement", "5")
  .option("--turns <number>", "measurements of each", "5")
  .action(async (flags: { readonly connections: string; readonly seconds: string; readonly turns: string }) => {
    const connections = numberOf(flags.connections, "--connections", { whole: true, least: 1 })!;
    const milliseconds = 1000 * numberOf(flags.seconds, "--seconds", { least: 0.1 })!;
    const turns = numberOf(flags.turns, "--turns", { whole: true, least: 1 })!;
    process.stdout.write(tableOf(await measure(connections, milliseconds, turns)));
  });

type Measured = ReadonlyMap<string, readonly LoadResult[]>;

async function measure(connections: number, milliseconds: number, turns: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "calql-bench-serve-"));
  try {
    const policy = join(folder, "policy.onnx");
    await writePolicy(policy);
    const bin = file("../../src/cli/bin.js");
    const serve = (name: string, ...flags: string[]) => [
      ...[bin, "serve", policy, "--port", "0", "--rate", "1000000", "--log", join(folder, name)],
      ...flags,
    ];
    const servers = new Map([
      ["hono echo", await start([file("./echo-server.js")])],
      ["calql serve", await start(serve("greedy"))],
      ["calql serve --stochastic", await start(serve("drawn", "--stochastic"))],
    ]);
    const results = new Map([...servers.keys()].map((name) => [name, [] as LoadResult[]]));
    const observation = Array.from({ length: servedSizes.observationSize }, (_, i) => Number(Math.sin(i).toFixed(4)));
    const body = (connection: number) => JSON.stringify({ episode: `episode-${connection}`, observation });
    for (let turn = 0; turn < turns; turn++)
      for (const [name, { port }] of servers)
        results.get(name)!.push(await load({ port, connections, milliseconds, body }));
    for (const { stop } of servers.values()) await stop();
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tableOf(measured: Measured): string {
  const echo = spreadOf(measured.get("hono echo")!.map(({ requestsPerSecond }) => requestsPerSecond)).median;
  const rows = [...measured].map(([name, results]) => {
    const spread = (key: keyof LoadResult) => spreadOf(results.map((result) => result[key]));
    const rate = spread("requestsPerSecond");
    const failed = results.reduce((sum, { failed }) => sum + failed, 0);
    return [
      name,
      spreadText(rate, 0),
      `${Math.round((100 * rate.median) / echo)} %`,
      ...[spread("median"), spread("p99")].map((one) => spreadText(one, 1)),
      String(failed),
    ];
  });
  return textTable([["median (min-max)", "requests/s", "of the echo", "median ms", "p99 ms", "not 200"], ...rows]);
}

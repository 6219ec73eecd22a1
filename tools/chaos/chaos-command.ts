/**
 * `npm run chaos`: kills runs at random points, resumes them, and compares the results, to the bit, with runs that were
 * never interrupted.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { collectTask } from "../../src/environments/collect-task.js";
import { unknownName } from "../../src/errors.js";
import { writeDataset } from "../../src/runs/task-data.js";
import { unvisited } from "./resume-position.js";
import { type ChaosCase, chaosCases, recordedTask } from "./run-settings.js";
import { killTable, resumeTable } from "./tables.js";
import { type Tortured, torture } from "./torture.js";

interface Flags {
  readonly kills: string;
  readonly agent: string;
  readonly seed: string;
  readonly jobs: string;
}

export const chaosCommand = new Command("chaos")
  .description("kill runs at random points, resume them, and compare them with runs that were never interrupted")
  .option("--kills <number>", "kills per case", "10")
  .option("--agent <name>", "case to run, or all", "all")
  .option("--seed <number>", "seed of the random points", "0")
  .option("--jobs <number>", "cases that run in parallel", String(availableParallelism()))
  .action(async ({ kills, agent, seed, jobs }: Flags) => {
    const whole = { whole: true } as const;
    const options = {
      kills: numberOf(kills, "--kills", { ...whole, least: 1 })!,
      seed: numberOf(seed, "--seed", whole)!,
      jobs: numberOf(jobs, "--jobs", { ...whole, least: 1 })!,
    };
    process.exitCode = await chaos(casesOf(agent), options);
  });

function casesOf(name: string): readonly ChaosCase[] {
  if (name === "all") return chaosCases;
  const found = chaosCases.filter((chaosCase) => chaosCase.name === name);
  if (found.length > 0) return found;
  throw unknownName(
    "case",
    name,
    chaosCases.map((chaosCase) => chaosCase.name),
  );
}

/** @returns the exit code: 1 if any run differs, or if many kills left a kind of resume untested */
async function chaos(
  cases: readonly ChaosCase[],
  { jobs, ...options }: { readonly kills: number; readonly seed: number; readonly jobs: number },
): Promise<number> {
  const place = mkdtempSync(join(tmpdir(), "calql-chaos-"));
  const data = await collected(place);
  const waiting = [...cases.entries()];
  const rows: Tortured[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [i, chaosCase] = next;
      const { name, settings } = chaosCase;
      const dataset = data[chaosCase.data];
      const folder = join(place, String(i));
      rows[i] = await torture({ ...chaosCase, settings: { ...settings, dataset } }, { ...options, folder });
      const { kills, problems } = rows[i];
      process.stderr.write(
        `${name}: ${kills} kills, ${problems.length === 0 ? "no difference" : problems.join("; ")}\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, cases.length) }, lane));
  process.stdout.write(`${killTable(rows)}\n${resumeTable(rows)}`);
  const problems = [
    ...rows.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
    ...unvisitedBy(cases, rows),
    ...(cases === chaosCases && rows.every(({ bestByChance }) => bestByChance)
      ? ["Every run kept its first or its last state as the best, so a wrong best state would go unnoticed."]
      : []),
  ];
  process.stdout.write(problems.map((problem) => `${problem}\n`).join(""));
  if (problems.length > 0) return 1;
  rmSync(place, { recursive: true });
  return 0;
}

function unvisitedBy(cases: readonly ChaosCase[], rows: readonly Tortured[]): string[] {
  const kills = rows.reduce((total, row) => total + row.kills, 0);
  return unvisited(
    rows.map(({ resumedFrom }, i) => ({ ...cases[i]!, resumedFrom })),
    kills,
  );
}

/** The data that the runs learn from, in the format that is read soonest: every process that is killed reads them. */
async function collected(place: string): Promise<Record<keyof typeof recordedTask, string>> {
  const write = async (task: string) => {
    const path = join(place, `${task}.calql`);
    await writeDataset(path, await collectTask({ task, steps: 300, seed: 1 }));
    return path;
  };
  return { box: await write(recordedTask.box), discrete: await write(recordedTask.discrete) };
}

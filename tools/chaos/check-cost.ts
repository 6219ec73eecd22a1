/**
 * `npm run check-cost`: what it costs to check after every update that its numbers are finite. The same update is compiled
 * with its checks, without them, and once more without. The three take turns in one process; the difference between the
 * two without checks is the noise of the measurement.
 */
import { Command } from "commander";
import { symptomsOf } from "../../src/agents/crash.js";
import { agentDefinition } from "../../src/agents/registry.js";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { RandomStream } from "../../src/random.js";
import { resolveConfiguration, type TrainSettings } from "../../src/settings/configuration.js";
import { compile, type Program, type ProgramDefinition } from "../../src/tensor/program.js";

/** The smallest updates of any preset, and the paper's for AntMaze. */
const cases: readonly { readonly name: string; readonly settings: TrainSettings; readonly sizes: [number, number] }[] =
  [
    ...["cal-ql", "iql", "sac", "td3-bc", "bc"].map((agent) => ({
      name: `${agent}, point maze, laptop`,
      settings: { task: "pointmaze-umaze", preset: "laptop", agent } as const,
      sizes: [4, 2] as [number, number],
    })),
    {
      name: "cal-ql, ant maze, paper",
      settings: { task: "antmaze-umaze", preset: "paper", agent: "cal-ql" },
      sizes: [29, 8],
    },
  ];
const mostRounds = 200;

export const checkCostCommand = new Command("check-cost")
  .description("what it costs to check after every update that its numbers are finite")
  .option("--seconds <number>", "seconds of measuring per kind of update", "20")
  .action(async ({ seconds }: { readonly seconds: string }) => {
    const milliseconds = 1000 * numberOf(seconds, "--seconds", { whole: true, least: 1 })!;
    const rows: string[][] = [["", "update", "check", "share", "noise"]];
    for (const { name, settings, sizes } of cases) rows.push([name, ...(await costOf(settings, sizes, milliseconds))]);
    process.stdout.write(`one update on one thread; medians of pairs measured in turns\n${textTable(rows)}`);
  });

async function costOf(
  settings: TrainSettings,
  [observationSize, actionSize]: [number, number],
  milliseconds: number,
): Promise<string[]> {
  const { agent, agentSettings } = resolveConfiguration(settings);
  const { program: checked } = agentDefinition(agent.name).declare(agentSettings, { observationSize, actionSize }, 0);
  const { checks: _, ...unchecked } = checked;
  const turns = [
    await prepared(unchecked, idle),
    await prepared(checked, refuseSymptoms),
    await prepared(unchecked, idle),
  ];
  const each = milliseconds / turns.length;
  const once = await timeOf(turns[0]!.program, 3, idle);
  const rounds = Math.min(mostRounds, Math.ceil(each / once));
  const updates = Math.max(1, Math.round(each / once / rounds));
  for (let round = 0; round < rounds; round++) {
    // The first in a round finds a colder cache than those after it.
    for (let i = 0; i < turns.length; i++) {
      const { program, check, times } = turns[(round + i) % turns.length]!;
      times.push(await timeOf(program, updates, check));
    }
  }
  for (const { program } of turns) await program.release();
  const [base, withCheck, again] = turns.map(({ times }) => times);
  const difference = (one: readonly number[]) => median(one.map((time, round) => time - base![round]!));
  const [time, cost, noise] = [median(base!), difference(withCheck!), difference(again!)];
  const percent = (part: number) => `${((100 * part) / time).toFixed(2)} %`;
  return [`${time.toFixed(2)} ms`, `${(1000 * cost).toFixed(1)} us`, percent(cost), percent(noise)];
}

/** A compiled program whose inputs are filled with random numbers. */
async function prepared(definition: ProgramDefinition, check: Check) {
  const program = await compile(definition, { threads: 1 });
  const random = new RandomStream(0, "check-cost");
  for (const values of Object.values(program.inputs)) values.set(values.map(() => random.uniform() - 0.5));
  return { program, check, times: [] as number[] };
}

type Check = (program: Program) => void;
function idle(): void {}

/** The check as an agent makes it. It hardly ever finds anything, so what is measured is the usual cost. */
function refuseSymptoms(program: Program): void {
  if (symptomsOf(program).length > 0) throw new Error("The measured update is not finite.");
}

/** Milliseconds per update, over `updates` of them from the same state. */
async function timeOf(program: Program, updates: number, check: Check): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < updates; i++) {
    await program.run();
    check(program);
  }
  return (performance.now() - start) / updates;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

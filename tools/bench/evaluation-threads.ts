/**
 * `npm run bench-evaluation`: an evaluation with its episodes in several threads against one thread, in turns, because the
 * speed of a machine drifts; a ratio is of two figures of the same turn. Seconds of all processors are counted too: they
 * tell what threads cost, whatever else the machine does.
 */
import { Command } from "commander";
import { Agent } from "../../src/agents/agent.js";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { makeEnvironment } from "../../src/environments/registry.js";
import { RunFailure } from "../../src/errors.js";
import { ParallelEvaluator } from "../../src/runs/evaluation/parallel-evaluator.js";
import { EnvironmentEvaluator } from "../../src/training/environment-evaluator.js";
import { sizesOf } from "../../src/training/fitting-agents.js";
import type { Evaluation } from "../../src/training/ports.js";
import { spreadOf, spreadText } from "../speed/spread.js";

interface Flags {
  readonly task: string;
  readonly agent: string;
  readonly episodes: string;
  readonly threads: string;
  readonly turns: string;
}

export const benchEvaluationCommand = new Command("bench-evaluation")
  .description("an evaluation in several threads against one thread, in turns")
  .option("--task <name>", "task to evaluate in", "door-binary")
  .option("--agent <name>", "whose first policy acts, with networks of 256-256", "td3-bc")
  .option("--episodes <number>", "episodes of an evaluation", "20")
  .option("--threads <number>", "threads that share them", "2")
  .option("--turns <number>", "evaluations of each", "5")
  .action(async (flags: Flags) => {
    const [episodes, threads, turns] = (["episodes", "threads", "turns"] as const).map((name) =>
      numberOf(flags[name], `--${name}`, { whole: true, least: 1, most: 1000 }),
    ) as [number, number, number];
    process.stdout.write(textTable(await measured(flags, episodes, threads, turns)));
  });

async function measured({ task, agent: name }: Flags, episodes: number, threads: number, turns: number) {
  const first = await makeEnvironment(task);
  const agent = await Agent.create(name, { ...sizesOf(first), settings: { actorHidden: [256, 256], batchSize: 4 } });
  const options = { task, first, episodes, seed: 0 };
  const alone = new EnvironmentEvaluator(options);
  const leastGain = Number.NEGATIVE_INFINITY;
  const onNotice = (sentence: string) => {
    throw new RunFailure(sentence);
  };
  const together = new ParallelEvaluator({ ...options, threads, imports: [], leastGain, onNotice });
  await alone.evaluate(agent);
  const before = process.memoryUsage().rss;
  const found = await together.evaluate(agent);
  const megabytes = (process.memoryUsage().rss - before) / 1e6 / threads;
  const pairs: (readonly [Timed, Timed])[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const pair = [await timed(() => alone.evaluate(agent)), await timed(() => together.evaluate(agent))] as const;
    for (const { evaluation } of pair) refuseDifference(evaluation, found);
    pairs.push(pair);
  }
  await Promise.all([alone.close(), together.close(), agent.release(), first.close()]);
  const row = (name: string, unit: "seconds" | "processors") => [
    name,
    spreadText(spreadOf(pairs.map(([one]) => one[unit])), 2),
    spreadText(spreadOf(pairs.map(([, other]) => other[unit])), 2),
    spreadText(spreadOf(pairs.map(([one, other]) => one[unit] / other[unit])), 2),
  ];
  return [
    [`${task}, median (min-max)`, "1 thread", `${threads} threads`, "ratio"],
    row("seconds", "seconds"),
    row("seconds of processors", "processors"),
    ["MB for each thread", "", megabytes.toFixed(0), ""],
  ];
}

interface Timed {
  readonly evaluation: Evaluation;
  readonly seconds: number;
  readonly processors: number;
}

async function timed(work: () => Promise<Evaluation>): Promise<Timed> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const evaluation = await work();
  const { user, system } = process.cpuUsage(used);
  return { evaluation, seconds: (performance.now() - start) / 1000, processors: (user + system) / 1e6 };
}

function refuseDifference(one: Evaluation, other: Evaluation): void {
  if (JSON.stringify(one) === JSON.stringify(other)) return;
  throw new RunFailure(`Two evaluations differ: ${JSON.stringify(one)} and ${JSON.stringify(other)}; that is a fault.`);
}

/**
 * `npm run bench-steps`: steps a second of environments under random actions, one after the other on one core, in turns.
 * Steps by the clock tell what else the machine does; those by the processor what a step takes.
 */
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { makeEnvironment } from "../../src/environments/registry.js";
import { UsageError } from "../../src/errors.js";
import { RandomStream } from "../../src/random.js";
import { spreadOf, spreadText } from "../speed/spread.js";

export const benchStepsCommand = new Command("bench-steps")
  .description("steps a second of environments under random actions, on one core")
  .argument("[tasks...]", "tasks with continuous actions", [
    "pointmaze-umaze",
    "antmaze-umaze",
    "pick-place",
    "kitchen-mixed",
  ])
  .option("--steps <number>", "steps of a turn", "600")
  .option("--turns <number>", "turns of each task", "5")
  .action(async (tasks: string[], flags: { readonly steps: string; readonly turns: string }) => {
    const steps = numberOf(flags.steps, "--steps", { whole: true, least: 1, most: 1e6 })!;
    const turns = numberOf(flags.turns, "--turns", { whole: true, least: 1, most: 1_000 })!;
    const rates = new Map<string, { clock: number[]; processor: number[] }>();
    for (const task of tasks) rates.set(task, { clock: [], processor: [] });
    for (let turn = 0; turn < turns; turn++)
      for (const [task, { clock, processor }] of rates) {
        const spent = await timed(task, steps, turn);
        clock.push(steps / spent.clock);
        processor.push(steps / spent.processor);
      }
    const rows = [...rates].map(([task, rate]) => [
      task,
      spreadText(spreadOf(rate.clock), 0),
      spreadText(spreadOf(rate.processor), 0),
    ]);
    process.stdout.write(textTable([["steps/s, median (least-most)", "of the clock", "of the processor"], ...rows]));
  });

/** Seconds of the clock and of the processor for so many steps, resets at the ends of episodes included. */
async function timed(task: string, steps: number, seed: number): Promise<{ clock: number; processor: number }> {
  const environment = await makeEnvironment(task);
  const { actionSpace } = environment;
  if (actionSpace.kind !== "box")
    throw new UsageError(`${task} has discrete actions; name tasks with continuous ones.`);
  const random = new RandomStream(seed, "bench");
  const action = new Float32Array(actionSpace.size);
  await environment.reset({ seed });
  const [begin, before] = [performance.now(), process.cpuUsage()];
  for (let step = 0; step < steps; step++) {
    random.fillUniform(action, -1, 1);
    const answer = environment.step(action);
    const { terminated, truncated } = answer instanceof Promise ? await answer : answer;
    if (terminated || truncated) await environment.reset();
  }
  const { user, system } = process.cpuUsage(before);
  const clock = (performance.now() - begin) / 1_000;
  await environment.close();
  return { clock, processor: (user + system) / 1e6 };
}

/**
 * `calql data`: look at recorded data, and collect a task's own.
 */
import cliProgress from "cli-progress";
import { type Command, Option } from "commander";
import { inspectDataset } from "../data/inspect.js";
import { formatInspection } from "../data/inspect-format.js";
import { collectedTasks, collectTask, type TaskCollection } from "../environments/collect-task.js";
import { UsageError } from "../errors.js";
import { gridWorldData, ownDataOf, pointMazeData } from "../training/presets.js";
import { readDataset, writeDataset } from "../training/task-data.js";
import { numberOf } from "./numbers.js";

export function addDataCommand(program: Command): void {
  const data = program.command("data").description("recorded data: inspect, collect");
  data
    .command("inspect")
    .description("print shapes, episodes, lengths, returns, success share, ranges and what looks odd")
    .argument("<file>", "D4RL HDF5 file")
    .option("--horizon <steps>", "steps after which the clock ends an episode, for a file without timeouts")
    .action(async (file: string, flags: { horizon?: string }) => {
      const horizon = numberOf(flags.horizon, "--horizon", { whole: true, least: 1 });
      const dataset = await readDataset(file, { allowNonFinite: true, ...(horizon !== undefined && { horizon }) });
      process.stdout.write(formatInspection(inspectDataset(dataset)));
    });
  addCollectCommand(data);
}

function addCollectCommand(data: Command): void {
  data
    .command("collect")
    .description(
      "collect data of a point maze (waypoint controller) or a gridworld (epsilon-greedy), as a D4RL HDF5 file",
    )
    .argument("<task>", collectedTasks.join(", "))
    .option("--out <file>", "file to write (default: <task>.hdf5)")
    .option(
      "--steps <number>",
      `steps to collect (default: ${pointMazeData.steps}; gridworlds: ${gridWorldData.steps})`,
    )
    .option("--episodes <number>", "episodes to collect, in place of steps")
    .option("--seed <number>", "seed of everything random", "0")
    .addOption(new Option("--starts <kind>", "where episodes begin").choices(["fixed", "diverse"]).default("diverse"))
    .addOption(
      new Option("--goals <kind>", "point mazes: where the controller heads (default: diverse)").choices([
        "fixed",
        "diverse",
      ]),
    )
    .option("--goal-share <share>", "point mazes, diverse goals: share of episodes that head to the task's goal")
    .option("--noise <amount>", "standard deviation of the noise on actions; gridworlds: share of random actions")
    .action(async (task: string, flags: Record<string, string | undefined>) => {
      const path = flags.out ?? `${task}.hdf5`;
      const collection = collectionOf(task, flags);
      const view = collectionView();
      const dataset = collectTask({ ...collection, onProgress: view.show });
      view.stop();
      await writeDataset(path, dataset);
      process.stdout.write(`${path}\n${formatInspection(inspectDataset(dataset))}`);
    });
}

function collectionOf(task: string, flags: Record<string, string | undefined>): TaskCollection {
  if (flags.steps !== undefined && flags.episodes !== undefined)
    throw new UsageError("Both --steps and --episodes are given; give the one that shall hold.");
  const amount = { whole: true, least: 1 };
  const episodes = numberOf(flags.episodes, "--episodes", amount);
  const steps = numberOf(flags.steps, "--steps", amount) ?? ownDataOf(task)?.steps ?? pointMazeData.steps;
  const goalShare = numberOf(flags.goalShare, "--goal-share", { least: 0, most: 1 });
  const noise = numberOf(flags.noise, "--noise", { least: 0 });
  return {
    task,
    seed: numberOf(flags.seed, "--seed", { whole: true }) ?? 0,
    ...(episodes === undefined ? { steps } : { episodes }),
    starts: flags.starts as "fixed" | "diverse",
    ...(flags.goals !== undefined && { goals: flags.goals as "fixed" | "diverse" }),
    ...(goalShare !== undefined && { goalShare }),
    ...(noise !== undefined && { noise }),
  };
}

/** A bar on a terminal; elsewhere the result's own table is enough. */
function collectionView(): { readonly show: (done: number, total: number) => void; readonly stop: () => void } {
  if (!process.stderr.isTTY) return { show: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar({
    format: "collecting {bar} {percentage}% | {value}/{total} | {eta_formatted} left",
  });
  let started = false;
  return {
    show: (done, total) => {
      if (!started) bar.start(total, 0);
      started = true;
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

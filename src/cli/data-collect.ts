/**
 * `calql data collect`: a task's own data as a D4RL HDF5 file.
 */
import { type Command, Option } from "commander";
import type { Dataset } from "../data/episode.js";
import { d4rlFormat } from "../data/formats/formats.js";
import { inspectDataset } from "../data/inspect.js";
import { formatInspection } from "../data/inspect-format.js";
import {
  collectedTasks,
  endsInOrder,
  needsWalkingPolicy,
  ownDataEnding,
  ownDataOf,
  type TaskCollection,
} from "../environments/collect-task.js";
import { taskSlug } from "../environments/task-name.js";
import { RunFailure, UsageError } from "../errors.js";
import { collectOwnData, writeDataset } from "../runs/task-data.js";
import { amountView } from "./amount-view.js";
import { INTERRUPTED, untilInterrupted } from "./interrupts.js";
import { numberOf } from "./numbers.js";

type Flags = Readonly<Record<string, string | undefined>>;

export function addCollectCommand(data: Command): void {
  data
    .command("collect")
    .description("collect a task's own data as a D4RL HDF5 file (with pictures: a .calql folder)")
    .argument("<task>", collectedTasks.join(", "))
    .option("--out <file>", "file to write (default: <task>.hdf5, with pictures <task>.calql)")
    .option(
      "--steps <number>",
      `steps to collect (default: ${usualSize("pointmaze-umaze")}; gridworlds: ${usualSize("gridworld-cliff")}; ant mazes: ${usualSize("antmaze-umaze")}; corridor-exit: ${usualSize("corridor-exit")}; kitchens: ${usualSize("kitchen-mixed")}, kitchen-complete: ${usualSize("kitchen-complete")})`,
    )
    .option(
      "--episodes <number>",
      `episodes to collect, in place of steps (pick-place: default ${usualSize("pick-place")}); ant mazes: walks of full length`,
    )
    .option("--seed <number>", "seed of everything random", "0")
    .addOption(places("--starts <kind>", "where episodes begin"))
    .addOption(places("--goals <kind>", "mazes: where the controller heads"))
    .option("--goal-share <share>", "mazes, where goals are not fixed: share of episodes that head to the task's goal")
    .option(
      "--noise <amount>",
      "standard deviation of the noise on actions; gridworlds: share of random actions (default: 0.5; ant mazes: 0.2; corridor-exit: 0.05; pick-place and kitchens: 0.1; kitchen-complete: 0.03)",
    )
    .option("--policy <file>", "ant mazes: the policy that walks, an ONNX file (default: the bundled one)")
    .action((task: string, flags: Flags) => collect(task, flags));
}

/** How much is collected where nothing is said; for a task without data of its own, which is refused later, anything does. */
function usualAmount(task: string): { readonly steps: number } | { readonly episodes: number } {
  const recipe = ownDataOf(task) ?? { steps: 1 };
  return "steps" in recipe ? { steps: recipe.steps } : { episodes: recipe.episodes };
}

function usualSize(task: string): number {
  return Object.values(usualAmount(task))[0]!;
}

function places(flag: string, description: string): Option {
  const known = ["fixed", "diverse"];
  return new Option(flag, `${description} (default: diverse; ant mazes: as the dataset has it)`).choices(known);
}

async function collect(task: string, flags: Flags): Promise<void> {
  const path = flags.out ?? `${taskSlug(task)}${ownDataEnding(task)}`;
  if (ownDataEnding(task) === ".hdf5") refuseOtherEndings(path);
  else refuseWithoutPictures(task, path);
  const collection = collectionOf(task, flags);
  const view = amountView("collecting");
  const { dataset, interrupted } = await endingInOrder({ ...collection, onProgress: view.show }, flags.policy).finally(
    view.stop,
  );
  await writeDataset(path, dataset, ownDataEnding(task) === ".hdf5" ? { task, source: dataset.source } : {});
  process.stdout.write(`${path}\n${formatInspection(inspectDataset(withBounds(dataset)))}`);
  if (interrupted) process.exitCode = INTERRUPTED;
}

/** With the bounds of its actions said: what is collected here keeps to [-1, 1] where its task says no other. */
function withBounds(dataset: Dataset): Dataset {
  const { actionSize, actionBounds, discreteActions } = dataset;
  if (discreteActions !== undefined || actionBounds !== undefined) return dataset;
  const high = new Float32Array(actionSize).fill(1);
  return { ...dataset, actionBounds: { low: high.map((bound) => -bound), high } };
}

/** @throws UsageError for a path that ends as formats do that have no place for pictures */
function refuseWithoutPictures(task: string, path: string): void {
  if (path.toLowerCase().endsWith(".calql")) return;
  throw new UsageError(
    `The data of ${task} hold pictures, which go into calql's own format; end --out ${path} in .calql.`,
  );
}

/** Nothing in D4RL's layout is written under another format's name. @throws UsageError for a path that does not end as D4RL files do */
export function refuseOtherEndings(path: string): void {
  if (d4rlFormat.extensions.some((ending) => path.toLowerCase().endsWith(ending))) return;
  throw new UsageError(
    `The dataset ${path} would be a D4RL HDF5 file; end its name in ${d4rlFormat.extensions.join(" or ")}. Another format is made of it by calql data convert.`,
  );
}

/** What takes minutes keeps the episodes that are complete on Ctrl-C. The others are done in seconds and simply end. */
async function endingInOrder(collection: TaskCollection, policy: string | undefined) {
  if (!endsInOrder(collection.task)) return { dataset: await collectOwnData(collection), interrupted: false };
  const stopping = () => process.stderr.write("\nstopping: the episodes that are complete are kept\n");
  let interrupted = false;
  const dataset = await untilInterrupted(stopping, async (signal) => {
    const collected = await collectOwnData({ ...collection, signal }, policy);
    interrupted = signal.aborted;
    return collected;
  });
  if (interrupted) refuseEmpty(dataset, collection.task);
  return { dataset, interrupted };
}

function refuseEmpty({ episodes }: Dataset, task: string): void {
  if (episodes.length > 0) return;
  throw new RunFailure(
    `The collection of ${task} was interrupted before an episode was complete; no file was written.`,
  );
}

function collectionOf(task: string, flags: Flags): TaskCollection {
  if (flags.steps !== undefined && flags.episodes !== undefined)
    throw new UsageError("Both --steps and --episodes are given; give the one that shall hold.");
  if (flags.policy !== undefined && !needsWalkingPolicy(task))
    throw new UsageError(`The flag --policy means nothing to the data of ${task}, where nothing walks; leave it out.`);
  const amount = { whole: true, least: 1 };
  const episodes = numberOf(flags.episodes, "--episodes", amount);
  const steps = numberOf(flags.steps, "--steps", amount);
  const goalShare = numberOf(flags.goalShare, "--goal-share", { least: 0, most: 1 });
  const noise = numberOf(flags.noise, "--noise", { least: 0 });
  return {
    task,
    seed: numberOf(flags.seed, "--seed", { whole: true }) ?? 0,
    ...(episodes !== undefined ? { episodes } : steps !== undefined ? { steps } : usualAmount(task)),
    ...(flags.starts !== undefined && { starts: flags.starts as "fixed" | "diverse" }),
    ...(flags.goals !== undefined && { goals: flags.goals as "fixed" | "diverse" }),
    ...(goalShare !== undefined && { goalShare }),
    ...(noise !== undefined && { noise }),
  };
}

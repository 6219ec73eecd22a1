/** What reproductions/r-estimates.yaml says: the tasks, the data sets logged in them, and the policies that are judged. */
import { z } from "zod";
import { readYaml } from "../../src/files/read-yaml.js";
import { parseDeclared } from "../../src/requirement.js";
import { gridTask } from "./grid-task.js";
import type { KnownTask } from "./known-task.js";
import { shopTask } from "./shop-task.js";

const share = z.number().min(0).max(1);
const policyShape = z.strictObject({ label: z.string(), good: share, flaws: share });
const behaviours = z.array(policyShape).min(1);
const discount = z.number().min(0).max(0.9999);
const gridShape = z.strictObject({
  ...{ label: z.string(), map: z.array(z.string()).min(1), slip: z.number().min(0).max(0.5), behaviours },
});
const shopShape = z.strictObject({ label: z.string(), steps: z.int().min(1), behaviours });
const setupShape = z.strictObject({
  title: z.string(),
  gridworlds: z.strictObject({ discount, horizon: z.int().min(1), tasks: z.array(gridShape) }),
  shops: z.strictObject({ discount, tasks: z.array(shopShape) }),
  episodes: z.array(z.int().min(10)).min(1),
  judged: z.array(policyShape).min(2),
  resamples: z.int().min(100),
  fit: z.strictObject({
    hidden: z.array(z.int().min(1)),
    members: z.int().min(2),
    batchSize: z.int().min(1),
    learningRate: z.number().positive(),
    polyakTau: share,
    updates: z.int().min(1),
  }),
});

export type EstimatesSetup = z.output<typeof setupShape>;

export function readSetup(file: string): EstimatesSetup {
  return parseDeclared(setupShape, readYaml("The setup", file) ?? {}, "key", file);
}

/** One data set to be logged. */
export interface PlannedSet {
  readonly name: string;
  readonly kind: "gridworld" | "shop";
  readonly task: KnownTask;
  readonly behaviour: z.output<typeof policyShape>;
  readonly episodes: number;
  readonly seed: number;
}

/** Every task and behaviour with every number of episodes, each with a seed of its own. */
export function plannedSets({ gridworlds, shops, episodes }: EstimatesSetup): PlannedSet[] {
  const { tasks: grids, ...common } = gridworlds;
  const tasks = [
    ...grids.map((of) => ({ kind: "gridworld", of, task: gridTask({ ...of, ...common }) }) as const),
    ...shops.tasks.map((of) => ({ kind: "shop", of, task: shopTask({ ...of, discount: shops.discount }) }) as const),
  ];
  const planned = tasks.flatMap(({ kind, of, task }) =>
    of.behaviours.flatMap((behaviour) => episodes.map((count) => ({ kind, task, behaviour, episodes: count }))),
  );
  return planned.map((set, seed) => ({
    ...set,
    name: `${set.task.name}, logged by ${set.behaviour.label}, ${set.episodes} episodes`,
    seed,
  }));
}

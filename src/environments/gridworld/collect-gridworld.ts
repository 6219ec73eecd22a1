/**
 * Data for the gridworlds: an optimal policy with random errors, epsilon-greedy on the exact values. Since it is a
 * table, its own values are known too (`policyValues`): what a critic of these data should find.
 */
import type { Dataset } from "../../data/episode.js";
import { unknownName } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { type BeginEpisode, type CollectionAmount, collectEpisodes, requireWithin } from "../collect.js";
import { guardEnvironment } from "../guard.js";
import { defaultSlip, type GridWorldOptions, makeGridWorld } from "./gridworld.js";
import { type GridModel, gridModel } from "./gridworld-dynamics.js";
import { type GridName, gridLayout, gridNames, gridTasks } from "./gridworld-layouts.js";
import { type GridObservation, type GridView, gridView } from "./gridworld-observations.js";
import { epsilonGreedyPolicy, optimalValues } from "./gridworld-values.js";

/**
 * What to collect. The measured share of episodes that reach the goal, and their mean length (20,000 steps, seed 1):
 *
 * | settings | four-rooms | cliff |
 * |---|---|---|
 * | starts fixed, noise 0 | 1.00, 20 steps | 1.00, 16 steps |
 * | the defaults | 1.00, 25 steps | 0.99, 25 steps |
 * | noise 0.7 | 0.93, 46 steps | 0.81, 50 steps |
 * | noise 1 | 0.15, 91 steps | 0.10, 92 steps |
 */
export interface GridWorldCollection extends CollectionAmount {
  /** `gridworld-four-rooms` or `-cliff`. */
  readonly task: string;
  /** Where episodes begin: in the task's start cell, or in any cell but the goal's. Default diverse. */
  readonly starts?: "fixed" | "diverse";
  /** Epsilon: the share of actions that are drawn at random, in [0, 1]. Default 0.5. */
  readonly noise?: number;
  /** Passed to the environment. */
  readonly observation?: GridObservation;
  readonly slip?: number;
  readonly horizon?: number;
}

/** The task as a table. @throws UsageError when the task is no gridworld */
export function gridModelOf(task: string, slip = defaultSlip): GridModel {
  return gridModel(gridLayout(gridNameOf(task)), slip);
}

/**
 * The policy that collects, [states, actions]. Its best actions are those for a discount of 0.99 and the task's own
 * rewards; a scale above 0 and a shift of 0 or below do not change which way is the best.
 */
export function gridBehaviour(model: GridModel, noise: number): Float64Array {
  return epsilonGreedyPolicy(model, optimalValues(model, { discount: 0.99 }).actionValues, noise);
}

/**
 * Collects episodes of a gridworld; the same settings give the same data to the bit.
 * @throws UsageError when the task is no gridworld or a setting is out of its range.
 */
export async function collectGridWorld(settings: GridWorldCollection): Promise<Dataset> {
  const { task, starts = "diverse", noise = 0.5, observation = "one-hot", slip = defaultSlip, horizon } = settings;
  const layout = gridLayout(gridNameOf(task));
  requireWithin("noise", noise, 0, 1);
  const options: GridWorldOptions = { start: starts, observation, slip, ...(horizon !== undefined && { horizon }) };
  const environment = guardEnvironment(makeGridWorld(gridNameOf(task), options));
  const model = gridModel(layout, slip);
  const random = new RandomStream(settings.seed, "controller");
  const source =
    `${task}, epsilon-greedy on exact values, starts ${starts}, noise ${noise}, observation ${observation}, ` +
    `slip ${slip}, horizon ${environment.horizon}, seed ${settings.seed}`;
  try {
    const begin = followPolicy(gridBehaviour(model, noise), model.actions, gridView(layout, observation), random);
    return await collectEpisodes(environment, begin, source, settings);
  } finally {
    await environment.close();
  }
}

/** Draws every action from the policy's row of the state that is seen. */
function followPolicy(policy: Float64Array, actions: number, view: GridView, random: RandomStream): BeginEpisode {
  const action = new Float32Array(1);
  return () => (observation) => {
    const row = view.stateOf(observation) * actions;
    let rest = random.uniform();
    let drawn = 0;
    while (drawn < actions - 1 && rest >= policy[row + drawn]!) rest -= policy[row + drawn++]!;
    action[0] = drawn;
    return action;
  };
}

function gridNameOf(task: string): GridName {
  const name = gridNames.find((grid) => task === `gridworld-${grid}`);
  if (name) return name;
  throw unknownName("gridworld", task, gridTasks);
}

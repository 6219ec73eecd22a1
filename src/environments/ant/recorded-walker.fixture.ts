/**
 * For tests: the behaviour policy of the original AntMaze data, where its weights are at hand, and a walk through a maze
 * that stops at its goal.
 */
import { existsSync, readFileSync } from "node:fs";
import { RandomStream } from "../../random.js";
import type { WalkingPolicy } from "../family.js";
import { goalRadius, type MazeName, makeMaze, positionOf } from "../mazes.js";
import { AntWalk } from "./ant-walk.js";
import { drawAntGoal } from "./antmaze-walks.js";
import { antCellSize, antHorizons } from "./tasks.js";

const folder = new URL("../../../../shared/policies/", import.meta.url);

export const recordedWalkerIsThere = existsSync(folder);

interface Layout {
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly offset: number }[];
}

/** A ReLU network from [29] to the means and log-deviations of 8 actions, squashed by tanh. */
export function recordedWalker(): WalkingPolicy {
  const layout: Layout = JSON.parse(readFileSync(new URL("ant_hierarch_policy.json", folder), "utf8"));
  const weights = new Float32Array(Uint8Array.from(readFileSync(new URL("ant_hierarch_policy.f32", folder))).buffer);
  const tensor = (name: string) => {
    const { shape, offset } = layout.tensors.find((entry) => entry.name === name)!;
    return weights.subarray(offset, offset + shape.reduce((product, size) => product * size, 1));
  };
  const layer = (name: string) => {
    const [weight, bias] = [tensor(`${name}.weight`), tensor(`${name}.bias`)];
    return (input: Float32Array) =>
      bias.map((start, row) => {
        let sum = start;
        for (let i = 0; i < input.length; i++) sum += weight[row * input.length + i]! * input[i]!;
        return sum;
      });
  };
  const [first, second, means, logDeviations] = [
    layer("fc0"),
    layer("fc1"),
    layer("last_fc"),
    layer("last_fc_log_std"),
  ] as const;
  const relu = (values: Float32Array) => values.map((value) => Math.max(value, 0));
  const actionOf = (observation: Float32Array, random: RandomStream) => {
    const hidden = relu(second(relu(first(observation))));
    const spread = logDeviations(hidden);
    return means(hidden).map((mean, i) =>
      Math.tanh(mean + Math.exp(Math.min(Math.max(spread[i]!, -20), 2)) * random.normal()),
    );
  };
  return {
    name: "recorded",
    async act(observations, random) {
      const actions = new Float32Array((8 * observations.length) / 29);
      for (let i = 0; i < actions.length / 8; i++)
        actions.set(actionOf(observations.subarray(29 * i, 29 * (i + 1)), random), 8 * i);
      return actions;
    },
  };
}

/** How many of the walks from the maze's start come to their goal, one that is drawn as in the task, within its horizon. */
export async function countArrivals(policy: WalkingPolicy, mazeName: MazeName, walks: number): Promise<number> {
  const maze = makeMaze(mazeName, antCellSize);
  const ant = new AntWalk(maze);
  const observation = new Float32Array(29);
  const random = new RandomStream(7, "policy");
  let arrivals = 0;
  for (let seed = 0; seed < walks; seed++) {
    const walk = new RandomStream(seed, "walk");
    const goal = drawAntGoal(maze, maze.goal, walk);
    const arrived = () => Math.hypot(ant.state[0]! - goal.x, ant.state[1]! - goal.y) <= goalRadius;
    ant.begin({ start: positionOf(maze, maze.start), goal, random: walk });
    for (let step = 0; step < antHorizons[mazeName] && !arrived(); step++) {
      ant.look(observation);
      ant.step(await policy.act(observation, random));
    }
    arrivals += Number(arrived());
  }
  ant.close();
  return arrivals;
}

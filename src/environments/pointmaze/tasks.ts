/** The names of the point mazes, and how long an action lasts in them. */
import { type MazeName, mazeNames } from "../mazes.js";

/** A maze as a task; with `-diverse` its episodes begin everywhere unless the option `start` says otherwise. */
export type PointMazeName = MazeName | `${MazeName}-diverse`;

/** Every task of this family, by the maze that it plays in: "umaze" and "umaze-diverse" both play in "umaze". */
export const pointMazes: ReadonlyMap<PointMazeName, MazeName> = new Map([
  ...mazeNames.map((maze): [PointMazeName, MazeName] => [maze, maze]),
  ...mazeNames.map((maze): [PointMazeName, MazeName] => [`${maze}-diverse`, maze]),
]);

/** The names of these tasks in the registry. */
export const pointMazeTasks: readonly string[] = [...pointMazes.keys()].map((name) => `pointmaze-${name}`);

/**
 * D4RL decides at every physics step (frame skip 1). Here an action lasts 5, that is 0.05 s: a discount of 0.99 then
 * still sees the goal from the start, and an episode is 5 times cheaper to learn from.
 */
export const defaultFrameSkip = 5;

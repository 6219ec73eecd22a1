/** The names of the ant mazes and of D4RL's datasets of them, and the sizes that their data share with them. */
import { type MazeName, mazeNames } from "../mazes.js";

/** The names of D4RL's six datasets, by the maze that they were recorded in. */
export const antMazeDataSets = {
  umaze: "umaze",
  "umaze-diverse": "umaze",
  "medium-play": "medium",
  "medium-diverse": "medium",
  "large-play": "large",
  "large-diverse": "large",
} as const satisfies Record<string, MazeName>;
export type AntMazeDataSet = keyof typeof antMazeDataSets;

/** The datasets that can be collected, by the names of their tasks. */
export const antMazeCollectedTasks: readonly string[] = Object.keys(antMazeDataSets).map((name) => `antmaze-${name}`);

/** A maze as a task, or a dataset's name for it: what differs between those is where data begin, not the task. */
export type AntMazeName = MazeName | AntMazeDataSet;

/** Every task of this family, by the maze that it plays in. */
export const antMazes: ReadonlyMap<AntMazeName, MazeName> = new Map([
  ...mazeNames.map((maze): [AntMazeName, MazeName] => [maze, maze]),
  ...(Object.entries(antMazeDataSets) as [AntMazeDataSet, MazeName][]),
]);

/** The edge of a cell in metres. */
export const antCellSize = 4;

/** Steps of 0.1 s after which an episode is truncated. */
export const antHorizons: Record<MazeName, number> = { umaze: 700, medium: 1000, large: 1000 };

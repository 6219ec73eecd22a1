/**
 * `antmaze-{umaze,medium,large}`: a four-legged ant that must walk through a maze with cells of four metres, as in D4RL
 * (version 2). The goal lies in the map's cell G with a fresh offset in every episode and is not in the observation.
 * Falling over ends nothing. The names of D4RL's data sets (`antmaze-large-play`) are names of the same tasks.
 */
import type { z } from "zod";
import type { RandomStream } from "../../random.js";
import { MazeEnvironment, type MazeRobot, mazeOptions } from "../maze-environment.js";
import {
  type Cell,
  type Maze,
  type MazeName,
  makeMaze,
  mazeNames,
  type Position,
  positionOf,
  wallGeoms,
} from "../mazes.js";
import { type EnvironmentOptions, readOptions } from "../options.js";
import { antActionSize, antStateSize, driveAnt, observeAnt, placeAnt } from "./ant-body.js";
import { antMjcf } from "./ant-model.js";

/** The names of D4RL's six data sets, by the maze that they were recorded in. */
export const antMazeDataSets = {
  umaze: "umaze",
  "umaze-diverse": "umaze",
  "medium-play": "medium",
  "medium-diverse": "medium",
  "large-play": "large",
  "large-diverse": "large",
} as const satisfies Record<string, MazeName>;
export type AntMazeDataSet = keyof typeof antMazeDataSets;

/** A maze as a task, or a data set's name for it: what differs between those is where data begin, not the task. */
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

/** The options of an ant maze; `horizon` is 700 steps in umaze and 1000 in the others by default. */
export const antMazeOptions = mazeOptions;
export type AntMazeOptions = z.input<typeof antMazeOptions>;

/**
 * An ant maze, not yet guarded (`makeEnvironment` guards). Observation [29]: qpos [15] (torso x, y, z in metres,
 * quaternion w, x, y, z, hip and ankle angles leg by leg in rad), then qvel [14]; action [8] in [-1, 1]: torques of hip 4,
 * ankle 4, hip 1, ankle 1, hip 2, ankle 2, hip 3, ankle 3.
 * @throws UsageError when an option is unknown or out of its range.
 */
export function makeAntMaze(taskName: AntMazeName, options: EnvironmentOptions = {}): MazeEnvironment {
  const name = `antmaze-${taskName}`;
  const mazeName = antMazes.get(taskName)!;
  const { start, horizon } = readOptions(name, antMazeOptions, options);
  const maze = makeMaze(mazeName, antCellSize);
  return new MazeEnvironment(name, maze, horizon ?? antHorizons[mazeName], start, antRobot(maze));
}

/**
 * A goal in a cell. D4RL adds two offsets to the cell's centre, one where it draws the cell and one where it sets the
 * goal, and clips at 0.
 */
export function drawAntGoal(maze: Maze, cell: Cell, random: RandomStream): Position {
  const centre = positionOf(maze, cell);
  const offset = () => random.uniform() + 0.5 * random.uniform();
  return { x: Math.max(centre.x + offset(), 0), y: Math.max(centre.y + offset(), 0) };
}

function antRobot(maze: Maze): MazeRobot {
  return {
    mjcf: antMjcf(wallGeoms(maze, 0, 2)),
    observationSize: antStateSize,
    actionSize: antActionSize,
    floor: 0,
    followed: true,
    drawGoal: (random) => drawAntGoal(maze, maze.goal, random),
    place: placeAnt,
    drive: driveAnt,
    observe: (simulation) => observeAnt(simulation),
  };
}

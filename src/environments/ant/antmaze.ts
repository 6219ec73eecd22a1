/**
 * `antmaze-{umaze,medium,large}`: a four-legged ant that must walk through a maze with cells of four metres, as in
 * D4RL (version 2). The goal lies in the map's cell G with a fresh offset in every episode and is not in the
 * observation. Falling over ends nothing. The names of D4RL's datasets (`antmaze-large-play`) are names of the same
 * tasks.
 */
import { parseDeclared } from "../../requirement.js";
import type { EnvironmentOptions } from "../environment.js";
import { MazeEnvironment, type MazeRobot } from "../maze-environment.js";
import { type Maze, makeMaze, mazeOptions, wallGeoms } from "../mazes.js";
import { antActionSize, antStateSize, driveAnt, observeAnt, placeAnt } from "./ant-body.js";
import { antMjcf } from "./ant-model.js";
import { drawAntGoal } from "./antmaze-walks.js";
import { type AntMazeName, antCellSize, antHorizons, antMazes } from "./tasks.js";

/**
 * An ant maze, not yet guarded (`makeEnvironment` guards). Observation [29]: qpos [15] (torso x, y, z in metres,
 * quaternion w, x, y, z, hip and ankle angles leg by leg in rad), then qvel [14]; action [8] in [-1, 1]: torques of hip 4,
 * ankle 4, hip 1, ankle 1, hip 2, ankle 2, hip 3, ankle 3. The horizon is 700 steps in umaze and 1000 in the others unless
 * the options name another.
 * @throws UsageError when an option is unknown or out of its range.
 */
export function makeAntMaze(taskName: AntMazeName, options: EnvironmentOptions = {}): MazeEnvironment {
  const name = `antmaze-${taskName}`;
  const mazeName = antMazes.get(taskName)!;
  const { start, horizon } = parseDeclared(mazeOptions, options, "option", name);
  const maze = makeMaze(mazeName, antCellSize);
  return new MazeEnvironment(name, maze, horizon ?? antHorizons[mazeName], start, antRobot(maze));
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

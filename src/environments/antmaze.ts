/**
 * `antmaze-{umaze,medium,large}`: a four-legged ant that must walk through a maze with cells of four metres, as in D4RL
 * (version 2). The goal lies in the map's cell G with a fresh offset in every episode and is not in the observation.
 * Falling over ends nothing.
 */
import type { z } from "zod";
import { antMjcf } from "./ant-model.js";
import { MazeEnvironment, type MazeRobot, mazeOptions } from "./maze-environment.js";
import { type Maze, type MazeName, makeMaze, positionOf, wallGeoms } from "./mazes.js";
import { type EnvironmentOptions, readOptions } from "./options.js";

const horizons: Record<MazeName, number> = { umaze: 700, medium: 1000, large: 1000 };

/** Physics steps of 0.02 s that an action lasts: 0.1 s. */
const frameSkip = 5;

/** The torque of an action of 1, in Nm. */
const torque = 30;

/** The options of an ant maze; `horizon` is 700 steps in umaze and 1000 in the others by default. */
export const antMazeOptions = mazeOptions;
export type AntMazeOptions = z.input<typeof antMazeOptions>;

/**
 * An ant maze, not yet guarded (`makeEnvironment` guards). Observation [29]: qpos [15] (torso x, y, z in metres,
 * quaternion w, x, y, z, hip and ankle angles leg by leg in rad), then qvel [14]; action [8] in [-1, 1]: torques of hip 4,
 * ankle 4, hip 1, ankle 1, hip 2, ankle 2, hip 3, ankle 3.
 * @throws UsageError when an option is unknown or out of its range.
 */
export function makeAntMaze(mazeName: MazeName, options: EnvironmentOptions = {}): MazeEnvironment {
  const name = `antmaze-${mazeName}`;
  const { start, horizon } = readOptions(name, antMazeOptions, options);
  const maze = makeMaze(mazeName, 4);
  return new MazeEnvironment(name, maze, horizon ?? horizons[mazeName], start, antRobot(maze));
}

function antRobot(maze: Maze): MazeRobot {
  const goalCentre = positionOf(maze, maze.goal);
  return {
    mjcf: antMjcf(wallGeoms(maze, 0, 2)),
    observationSize: 29,
    actionSize: 8,
    drawGoal(random) {
      // D4RL adds two offsets, one where it draws the cell and one where it sets the goal, and clips at 0.
      const offset = () => random.uniform() + 0.5 * random.uniform();
      return { x: Math.max(goalCentre.x + offset(), 0), y: Math.max(goalCentre.y + offset(), 0) };
    },
    place({ qpos, qvel }, { x, y }, random) {
      qpos[0]! += x;
      qpos[1]! += y;
      for (let i = 0; i < qpos.length; i++) qpos[i]! += 0.2 * random.uniform() - 0.1;
      for (let i = 0; i < qvel.length; i++) qvel[i] = 0.1 * random.normal();
    },
    drive(simulation, action) {
      const ctrl = simulation.ctrl;
      for (let i = 0; i < ctrl.length; i++) ctrl[i] = torque * action[i]!;
      simulation.step(frameSkip);
    },
    observe({ qpos, qvel }) {
      const observation = new Float32Array(29);
      observation.set(qpos);
      observation.set(qvel, 15);
      return observation;
    },
  };
}

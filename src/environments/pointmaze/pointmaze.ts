/**
 * `pointmaze-{umaze,medium,large}`: a small ball that is pushed along x and y through a maze with cells of one metre
 * (the physics of D4RL's maze2d with the sparse task of AntMaze). It is the task to try things on: an episode of a good
 * controller takes tens of decisions. The goal lies in the map's cell G in every episode, because the observation
 * (position and velocity) does not hold it. `pointmaze-{umaze,medium,large}-diverse` begin all over the maze, so that
 * an evaluation of many episodes is more than all or nothing.
 */
import { z } from "zod";
import { parseDeclared } from "../../requirement.js";
import type { EnvironmentOptions } from "../environment.js";
import { MazeEnvironment, type MazeRobot } from "../maze-environment.js";
import { type Maze, type MazeName, makeMaze, mazeOptions, positionOf, wallGeoms } from "../mazes.js";
import { defaultFrameSkip, type PointMazeName, pointMazes } from "./tasks.js";

/**
 * Physics steps (of 0.01 s) after which an episode is truncated: about three times what the waypoint controller needs
 * from the fixed start.
 */
const physicsHorizon: Record<MazeName, number> = { umaze: 600, medium: 1000, large: 1400 };

/** The largest speed along each axis, in m/s (D4RL clips it before every physics step, and so does this). */
const topSpeed = 5;

/** In metres; the ball's centre moves at height 0. */
const ballRadius = 0.1;

/** Half the width of the uniform noise on position (m) and velocity (m/s) at reset. */
const resetNoise = 0.1;

const pointMazeOptions = mazeOptions.extend({
  frameSkip: z.int().min(1).default(defaultFrameSkip).describe("physics steps of 0.01 s that an action lasts"),
  horizon: mazeOptions.shape.horizon.describe(
    "the largest number of decisions of an episode; by default 600, 1000, 1400 physics steps (umaze, medium, large) over the frame skip",
  ),
});

export type PointMazeOptions = z.input<typeof pointMazeOptions>;

/**
 * A point maze, not yet guarded (`makeEnvironment` guards). Observation [4]: x, y in metres, their velocities in m/s;
 * action [2] in [-1, 1]: the push along x and y, 100 N at 1.
 * @throws UsageError when an option is unknown or out of its range.
 */
export function makePointMaze(taskName: PointMazeName, options: EnvironmentOptions = {}): MazeEnvironment {
  const name = `pointmaze-${taskName}`;
  const mazeName = pointMazes.get(taskName)!;
  const defaults = mazeName === taskName ? {} : { start: "diverse" };
  const { start, frameSkip, horizon } = parseDeclared(pointMazeOptions, { ...defaults, ...options }, "option", name);
  const maze = makeMaze(mazeName, 1);
  const decisions = horizon ?? Math.ceil(physicsHorizon[mazeName] / frameSkip);
  return new MazeEnvironment(name, maze, decisions, start, pointRobot(maze, frameSkip));
}

function pointRobot(maze: Maze, frameSkip: number): MazeRobot {
  const goal = positionOf(maze, maze.goal);
  return {
    mjcf: pointMjcf(maze),
    observationSize: 4,
    actionSize: 2,
    drawGoal: () => goal,
    floor: -ballRadius,
    followed: false,
    place({ qpos, qvel }, { x, y }, random) {
      const noise = () => resetNoise * (2 * random.uniform() - 1);
      qpos[0] = x + noise();
      qpos[1] = y + noise();
      qvel[0] = noise();
      qvel[1] = noise();
    },
    drive(simulation, action) {
      simulation.ctrl.set(action);
      for (let i = 0; i < frameSkip; i++) {
        const qvel = simulation.qvel;
        qvel[0] = Math.min(Math.max(qvel[0]!, -topSpeed), topSpeed);
        qvel[1] = Math.min(Math.max(qvel[1]!, -topSpeed), topSpeed);
        simulation.step();
      }
    },
    observe({ qpos, qvel }) {
      return Float32Array.of(qpos[0]!, qpos[1]!, qvel[0]!, qvel[1]!);
    },
  };
}

/** The ball: radius 0.1 m, MuJoCo's density of 1000 kg/m^3 (4.19 kg); contacts without friction, so it slides along walls. The floor is there to be seen. */
function pointMjcf(maze: Maze): string {
  return `<mujoco model="pointmaze-${maze.name}">
  <option timestep="0.01" integrator="Euler" gravity="0 0 0"/>
  <size memory="1M"/>
  <default><geom condim="1"/></default>
  <worldbody>
    <geom name="floor" type="plane" size="40 40 1" pos="0 0 ${-ballRadius}" contype="0" conaffinity="0"/>
    <body name="ball">
      <joint name="x" type="slide" axis="1 0 0" damping="1"/>
      <joint name="y" type="slide" axis="0 1 0" damping="1"/>
      <geom name="ball" type="sphere" size="${ballRadius}"/>
    </body>
${wallGeoms(maze, -0.5, 0.5)}
  </worldbody>
  <actuator>
    <motor joint="x" gear="100" ctrllimited="true" ctrlrange="-1 1"/>
    <motor joint="y" gear="100" ctrllimited="true" ctrlrange="-1 1"/>
  </actuator>
</mujoco>`;
}

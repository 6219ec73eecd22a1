/**
 * Data for the point mazes: a waypoint controller that heads along the shortest way to a goal, with noise. The settings
 * decide how good the data are, and with it how much is left to learn online; rewards are always those of the task.
 */
import type { Dataset } from "../../data/episode.js";
import { unknownName } from "../../errors.js";
import { RandomStream } from "../../random.js";
import {
  addNoise,
  type BeginEpisode,
  type CollectionAmount,
  type Controller,
  clipToUnit,
  collectEpisodes,
  requireWithin,
} from "../collect.js";
import type { EnvironmentOptions } from "../environment.js";
import { guardEnvironment } from "../guard.js";
import { type Maze, type MazeName, makeMaze, type Position, positionOf, sameCell, waypointsTo } from "../mazes.js";
import { defaultFrameSkip, type PointMazeName, pointMazes, pointMazeTasks } from "./tasks.js";

/**
 * What to collect. Mixtures of interest, with the measured share of episodes that reach the task's goal (20,000 steps,
 * seed 1; 50 episodes for the expert):
 *
 * | mixture | settings | umaze | medium | large | good for |
 * |---|---|---|---|---|---|
 * | expert | starts, goals fixed, noise 0 | 1.00 | 1.00 | 1.00 | imitation; it sees only the shortest way |
 * | diverse | the defaults | 0.25 | 0.36 | 0.28 | fine-tuning: the whole maze is covered, the goal is rare |
 * | play | goalShare 0 | 0.00 | 0.19 | 0.05 | the goal is met only in passing (in umaze nothing lies behind it) |
 *
 * The expert needs 39, 63 and 92 decisions from the fixed start.
 */
export interface PointMazeCollection extends CollectionAmount {
  /** `pointmaze-umaze`, `-medium` or `-large`, or one of them with `-diverse`: that changes nothing in the data. */
  readonly task: string;
  /** Where episodes begin: in the task's start cell, or in any free cell but the goal's. Default diverse. */
  readonly starts?: "fixed" | "diverse";
  /** Where the controller heads: always to the task's goal, or to random cells, one after the other. Default diverse. */
  readonly goals?: "fixed" | "diverse";
  /** With diverse goals, the share of episodes that head to the task's goal all the same, in [0, 1]. Default 0.25. */
  readonly goalShare?: number;
  /** The standard deviation of the normal noise on each entry of an action, before clipping to [-1, 1]. Default 0.5. */
  readonly noise?: number;
  /** Passed to the environment. */
  readonly frameSkip?: number;
  readonly horizon?: number;
  /** Passed to the environment too, but for its start: the data begin where `starts` says, whatever the task does. */
  readonly options?: EnvironmentOptions;
}

/**
 * Collects episodes of a point maze; the same settings give the same data to the bit. As in AntMaze, an episode ends
 * (terminated) where the task's goal is reached, also when the controller was heading elsewhere, and is truncated at the
 * horizon otherwise.
 * @throws UsageError when the task is no point maze or a setting is out of its range.
 */
export async function collectPointMaze(settings: PointMazeCollection): Promise<Dataset> {
  const { task, starts = "diverse", goals = "diverse", goalShare = 0.25, noise = 0.5 } = settings;
  const mazeName = mazeNameOf(task);
  requireWithin("goalShare", goalShare, 0, 1);
  requireWithin("noise", noise, 0, Number.MAX_VALUE);
  const { options = {} } = settings;
  const { frameSkip = options.frameSkip ?? defaultFrameSkip, horizon = options.horizon } = settings;
  const made = { ...options, start: starts, frameSkip, ...(horizon === undefined ? {} : { horizon }) };
  const { makePointMaze } = await import("./pointmaze.js");
  const environment = guardEnvironment(makePointMaze(task.slice("pointmaze-".length) as PointMazeName, made));
  const random = new RandomStream(settings.seed, "controller");
  const share = goals === "fixed" ? 1 : goalShare;
  const source =
    `${task}, waypoint controller, starts ${starts}, goals ${goals}, goal share ${share}, noise ${noise}, ` +
    `frame skip ${frameSkip}, horizon ${environment.horizon}, seed ${settings.seed}`;
  try {
    return await collectEpisodes(
      environment,
      waypointEpisodes(makeMaze(mazeName, 1), share, noise, random),
      source,
      settings,
    );
  } finally {
    await environment.close();
  }
}

/** Draws for each episode whether it heads to the task's goal or wanders from one random cell to the next. */
function waypointEpisodes(maze: Maze, goalShare: number, noise: number, random: RandomStream): BeginEpisode {
  const taskGoal = positionOf(maze, maze.goal);
  return () => {
    const wanders = random.uniform() >= goalShare;
    const drawGoal = wanders ? () => randomGoal(maze, random) : () => taskGoal;
    return addNoise(followWaypoints(maze, drawGoal), noise, random);
  };
}

/** The centre of a free cell that is not the task's goal. */
function randomGoal(maze: Maze, random: RandomStream): Position {
  const cells = maze.freeCells.filter((cell) => !sameCell(cell, maze.goal));
  return positionOf(maze, cells[random.integer(cells.length)]!);
}

/** Gains of the controller, per metre and per m/s: a damping ratio of 0.9 for the ball's 24 m/s^2 of push. */
const stiffness = 1.2;
const damping = 0.4;

/**
 * A controller of the ball for observations [4]: proportional-derivative towards the next waypoint; it draws another
 * goal when it comes within `arrival` metres of the one it was heading to.
 */
export function followWaypoints(maze: Maze, drawGoal: () => Position, arrival = 0.2): Controller {
  let goal = drawGoal();
  let waypoint = waypointsTo(maze, goal);
  const action = new Float32Array(2);
  return (observation) => {
    const [x, y, speedX, speedY] = observation as unknown as [number, number, number, number];
    if (Math.hypot(x - goal.x, y - goal.y) < arrival) {
      goal = drawGoal();
      waypoint = waypointsTo(maze, goal);
    }
    const next = waypoint(x, y);
    action[0] = clipToUnit(stiffness * (next.x - x) - damping * speedX);
    action[1] = clipToUnit(stiffness * (next.y - y) - damping * speedY);
    return action;
  };
}

function mazeNameOf(task: string): MazeName {
  for (const [name, maze] of pointMazes) if (task === `pointmaze-${name}`) return maze;
  throw unknownName("point maze", task, pointMazeTasks);
}

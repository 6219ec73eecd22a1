/**
 * An ant maze as the walking policy of `ant-direction` sees it: a guide that knows the maze points to the next cell on
 * the shortest way to the goal. With it one can watch that policy walk; it is not a task to learn, since the guide
 * knows the goal.
 */

import { UsageError } from "../../errors.js";
import {
  type BoxSpace,
  box,
  type Environment,
  type MaybePromise,
  type ResetResult,
  type StepResult,
  vectorOf,
  whenAnswered,
} from "../environment.js";
import { type Maze, type MazeName, makeMaze, type Position, type Waypoint, waypointsTo } from "../mazes.js";
import { antActionSize } from "./ant-body.js";
import { toWalkingFrame, toWorldFrame, walkingObservationSize } from "./ant-frame.js";
import { antCellSize, antMazes } from "./tasks.js";

/**
 * The guided form of an ant maze, which takes the environment over.
 * @throws UsageError if the environment is no ant maze
 */
export function guideAnt(environment: Environment): Environment {
  const tasks = [...antMazes].map(([task, mazeName]) => [`antmaze-${task}`, mazeName] as const);
  const mazeName = new Map<string, MazeName>(tasks).get(environment.name);
  if (mazeName === undefined)
    throw new UsageError(
      `There is no guide through ${environment.name}; only the ant mazes have one, such as antmaze-umaze.`,
    );
  return new GuidedAnt(environment, makeMaze(mazeName, antCellSize));
}

class GuidedAnt implements Environment {
  readonly name: string;
  readonly observationSpace: BoxSpace = box(walkingObservationSize, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  readonly actionSpace: BoxSpace = box(antActionSize, -1, 1);
  readonly horizon: number;
  readonly render?: NonNullable<Environment["render"]>;
  private readonly torques = new Float32Array(antActionSize);
  private waypoint!: (x: number, y: number) => Waypoint;
  private quarters = 0;

  constructor(
    private readonly environment: Environment,
    private readonly maze: Maze,
  ) {
    this.name = environment.name;
    this.horizon = environment.horizon;
    if (environment.render) this.render = (frame) => environment.render?.(frame);
  }

  reset(options?: { readonly seed?: number }): MaybePromise<ResetResult> {
    return whenAnswered(this.environment.reset(options), (result) => {
      this.waypoint = waypointsTo(this.maze, result.info.goal as Position);
      return this.seen(result);
    });
  }

  step(action: Float32Array): MaybePromise<StepResult> {
    toWorldFrame(action, this.quarters, this.torques);
    return whenAnswered(this.environment.step(this.torques), (result) => this.seen(result));
  }

  close(): void {
    this.environment.close();
  }

  private seen<Result extends ResetResult>(result: Result): Result {
    const state = vectorOf(result.observation);
    const { x, y } = this.waypoint(state[0]!, state[1]!);
    const observation = new Float32Array(walkingObservationSize);
    this.quarters = toWalkingFrame(state, Math.atan2(y - state[1]!, x - state[0]!), observation);
    return { ...result, observation };
  }
}

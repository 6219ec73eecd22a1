/**
 * The maze task that the point and the ant share: start in a cell, reach the goal, reward 1 there and 0 elsewhere, the
 * episode ends at the goal (terminated) or when the horizon is reached (truncated). The robot says only what differs.
 */
import type { Simulation } from "../physics/mujoco.js";
import type { RandomStream } from "../random.js";
import type { Frame } from "../rendering/frame.js";
import { type BoxSpace, box, type StepInfo } from "./environment.js";
import { goalDisc, mazeScene, paintMaze, walkerScene } from "./maze-picture.js";
import { type Cell, goalRadius, type Maze, type Position, positionOf, sameCell } from "./mazes.js";
import { type ActionOutcome, PhysicsEnvironment } from "./physics-environment.js";

/** What a robot adds to the maze task. The first two entries of its qpos are x and y in metres. */
export interface MazeRobot {
  /** The model, walls included, as MJCF text. */
  readonly mjcf: string;
  readonly observationSize: number;
  readonly actionSize: number;
  /** Writes the state of a new episode near `position` into a simulation that was just reset. */
  place(simulation: Simulation, position: Position, random: RandomStream): void;
  /** Carries out one action: sets the controls and advances the physics by the robot's frame skip. */
  drive(simulation: Simulation, action: Float32Array): void;
  /** A fresh array of what the policy sees. */
  observe(simulation: Simulation): Float32Array;
  /** The goal of a new episode. */
  drawGoal(random: RandomStream): Position;
  /** The height of the floor in metres. */
  readonly floor: number;
  /** Whether pictures follow the robot, because it is small in its maze. */
  readonly followed: boolean;
}

interface MazeInfo extends StepInfo {
  /** The goal of this episode, which the observation does not hold. */
  readonly goal: Position;
}

/** A robot in a maze; entries of an action beyond [-1, 1] count as the bound. */
export class MazeEnvironment extends PhysicsEnvironment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
  private readonly startCells: readonly Cell[];
  private onTheWay!: MazeInfo;
  private atTheGoal!: MazeInfo;

  constructor(
    name: string,
    readonly maze: Maze,
    horizon: number,
    start: "fixed" | "diverse",
    private readonly robot: MazeRobot,
  ) {
    super(name, horizon, robot.mjcf, { paint: paintMaze });
    this.observationSpace = box(robot.observationSize, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.actionSpace = box(robot.actionSize, -1, 1);
    this.startCells = start === "fixed" ? [maze.start] : maze.freeCells.filter((cell) => !sameCell(cell, maze.goal));
    this.setGoal(positionOf(maze, maze.goal));
  }

  protected begin(): MazeInfo {
    const cell = this.startCells[this.random.integer(this.startCells.length)]!;
    this.robot.place(this.physics, positionOf(this.maze, cell), this.random);
    this.setGoal(this.robot.drawGoal(this.random));
    return this.isAtGoal() ? this.atTheGoal : this.onTheWay;
  }

  protected act(action: Float32Array): ActionOutcome {
    this.robot.drive(this.physics, action);
    const success = this.isAtGoal();
    return { reward: success ? 1 : 0, over: success, info: success ? this.atTheGoal : this.onTheWay };
  }

  observe(): Float32Array {
    return this.robot.observe(this.physics);
  }

  /** The maze, or what of it is near the robot, from above; the goal is a disc. */
  render(frame: Frame): void {
    const [x, y] = this.physics.qpos as unknown as [number, number];
    const scene = this.robot.followed ? walkerScene(this.maze.cellSize, { x, y }) : mazeScene(this.maze, frame);
    const markers = [goalDisc(this.onTheWay.goal, this.robot.floor, goalRadius)];
    this.renderer.draw(frame, { ...scene, markers });
  }

  protected override own(): number[] {
    const { x, y } = this.onTheWay.goal;
    return [x, y];
  }

  protected override restoreOwn(numbers: Float64Array): void {
    this.setGoal({ x: numbers[0]!, y: numbers[1]! });
  }

  /** Makes two objects per episode instead of one per step. */
  private setGoal(goal: Position): void {
    this.onTheWay = { success: false, goal };
    this.atTheGoal = { success: true, goal };
  }

  private isAtGoal(): boolean {
    const { x, y } = this.onTheWay.goal;
    const qpos = this.physics.qpos;
    return Math.hypot(qpos[0]! - x, qpos[1]! - y) <= goalRadius;
  }
}

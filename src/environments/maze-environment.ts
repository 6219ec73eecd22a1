/**
 * The maze task that the point and the ant share: start in a cell, reach the goal, reward 1 there and 0 elsewhere, the
 * episode ends at the goal (terminated) or when the horizon is reached (truncated). The robot says only what differs.
 */
import { Simulation } from "../physics/mujoco.js";
import { RandomStream } from "../random.js";
import type { Frame } from "../rendering/frame.js";
import { Renderer } from "../rendering/renderer.js";
import {
  type BoxSpace,
  box,
  type ResetResult,
  type StepInfo,
  type StepResult,
  type SyncEnvironment,
} from "./environment.js";
import { endOfStep } from "./horizon.js";
import { goalDisc, mazeScene, paintMaze, walkerScene } from "./maze-picture.js";
import { goalRadius } from "./maze-task.js";
import { type Cell, type Maze, type Position, positionOf, sameCell } from "./mazes.js";
import { joinState, randomStateSize, splitState } from "./state.js";

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

/** A robot in a maze. The first reset without a seed behaves like one with seed 0. */
export class MazeEnvironment implements SyncEnvironment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
  private readonly simulation: Simulation;
  private readonly renderer: Renderer;
  private readonly startCells: readonly Cell[];
  private random = new RandomStream(0, "environment");
  private steps = 0;
  private onTheWay!: MazeInfo;
  private atTheGoal!: MazeInfo;

  constructor(
    readonly name: string,
    readonly maze: Maze,
    readonly horizon: number,
    start: "fixed" | "diverse",
    private readonly robot: MazeRobot,
  ) {
    this.observationSpace = box(robot.observationSize, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.actionSpace = box(robot.actionSize, -1, 1);
    this.startCells = start === "fixed" ? [maze.start] : maze.freeCells.filter((cell) => !sameCell(cell, maze.goal));
    this.simulation = new Simulation(robot.mjcf, name);
    this.setGoal(positionOf(maze, maze.goal));
    this.renderer = new Renderer(this.simulation, { paint: paintMaze });
  }

  reset(options: { readonly seed?: number } = {}): ResetResult<Float32Array> {
    if (options.seed !== undefined) this.random = new RandomStream(options.seed, "environment");
    const cell = this.startCells[this.random.integer(this.startCells.length)]!;
    this.simulation.reset();
    this.robot.place(this.simulation, positionOf(this.maze, cell), this.random);
    this.setGoal(this.robot.drawGoal(this.random));
    this.steps = 0;
    return { observation: this.robot.observe(this.simulation), info: this.isAtGoal() ? this.atTheGoal : this.onTheWay };
  }

  /** Acts once; entries of the action beyond [-1, 1] count as the bound. */
  step(action: Float32Array): StepResult<Float32Array> {
    this.robot.drive(this.simulation, action);
    this.steps++;
    const success = this.isAtGoal();
    const { terminated, truncated } = endOfStep(success, this.steps, this.horizon);
    return {
      observation: this.robot.observe(this.simulation),
      reward: success ? 1 : 0,
      terminated,
      truncated,
      info: success ? this.atTheGoal : this.onTheWay,
    };
  }

  /** The maze, or what of it is near the robot, from above; the goal is a disc. */
  render(frame: Frame): void {
    const [x, y] = this.simulation.qpos as unknown as [number, number];
    const scene = this.robot.followed ? walkerScene(this.maze.cellSize, { x, y }) : mazeScene(this.maze, frame);
    const markers = [goalDisc(this.onTheWay.goal, this.robot.floor, goalRadius)];
    this.renderer.draw(frame, { ...scene, markers });
  }

  saveState(): Float64Array {
    const { x, y } = this.onTheWay.goal;
    return joinState([this.steps, x, y], this.random.state(), this.simulation.saveState());
  }

  restoreState(state: Float64Array): void {
    const parts = splitState(this.name, state, [3, randomStateSize, this.simulation.stateSize]);
    const [clockAndGoal, chance, physics] = parts as [Float64Array, Float64Array, Float64Array];
    this.steps = clockAndGoal[0]!;
    this.setGoal({ x: clockAndGoal[1]!, y: clockAndGoal[2]! });
    this.random.restore([...chance]);
    this.simulation.restoreState(physics);
  }

  close(): void {
    this.renderer.close();
    this.simulation.close();
  }

  /** The bytes of WebAssembly memory in use by all simulations. */
  get heapBytes(): number {
    return this.simulation.heapBytes;
  }

  /** Makes two objects per episode instead of one per step. */
  private setGoal(goal: Position): void {
    this.onTheWay = { success: false, goal };
    this.atTheGoal = { success: true, goal };
  }

  private isAtGoal(): boolean {
    const { x, y } = this.onTheWay.goal;
    const qpos = this.simulation.qpos;
    return Math.hypot(qpos[0]! - x, qpos[1]! - y) <= goalRadius;
  }
}

/**
 * One ant walking through a maze, by the recipe of D4RL's data: it heads for the centre of the next cell on the
 * shortest way to its goal, with noise on the direction and on the torques. What turns its observations into
 * torques (a walking policy) is not decided here, and neither is what is recorded.
 */

import { Simulation } from "../../physics/mujoco.js";
import { RandomStream } from "../../random.js";
import { type Maze, type Position, type Waypoint, wallGeoms, waypointsTo } from "../mazes.js";
import { antActionSize, antStateSize, driveAnt, observeAnt, placeAnt, recipeNoise, shake } from "./ant-body.js";
import { toWalkingFrame, toWorldFrame } from "./ant-frame.js";
import { antMjcf } from "./ant-model.js";

/** A walk: from where, to where, and its noise on the pose at the start, the direction and the torques. */
export interface Walk {
  readonly start: Position;
  readonly goal: Position;
  readonly random: RandomStream;
}

/** An ant in a maze; `begin` puts it at the start of a walk. Call `close` when it is no longer needed. */
export class AntWalk {
  /** The ant's state [29] as the ant mazes observe it; overwritten by `begin` and `step`. */
  readonly state = new Float32Array(antStateSize);
  /** What the last step carried out [8]: the torques of the ant mazes' actions, noise included, within [-1, 1]. */
  readonly torques = new Float32Array(antActionSize);
  private readonly simulation: Simulation;
  private random = new RandomStream(0);
  private waypoint!: (x: number, y: number) => Waypoint;
  private quarters = 0;

  constructor(
    private readonly maze: Maze,
    private readonly noise = recipeNoise,
  ) {
    this.simulation = new Simulation(antMjcf(wallGeoms(maze, 0, 2)), `the ant in ${maze.name}`);
  }

  begin({ start, goal, random }: Walk): void {
    this.random = random;
    this.simulation.reset();
    placeAnt(this.simulation, start, random);
    this.waypoint = waypointsTo(this.maze, goal);
    observeAnt(this.simulation, this.state);
  }

  /**
   * Writes what a walking policy sees now [29]: the way to the next cell's centre with U(0, 1) metres of noise on x and
   * y, the way to the goal itself without.
   */
  look(observation: Float32Array): void {
    const [x, y] = [this.state[0]!, this.state[1]!];
    const next = this.waypoint(x, y);
    const dx = next.x - x + (next.isGoal ? 0 : this.random.uniform());
    const dy = next.y - y + (next.isGoal ? 0 : this.random.uniform());
    this.quarters = toWalkingFrame(this.state, Math.atan2(dy, dx), observation);
  }

  /** Carries out the action [8] that answers the last look, with noise, for 0.1 s. */
  step(action: Float32Array): void {
    toWorldFrame(action, this.quarters, this.torques);
    shake(this.torques, this.noise, this.random);
    driveAnt(this.simulation, this.torques);
    observeAnt(this.simulation, this.state);
  }

  close(): void {
    this.simulation.close();
  }
}

/**
 * What the Adroit environment leaves to a task: what is drawn at a reset, what the policy sees, what counts as success
 * and what it is worth. The formulas are D4RL's (hand_manipulation_suite); as there, places of bodies and sites are read
 * as the last physics step left them, which is one time step older than the joints.
 */

import type { Simulation } from "../../physics/mujoco.js";
import type { RandomStream } from "../../random.js";

/** A task bound to its simulation; the rows of bodies and sites were looked up once. */
export interface AdroitTask {
  readonly observationSize: number;
  /** Draws what differs between episodes and writes it into the model; the simulation was just reset. */
  draw(random: RandomStream): void;
  /** The parts of the model that `draw` writes, as live views. */
  drawn(): Float64Array[];
  /** A fresh array of what the policy sees. */
  observe(): Float32Array;
  isAchieved(): boolean;
  /** Whether the dense form of the task is over without success, as when the pen is dropped. */
  isLost(): boolean;
  /** D4RL's dense reward of the state. */
  denseReward(): number;
}

/** Makes a task for a simulation of its model. */
export type AdroitTaskFactory = (simulation: Simulation) => AdroitTask;

/** The distance between row `a` of the places `from` and row `b` of the places `to`, [.., 3] each. */
export function distance(from: Float64Array, a: number, to: Float64Array, b: number): number {
  return Math.hypot(from[3 * a]! - to[3 * b]!, from[3 * a + 1]! - to[3 * b + 1]!, from[3 * a + 2]! - to[3 * b + 2]!);
}

/** Writes row `a` of `places`, less row `b` of `minus` where given, to `target` from `at` on. */
export function writePlace(
  target: Float32Array,
  at: number,
  places: Float64Array,
  a: number,
  minus?: Float64Array,
  b = 0,
): void {
  for (let k = 0; k < 3; k++) target[at + k] = places[3 * a + k]! - (minus ? minus[3 * b + k]! : 0);
}

/** A number drawn evenly between two bounds. */
export function between(random: RandomStream, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/**
 * What every ant does, whatever its task: how D4RL places, drives and observes it. The tasks (the mazes, walking
 * towards targets) define only what differs.
 */

import type { Simulation } from "../../physics/mujoco.js";
import type { RandomStream } from "../../random.js";
import type { Position } from "../mazes.js";

/** Entries of an ant's state as the mazes observe it: qpos [15], then qvel [14]. */
export const antStateSize = 29;

/** Motors of an ant: hip and ankle of legs 4, 1, 2, 3. */
export const antActionSize = 8;

/** Physics steps of 0.02 s that an action lasts. */
const frameSkip = 5;

/** Seconds that an action lasts. */
export const antSecondsPerStep = 0.1;

/** The torque of an action of 1, in Nm. */
const torque = 30;

/** The pose of a new episode near `position`, in a simulation that was just reset: U(-0.1, 0.1) on all of qpos, 0.1 N(0, 1) as qvel. */
export function placeAnt({ qpos, qvel }: Simulation, { x, y }: Position, random: RandomStream): void {
  qpos[0]! += x;
  qpos[1]! += y;
  for (let i = 0; i < qpos.length; i++) qpos[i]! += 0.2 * random.uniform() - 0.1;
  for (let i = 0; i < qvel.length; i++) qvel[i] = 0.1 * random.normal();
}

/** The standard deviation of the noise that D4RL's recipe puts on each torque. */
export const recipeNoise = 0.2;

/** The recipe's shaky hand: normal noise on every torque, clipped to [-1, 1]; changes the array. */
export function shake(torques: Float32Array, noise: number, random: RandomStream): void {
  for (let i = 0; i < torques.length; i++)
    torques[i] = Math.min(Math.max(torques[i]! + noise * random.normal(), -1), 1);
}

/** Holds the torques of an action [8] in [-1, 1] for 0.1 s. */
export function driveAnt(simulation: Simulation, action: Float32Array): void {
  const ctrl = simulation.ctrl;
  for (let i = 0; i < ctrl.length; i++) ctrl[i] = torque * action[i]!;
  simulation.step(frameSkip);
}

/**
 * The ant's state, in a fresh array or in one that is given [29]: torso x, y, z in metres, quaternion w, x, y, z, hip and
 * ankle angles leg by leg in rad, qvel [14].
 */
export function observeAnt({ qpos, qvel }: Simulation, observation = new Float32Array(antStateSize)): Float32Array {
  observation.set(qpos);
  observation.set(qvel, 15);
  return observation;
}

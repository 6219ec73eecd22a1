/**
 * The hand of the kitchen's arm under control: where it is, and the action that moves it towards a place and a turn, by the
 * arm's Jacobian and damped least squares. Scripts may look at the true state; noise reaches them through the action alone,
 * whose servo targets start from what was observed.
 */
import { turnBetween } from "../../kinematics/damped-least-squares.js";
import { InverseKinematics, quaternionOf } from "../../kinematics/inverse-kinematics.js";
import type { Simulation } from "../../physics/mujoco.js";
import { armJointCount } from "./elements.js";
import { controlSeconds, fullSpeed, initialJoints } from "./kitchen.js";
import { armStiffness, wristStiffness } from "./panda.js";

export type Place = readonly [number, number, number];

/** What the hand shall do in a step. */
export interface HandTarget {
  /** Where the site between the fingertips shall be, metres. */
  readonly place: Place;
  /** How it shall be turned: quaternion w, x, y, z. */
  readonly turn: readonly number[];
  /** The largest speed along each axis, m/s. */
  readonly speed: number;
  readonly closed: boolean;
}

/** The joints of the arm without its fingers. */
const joints = 7;
/** Shares of the remaining way and turn that a second takes off, and of the way of joints. */
const [placeGain, turnGain, jointGain] = [8, 3, 6];
/** rad/s */
const largestTurnSpeed = 2;
/** Of the fingers: so much that they press with all that the next target allows. */
const fingerGain = 25;
const damping = 0.1;
const fingerOpen = 0.04;

export class ArmControl {
  private readonly kinematics: InverseKinematics;
  private readonly site: number;
  private readonly velocity = new Float64Array(6);
  private readonly speeds = new Float64Array(joints);
  /** Where and how the hand is when an episode begins. */
  readonly home: { readonly position: readonly number[]; readonly turn: readonly number[] };

  constructor(readonly physics: Simulation) {
    const names = Array.from({ length: joints }, (_, i) => `panda0_joint${i + 1}`);
    this.kinematics = new InverseKinematics(physics, { site: "end_effector", joints: names });
    this.site = physics.site("end_effector");
    this.home = this.kinematics.poseAt(initialJoints.slice(0, joints));
  }

  /** Where the hand is, metres. */
  get hand(): Place {
    return placeIn(this.physics.sitePositions, this.site);
  }

  /** How it is turned: quaternion w, x, y, z. */
  get turn(): number[] {
    return quaternionOf(this.physics.siteTurns.subarray(9 * this.site, 9 * this.site + 9));
  }

  /** How far apart the fingers are, metres. */
  get width(): number {
    return this.physics.qpos[joints]! + this.physics.qpos[joints + 1]!;
  }

  /** How far the arm's joints are from where an episode begins: the Euclidean distance, rad. */
  get fromHome(): number {
    return Math.hypot(...Array.from({ length: joints }, (_, i) => initialJoints[i]! - this.physics.qpos[i]!));
  }

  /** The action towards a target. */
  towards({ place, turn, speed, closed }: HandTarget): Float32Array {
    const { velocity, speeds } = this;
    const { hand } = this;
    for (let axis = 0; axis < 3; axis++) velocity[axis] = limited(placeGain * (place[axis]! - hand[axis]!), speed);
    turnBetween(this.turn, turn, velocity, 3);
    for (let axis = 3; axis < 6; axis++) velocity[axis] = limited(turnGain * velocity[axis]!, largestTurnSpeed);
    this.kinematics.speedsFor(velocity, this.physics.qpos.subarray(0, joints), damping, speeds);
    const fastest = speeds.reduce((most, value) => Math.max(most, Math.abs(value)), fullSpeed);
    for (let i = 0; i < joints; i++) speeds[i] = (speeds[i]! * fullSpeed) / fastest; // all alike, so that the way stays straight
    return this.action(closed);
  }

  /** The action that brings the joints back to where an episode begins, the fingers open. */
  homewards(): Float32Array {
    for (let i = 0; i < joints; i++)
      this.speeds[i] = limited(jointGain * (initialJoints[i]! - this.physics.qpos[i]!), fullSpeed);
    return this.action(false);
  }

  close(): void {
    this.kinematics.close();
  }

  /** The speeds of the joints as an action, with what holds the arm's weight. */
  private action(closed: boolean): Float32Array {
    const { qpos, biasForces } = this.physics;
    const action = new Float32Array(armJointCount);
    for (let i = 0; i < joints; i++) {
      const weight = biasForces[i]! / ((i < 4 ? armStiffness : wristStiffness) * controlSeconds);
      action[i] = limited((this.speeds[i]! + weight) / fullSpeed, 1);
    }
    for (let finger = joints; finger < armJointCount; finger++)
      action[finger] = limited((fingerGain * ((closed ? 0 : fingerOpen) - qpos[finger]!)) / fullSpeed, 1);
    return action;
  }
}

/** Row `index` of places [.., 3]. */
export function placeIn(places: Float64Array, index: number): Place {
  return [places[3 * index]!, places[3 * index + 1]!, places[3 * index + 2]!];
}

function limited(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most);
}

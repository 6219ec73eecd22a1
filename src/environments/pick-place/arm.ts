/**
 * How the arm carries out an action: the hand is told a place and a turn near those that it has, inverse kinematics finds
 * the joints for it, and their motors follow a ramp to there. COG's conventions (Singh et al. 2020): six numbers move and turn
 * the hand, one opens or closes it, one sends it back to its neutral pose.
 */
import { InverseKinematics, quaternionOf } from "../../kinematics/inverse-kinematics.js";
import { product, turnAbout } from "../../kinematics/quaternions.js";
import type { Simulation } from "../../physics/mujoco.js";
import { armChain, fingerOpen, neutralAngles, workspace } from "./pick-place-model.js";

/** Entries of an action: x, y, z, roll, pitch, yaw, gripper, neutral. */
export const actionSize = 8;
/** Metres that the hand moves for an entry of 1. (COG commands 0.2; its hand does not get so far within a step.) */
export const reach = 0.1;
/** Radians that the hand turns for an entry of 1: 20 degrees, and how far it turns from pointing down. */
const turn = Math.PI / 9;
const largestTurn = 0.5;
/** Beyond this, the entries for gripper and neutral pose count. */
const threshold = 0.5;

/** Physics steps of an action (0.1 s), those of them in which joints are on their way, and those that closing takes more. */
const frameSkip = 20;
const ramp = 14;
const gripperSteps = 20;
/** A return to the neutral pose takes so many times as long. */
const neutralLength = 3;

/** The numbers of the arm that are not in the physics: roll, pitch, yaw, whether the hand is open. */
export const armStateSize = 4;

export class Arm {
  /** Roll, pitch and yaw from pointing straight down, radians. */
  private readonly turns = new Float64Array(3);
  private readonly kinematics: InverseKinematics;
  private readonly angles = new Float64Array(neutralAngles.length);
  private readonly before = new Float64Array(neutralAngles.length);
  private readonly site: number;
  private readonly down: readonly number[];
  private readonly neutralPlace: readonly number[];
  open = true;

  constructor(private readonly simulation: Simulation) {
    this.kinematics = new InverseKinematics(simulation, armChain);
    this.site = simulation.site(armChain.site);
    const neutral = this.kinematics.poseAt(neutralAngles);
    this.down = neutral.turn;
    this.neutralPlace = neutral.position;
  }

  /** Where the hand is, between the fingertips: [3], metres. */
  get hand(): readonly [number, number, number] {
    const places = this.simulation.sitePositions;
    return [places[3 * this.site]!, places[3 * this.site + 1]!, places[3 * this.site + 2]!];
  }

  /** The hand's orientation: quaternion w, x, y, z. */
  get orientation(): readonly number[] {
    return quaternionOf(this.simulation.siteTurns.subarray(9 * this.site, 9 * this.site + 9));
  }

  /** The hand's place in the neutral pose. */
  get neutral(): readonly number[] {
    return this.neutralPlace;
  }

  /** How far each finger stands from the middle, metres. */
  get fingers(): readonly [number, number] {
    const { qpos } = this.simulation;
    return [qpos[qpos.length - 2]!, qpos[qpos.length - 1]!];
  }

  /** Puts an open hand into its neutral pose, at rest, in a simulation that was just reset. */
  place(): void {
    const { qpos, ctrl } = this.simulation;
    this.open = true;
    this.turns.fill(0);
    neutralAngles.forEach((angle, joint) => {
      qpos[qpos.length - 8 + joint] = angle;
      ctrl[joint] = angle;
    });
    for (let finger = 0; finger < 2; finger++) {
      qpos[qpos.length - 2 + finger] = fingerOpen;
      ctrl[neutralAngles.length + finger] = fingerOpen;
    }
    this.simulation.forward();
  }

  /** Carries out one action [8] and leaves everything that follows from the new state up to date. */
  act(action: ArrayLike<number>): void {
    const { ctrl } = this.simulation;
    this.before.set(ctrl.subarray(0, this.before.length));
    const neutral = action[7]! > threshold;
    if (neutral) this.angles.set(neutralAngles);
    else this.aim(action);
    if (neutral) this.turns.fill(0);
    const changes = this.grip(action[6]!);
    const length = neutral ? neutralLength : 1;
    this.drive(ramp * length, frameSkip * length + (changes ? gripperSteps : 0));
    this.simulation.forward();
  }

  /** What `restore` takes. */
  state(): number[] {
    return [...this.turns, this.open ? 1 : 0];
  }

  restore(numbers: Float64Array): void {
    this.turns.set(numbers.subarray(0, 3));
    this.open = numbers[3] === 1;
  }

  close(): void {
    this.kinematics.close();
  }

  /** Finds the joints for the place and turn that an action asks for, from those that the motors hold. */
  private aim(action: ArrayLike<number>): void {
    const { low, high } = workspace;
    const place = this.hand.map((at, axis) => Math.min(Math.max(at + reach * action[axis]!, low[axis]!), high[axis]!));
    for (let axis = 0; axis < 3; axis++) {
      const turned = this.turns[axis]! + turn * action[3 + axis]!;
      this.turns[axis] = Math.min(Math.max(turned, -largestTurn), largestTurn);
    }
    this.angles.set(this.before);
    this.kinematics.solve(place, turned(this.turns, this.down), this.angles, { steps: 12, tolerance: 1e-3 });
  }

  /** Opens or closes; whether that changes anything. */
  private grip(entry: number): boolean {
    const open = entry > threshold || (this.open && entry >= -threshold);
    const changes = open !== this.open;
    this.open = open;
    const { ctrl } = this.simulation;
    for (let finger = 0; finger < 2; finger++) ctrl[neutralAngles.length + finger] = open ? fingerOpen : 0;
    return changes;
  }

  /** Lets the joints' motors follow a straight ramp, and then hold. */
  private drive(moving: number, steps: number): void {
    for (let step = 1; step <= steps; step++) {
      const share = Math.min(1, step / moving);
      const { ctrl } = this.simulation;
      for (let joint = 0; joint < this.angles.length; joint++)
        ctrl[joint] = this.before[joint]! + share * (this.angles[joint]! - this.before[joint]!);
      this.simulation.step();
    }
  }
}

/** The quaternion of a turn by roll about x, then pitch about y, then yaw about z of the world, after `first`. */
function turned(turns: ArrayLike<number>, first: readonly number[]): number[] {
  return [0, 1, 2].reduce<readonly number[]>(
    (so, axis) => product(turnAbout(axis, turns[axis]!), so),
    first,
  ) as number[];
}

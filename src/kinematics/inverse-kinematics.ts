/**
 * Inverse kinematics of an arm in a simulation: joint angles at which a site of its hand stands where it shall, turned as
 * it shall be. Steps of damped least squares are taken on a copy of the pose, so that the simulation itself does not move.
 */
import type { DoubleBuffer, MjData } from "@mujoco/mujoco";
import { RunFailure, UsageError } from "../errors.js";
import type { Simulation } from "../physics/mujoco.js";
import { dampedStep, dampedWork, turnBetween } from "./damped-least-squares.js";

/** The chain of joints that is moved. */
export interface Chain {
  /** The site of the hand. */
  readonly site: string;
  /** Hinges, from the base to the hand. */
  readonly joints: readonly string[];
}

/** How an answer is searched. */
export interface Search {
  /** See `dampedStep`. Default 0.05. */
  readonly damping?: number;
  /** Steps at most. Default 30. */
  readonly steps?: number;
  /** A pose counts as reached at this distance, in metres and, alike, in radians. Default 1e-4. */
  readonly tolerance?: number;
}

/** No joint turns further than this in one step, in radians: beyond, the linear model says little. */
const LARGEST_TURN = 0.2;

/** A joint counts as at its limit when it is nearer than this, in radians. */
const AT_LIMIT = 0.01;

/** Where joints are left out, a radian counts as so many metres: the hand rather turns than fails to arrive. */
const TURN_SHARE = 0.3;

/** The kinematics of one chain; its memory is made once. Call `close` before the simulation's. */
export class InverseKinematics {
  private readonly pose: MjData;
  private readonly moved: DoubleBuffer;
  private readonly turned: DoubleBuffer;
  private readonly site: number;
  private readonly places: readonly number[];
  private readonly speeds: readonly number[];
  private readonly low: Float64Array;
  private readonly high: Float64Array;
  private readonly jacobian: Float64Array;
  private readonly error = new Float64Array(6);
  private readonly work = dampedWork();
  private readonly step: Float64Array;
  private readonly velocities: number;

  /** @throws UsageError if the model has no joint or site of such a name */
  constructor(
    private readonly simulation: Simulation,
    chain: Chain,
  ) {
    this.site = simulation.site(chain.site);
    const { joints } = chain;
    const found = simulation.inspect((model, api) => {
      const numbers = joints.map((name) => {
        const joint = api.mj_name2id(model, api.mjtObj.mjOBJ_JOINT.value, name);
        if (joint < 0) throw new UsageError(`The model has no joint "${name}"; correct the name.`);
        return joint;
      });
      const made = {
        pose: new api.MjData(model),
        moved: new api.DoubleBuffer(3 * model.nv),
        turned: new api.DoubleBuffer(3 * model.nv),
      };
      const range = model.jnt_range as Float64Array; // read after the memory has grown, which leaves views dead
      return {
        ...made,
        places: numbers.map((joint) => (model.jnt_qposadr as Int32Array)[joint]!),
        speeds: numbers.map((joint) => (model.jnt_dofadr as Int32Array)[joint]!),
        low: Float64Array.from(numbers, (joint) => range[2 * joint]!),
        high: Float64Array.from(numbers, (joint) => range[2 * joint + 1]!),
        velocities: model.nv,
      };
    });
    ({ pose: this.pose, moved: this.moved, turned: this.turned, places: this.places, speeds: this.speeds } = found);
    ({ low: this.low, high: this.high, velocities: this.velocities } = found);
    this.jacobian = new Float64Array(6 * joints.length);
    this.step = new Float64Array(joints.length);
  }

  /**
   * Angles at which the site stands at `position` [3, metres], turned by `turn` (quaternion w, x, y, z), or as near as the
   * steps lead; joints stay within their ranges.
   * @param angles where the search begins, radians [joints]; overwritten by what was found
   * @returns what is missing: the larger of metres and radians
   */
  solve(
    position: ArrayLike<number>,
    turn: ArrayLike<number>,
    angles: Float64Array,
    { damping = 0.05, steps = 30, tolerance = 1e-4 }: Search = {},
  ): number {
    this.simulation.copyPose(this.pose);
    for (let step = 0; ; step++) {
      const missing = this.miss(position, turn, angles);
      if (!Number.isFinite(missing)) throw new RunFailure("Inverse kinematics met numbers that are not finite.");
      if (missing < tolerance || step === steps) return missing;
      this.readJacobian();
      dampedStep(this.jacobian, this.error, damping, this.step, this.work);
      const largest = this.step.reduce((most, turn) => Math.max(most, Math.abs(turn)), 0);
      const scale = largest > LARGEST_TURN ? LARGEST_TURN / largest : 1;
      for (let j = 0; j < angles.length; j++)
        angles[j] = Math.min(Math.max(angles[j]! + scale * this.step[j]!, this.low[j]!), this.high[j]!);
    }
  }

  /** The Jacobian of the site at these angles, [6, joints] row by row: metres and radians a radian; a view that changes. */
  jacobianAt(angles: ArrayLike<number>): Float64Array {
    this.place(angles);
    this.readJacobian();
    return this.jacobian;
  }

  /**
   * Joint speeds that move the site with a velocity [6] (m/s and rad/s along and about the world's axes), by damped least
   * squares. A joint that is at a limit, and would go on, is left out, and the others make up for it.
   * @param target overwritten: rad/s [joints]
   */
  speedsFor(velocity: ArrayLike<number>, angles: ArrayLike<number>, damping: number, target: Float64Array): void {
    this.jacobianAt(angles);
    this.error.set(velocity);
    const joints = target.length;
    for (let tried = 0; tried <= joints; tried++) {
      dampedStep(this.jacobian, this.error, damping, target, this.work);
      const beyond = target.findIndex(
        (speed, j) =>
          (speed > 0 && angles[j]! > this.high[j]! - AT_LIMIT) || (speed < 0 && angles[j]! < this.low[j]! + AT_LIMIT),
      );
      if (beyond < 0) return;
      for (let row = 0; row < 6; row++) this.jacobian[row * joints + beyond] = 0;
      if (tried > 0) continue;
      for (let entry = 3 * joints; entry < 6 * joints; entry++) this.jacobian[entry]! *= TURN_SHARE;
      for (let row = 3; row < 6; row++) this.error[row]! *= TURN_SHARE;
    }
  }

  /** Where the site stands at these angles: position [3] and quaternion w, x, y, z [4]. */
  poseAt(angles: ArrayLike<number>): { readonly position: number[]; readonly turn: number[] } {
    this.place(angles);
    return { position: this.sitePlace(), turn: this.siteTurn() };
  }

  close(): void {
    for (const buffer of [this.pose, this.moved, this.turned]) buffer.delete();
  }

  /** Writes the error of a pose and tells its size. */
  private miss(position: ArrayLike<number>, turn: ArrayLike<number>, angles: Float64Array): number {
    this.place(angles);
    const place = this.sitePlace();
    for (let axis = 0; axis < 3; axis++) this.error[axis] = position[axis]! - place[axis]!;
    turnBetween(this.siteTurn(), turn, this.error, 3);
    const [x, y, z, a, b, c] = this.error as unknown as [number, number, number, number, number, number];
    return Math.max(Math.hypot(x, y, z), Math.hypot(a, b, c));
  }

  private place(angles: ArrayLike<number>): void {
    const { qpos } = this.pose as { qpos: Float64Array };
    this.places.forEach((place, j) => {
      qpos[place] = angles[j]!;
    });
    this.simulation.inspect((model, api) => {
      api.mj_kinematics(model, this.pose);
      api.mj_comPos(model, this.pose); // the Jacobian is told about centres of mass
    });
  }

  private sitePlace(): number[] {
    const places = this.pose.site_xpos as Float64Array;
    return [places[3 * this.site]!, places[3 * this.site + 1]!, places[3 * this.site + 2]!];
  }

  private siteTurn(): number[] {
    return quaternionOf((this.pose.site_xmat as Float64Array).subarray(9 * this.site, 9 * this.site + 9));
  }

  private readJacobian(): void {
    const { moved, turned, velocities } = this;
    this.simulation.inspect((model, api) => api.mj_jacSite(model, this.pose, moved, turned, this.site));
    const [translation, rotation] = [moved.GetView() as Float64Array, turned.GetView() as Float64Array];
    const joints = this.speeds.length;
    this.speeds.forEach((speed, j) => {
      for (let axis = 0; axis < 3; axis++) {
        this.jacobian[axis * joints + j] = translation[axis * velocities + speed]!;
        this.jacobian[(axis + 3) * joints + j] = rotation[axis * velocities + speed]!;
      }
    });
  }
}

/** The quaternion w, x, y, z of a rotation matrix, row by row, with w >= 0 (Shepperd 1978). */
export function quaternionOf(m: ArrayLike<number>): number[] {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = Array.from(m) as [
    ...[number, number, number],
    ...[number, number, number],
    ...[number, number, number],
  ];
  const trace = xx + yy + zz;
  const largest = Math.max(trace, xx, yy, zz);
  let q: number[];
  if (largest === trace) q = [1 + trace, zy - yz, xz - zx, yx - xy];
  else if (largest === xx) q = [zy - yz, 1 + xx - yy - zz, xy + yx, xz + zx];
  else if (largest === yy) q = [xz - zx, xy + yx, 1 + yy - xx - zz, yz + zy];
  else q = [yx - xy, xz + zx, yz + zy, 1 + zz - xx - yy];
  const length = Math.hypot(...q) * (q[0]! < 0 ? -1 : 1);
  return q.map((entry) => entry / length);
}

/**
 * MuJoCo behind one small class: a compiled model, its state as typed arrays, and a step. The WebAssembly module is
 * loaded once, while this file is imported (about 0.1 s), so that everything after it is synchronous; it runs in Node
 * and in browsers alike. What a task means (reward, goal, end) is not its concern.
 */

import type { MjData, MjModel } from "@mujoco/mujoco";
import loadMujoco from "#mujoco";
import { RunFailure, UsageError } from "../errors.js";

const mujoco = await loadMujoco();

/** What MuJoCo calls the full integration state. */
const wholeState = mujoco.mjtState.mjSTATE_INTEGRATION.value;

/** The arrays of model and data that tasks read and write. */
interface Views {
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
  readonly ctrl: Float64Array;
  readonly biasForces: Float64Array;
  readonly bodyPositions: Float64Array;
  readonly sitePositions: Float64Array;
  readonly siteTurns: Float64Array;
  readonly bodyPlaces: Float64Array;
  readonly bodyTurns: Float64Array;
  readonly sitePlaces: Float64Array;
}

/**
 * One model and one state. The arrays `qpos`, `qvel`, `ctrl` and those of bodies and sites are views of MuJoCo's own
 * memory: write into them to set the state, and fetch them from here each time, because a view dies when the
 * WebAssembly memory grows. Only these views are read while stepping: reading elements of embind vectors there leaks
 * (mujoco issue 3068).
 */
export class Simulation {
  private readonly model: MjModel;
  private readonly data: MjData;
  private bound: Views;
  private closed = false;

  /**
   * @param mjcf the model as MJCF text; @throws UsageError with MuJoCo's reason when it does not compile.
   * @param name what messages call it.
   */
  constructor(
    mjcf: string,
    private readonly name: string,
  ) {
    this.model = compile(mjcf, name);
    this.data = new mujoco.MjData(this.model);
    this.bound = viewsOf(this.model, this.data);
  }

  /** Generalised positions, [nq]. */
  get qpos(): Float64Array {
    return this.views.qpos;
  }

  /** Generalised velocities, [nv]. */
  get qvel(): Float64Array {
    return this.views.qvel;
  }

  /** Controls of the actuators, [nu]; MuJoCo clamps them to their control range. */
  get ctrl(): Float64Array {
    return this.views.ctrl;
  }

  /** Forces on the joints from gravity and from motion, [nv]: what a motor has to make up for; as old as `bodyPositions`. */
  get biasForces(): Float64Array {
    return this.views.biasForces;
  }

  /**
   * Where the bodies are in the world, [nbody, 3] row by row. A step computes it before it moves the joints, so that
   * after a step it is one time step older than `qpos`; `forward` brings it up to date.
   */
  get bodyPositions(): Float64Array {
    return this.views.bodyPositions;
  }

  /** Where the sites are in the world, [nsite, 3]; as old as `bodyPositions`. */
  get sitePositions(): Float64Array {
    return this.views.sitePositions;
  }

  /** How the sites are turned in the world, a matrix each, row by row, [nsite, 9]; as old as `bodyPositions`. */
  get siteTurns(): Float64Array {
    return this.views.siteTurns;
  }

  /** The model's places of bodies in their parents, [nbody, 3]. Like the next two, a reset leaves it as it is. */
  get bodyPlaces(): Float64Array {
    return this.views.bodyPlaces;
  }

  /** The model's orientations of bodies in their parents, quaternions w, x, y, z, [nbody, 4]. */
  get bodyTurns(): Float64Array {
    return this.views.bodyTurns;
  }

  /** The model's places of sites in their bodies, [nsite, 3]. */
  get sitePlaces(): Float64Array {
    return this.views.sitePlaces;
  }

  /** The bytes of WebAssembly memory that all simulations of the process share; it grows and never shrinks. */
  get heapBytes(): number {
    return this.qpos.buffer.byteLength;
  }

  /** Back to the model's initial state, solver warm start and clock included: what follows depends on nothing before. */
  reset(): void {
    mujoco.mj_resetData(this.model, this.data);
  }

  /** Computes everything that follows from the state and the model's arrays, without moving. */
  forward(): void {
    mujoco.mj_forward(this.model, this.data);
  }

  /** The row of a body in the arrays above. @throws UsageError when the model has none of that name. */
  body(name: string): number {
    return this.indexOf(name, "body", mujoco.mjtObj.mjOBJ_BODY.value);
  }

  /** The row of a site in the arrays above. @throws UsageError when the model has none of that name. */
  site(name: string): number {
    return this.indexOf(name, "site", mujoco.mjtObj.mjOBJ_SITE.value);
  }

  /**
   * Advances `count` time steps under the controls that are set.
   * @throws RunFailure when the state diverged; MuJoCo then silently starts anew, which only its clock betrays.
   */
  step(count = 1): void {
    const before = this.data.time;
    for (let i = 0; i < count; i++) mujoco.mj_step(this.model, this.data);
    if (this.data.time <= before)
      throw new RunFailure(
        `The physics of ${this.name} became unstable at ${before.toFixed(2)} s of simulated time: its state left the finite numbers; reset it, and look at the controls that led there.`,
      );
  }

  /** Lets `look` read the compiled model, which must not be kept, nor anything of it that has a `delete`. */
  inspect<Result>(look: (model: MjModel, api: typeof mujoco) => Result): Result {
    return look(this.model, mujoco);
  }

  /** Brings another state of this model into the present pose, joints and mocap bodies, and places its bodies by it. */
  copyPose(target: MjData): void {
    (target.qpos as Float64Array).set(this.qpos);
    (target.mocap_pos as Float64Array).set(this.data.mocap_pos as Float64Array);
    (target.mocap_quat as Float64Array).set(this.data.mocap_quat as Float64Array);
    mujoco.mj_kinematics(this.model, target);
  }

  /**
   * Everything that the further motion follows from: positions, velocities, controls, clock and the solver's warm start.
   * Not in it are the model's arrays (`bodyPlaces` and the like).
   */
  saveState(): Float64Array {
    // A typed array of JavaScript's own would be taken for a view of MuJoCo's memory, whose beginning it would overwrite.
    const buffer = new mujoco.DoubleBuffer(this.stateSize);
    mujoco.mj_getState(this.model, this.data, buffer, wholeState);
    const state = Float64Array.from(buffer.GetView() as Float64Array);
    buffer.delete();
    return state;
  }

  /** Continues from what `saveState` returned, to the bit. What follows from the state is computed by the next step. */
  restoreState(state: Float64Array): void {
    mujoco.mj_setState(this.model, this.data, Array.from(state), wholeState);
  }

  /** The length of what `saveState` returns. */
  get stateSize(): number {
    return mujoco.mj_stateSize(this.model, wholeState);
  }

  /** Frees model and state; a second call does nothing. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.data.delete();
    this.model.delete();
  }

  private get views(): Views {
    if (this.bound.qpos.length === 0) this.bound = viewsOf(this.model, this.data);
    return this.bound;
  }

  private indexOf(name: string, kind: string, type: number): number {
    const index = mujoco.mj_name2id(this.model, type, name);
    if (index < 0) throw new UsageError(`The MuJoCo model of ${this.name} has no ${kind} "${name}"; correct the name.`);
    return index;
  }
}

function viewsOf(model: MjModel, data: MjData): Views {
  return {
    qpos: data.qpos as Float64Array,
    qvel: data.qvel as Float64Array,
    ctrl: data.ctrl as Float64Array,
    biasForces: data.qfrc_bias as Float64Array,
    bodyPositions: data.xpos as Float64Array,
    sitePositions: data.site_xpos as Float64Array,
    siteTurns: data.site_xmat as Float64Array,
    bodyPlaces: model.body_pos as Float64Array,
    bodyTurns: model.body_quat as Float64Array,
    sitePlaces: model.site_pos as Float64Array,
  };
}

function compile(mjcf: string, name: string): MjModel {
  try {
    return mujoco.MjModel.from_xml_string(mjcf);
  } catch (error) {
    const reason = (error as Error).message.trim().replace(/\s*\n\s*/g, ", ");
    throw new UsageError(`The MuJoCo model of ${name} does not compile (${reason}); correct its MJCF text.`);
  }
}

/**
 * MuJoCo behind one small class: a compiled model, its state as typed arrays, and a step. The WebAssembly module is
 * loaded once, while this file is imported (about 0.1 s), so that everything after it is synchronous; it runs in Node
 * and in browsers alike. What a task means (reward, goal, end) is none of its business.
 */
import loadMujoco, { type MjData, type MjModel } from "@mujoco/mujoco";
import { RunFailure, UsageError } from "../errors.js";

const mujoco = await loadMujoco();

/**
 * One model and one state. The arrays `qpos`, `qvel` and `ctrl` are views of MuJoCo's own memory: write into them to
 * set the state, and fetch them from here each time, because a view dies when the WebAssembly memory grows. Only these
 * views are read while stepping: reading elements of embind vectors there leaks (mujoco issue 3068).
 */
export class Simulation {
  private readonly model: MjModel;
  private readonly data: MjData;
  private positions!: Float64Array;
  private velocities!: Float64Array;
  private controls!: Float64Array;
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
    this.bindViews();
  }

  /** Generalised positions, [nq]. */
  get qpos(): Float64Array {
    if (this.positions.length === 0) this.bindViews();
    return this.positions;
  }

  /** Generalised velocities, [nv]. */
  get qvel(): Float64Array {
    if (this.velocities.length === 0) this.bindViews();
    return this.velocities;
  }

  /** Controls of the actuators, [nu]; MuJoCo clamps them to their control range. */
  get ctrl(): Float64Array {
    if (this.controls.length === 0) this.bindViews();
    return this.controls;
  }

  /** The bytes of WebAssembly memory that all simulations of the process share; it grows and never shrinks. */
  get heapBytes(): number {
    return this.qpos.buffer.byteLength;
  }

  /** Back to the model's initial state, solver warm start and clock included: what follows depends on nothing before. */
  reset(): void {
    mujoco.mj_resetData(this.model, this.data);
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

  /** Frees model and state; a second call does nothing. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.data.delete();
    this.model.delete();
  }

  private bindViews(): void {
    this.positions = this.data.qpos as Float64Array;
    this.velocities = this.data.qvel as Float64Array;
    this.controls = this.data.ctrl as Float64Array;
  }
}

function compile(mjcf: string, name: string): MjModel {
  try {
    return mujoco.MjModel.from_xml_string(mjcf);
  } catch (error) {
    const reason = (error as Error).message.trim().replace(/\s*\n\s*/g, ", ");
    throw new UsageError(`The MuJoCo model of ${name} does not compile (${reason}); correct its MJCF text.`);
  }
}

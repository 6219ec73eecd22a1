/**
 * `ant-direction`: the ant of the mazes on an open plane, where it learns to walk. It heads for one target after
 * another, sees where to go as the waypoint recipe of D4RL's data shows it (jitter and torque noise included) and is
 * rewarded for its speed. The resulting policy walks through the mazes and records their data.
 */
import { z } from "zod";
import { Simulation } from "../../physics/mujoco.js";
import { RandomStream } from "../../random.js";
import type { Frame } from "../../rendering/frame.js";
import { Renderer } from "../../rendering/renderer.js";
import { type BoxSpace, box, type ResetResult, type StepResult, type SyncEnvironment } from "../environment.js";
import { endOfStep } from "../horizon.js";
import { goalDisc, paintMaze, walkerScene } from "../maze-picture.js";
import { type EnvironmentOptions, readOptions } from "../options.js";
import { joinState, randomStateSize, splitState } from "../state.js";
import {
  antActionSize,
  antSecondsPerStep,
  antStateSize,
  driveAnt,
  observeAnt,
  placeAnt,
  recipeNoise,
  shake,
} from "./ant-body.js";
import { toWalkingFrame, toWorldFrame, uprightness, walkingObservationSize } from "./ant-frame.js";
import { antMjcf } from "./ant-model.js";

export const antDirectionOptions = z.strictObject({
  horizon: z.int().positive().default(300).describe("the largest number of steps of an episode"),
  noise: z
    .number()
    .min(0)
    .default(recipeNoise)
    .describe("standard deviation of the normal noise on each torque, as in the recipe of the data"),
});
export type AntDirectionOptions = z.input<typeof antDirectionOptions>;

/** Aims lie this far away, in metres: as far as the centre of the next cell, seen from within a cell. */
const [nearestAim, farthestAim] = [2, 6] as const;

/** Metres from an aim at which the next one is drawn. */
const arrival = 1;

/** Metres of plane in half a picture, about. */
const walkingView = 4;

/** Steps after which an aim that was not reached gives way to the next. */
const patience = 100;

/**
 * The open plane, not yet guarded. Observation [29]: see `toWalkingFrame`; action [8] in [-1, 1] in the same frame.
 * Reward: metres per second towards the aim. Falling on its back ends the episode (terminated), which in the mazes it
 * does not: here it is what makes falling expensive. `success` says that an aim was reached in this step.
 * @throws UsageError when an option is unknown or out of its range.
 */
export function makeAntDirection(options: EnvironmentOptions = {}): SyncEnvironment {
  return new AntDirection(readOptions("ant-direction", antDirectionOptions, options));
}

class AntDirection implements SyncEnvironment {
  readonly name = "ant-direction";
  readonly observationSpace: BoxSpace = box(walkingObservationSize, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  readonly actionSpace: BoxSpace = box(antActionSize, -1, 1);
  readonly horizon: number;
  private readonly noise: number;
  private readonly simulation = new Simulation(antMjcf(), "ant-direction");
  private readonly renderer = new Renderer(this.simulation, { paint: paintMaze });
  private readonly state = new Float32Array(antStateSize);
  private readonly torques = new Float32Array(antActionSize);
  private random = new RandomStream(0, "environment");
  private steps = 0;
  private aim = { x: 0, y: 0 };
  private stepsToAim = 0;
  private quarters = 0;

  constructor({ horizon, noise }: z.output<typeof antDirectionOptions>) {
    this.horizon = horizon;
    this.noise = noise;
  }

  reset(options: { readonly seed?: number } = {}): ResetResult<Float32Array> {
    if (options.seed !== undefined) this.random = new RandomStream(options.seed, "environment");
    this.simulation.reset();
    placeAnt(this.simulation, { x: 0, y: 0 }, this.random);
    this.steps = 0;
    this.drawAim();
    return { observation: this.observe(), info: { success: false } };
  }

  step(action: Float32Array): StepResult<Float32Array> {
    const before = this.distance();
    toWorldFrame(action, this.quarters, this.torques);
    shake(this.torques, this.noise, this.random);
    driveAnt(this.simulation, this.torques);
    this.steps++;
    this.stepsToAim++;
    const after = this.distance();
    const success = after <= arrival;
    if (success || this.stepsToAim >= patience) this.drawAim();
    const fallen = uprightness(observeAnt(this.simulation, this.state)) < 0;
    const { terminated, truncated } = endOfStep(fallen, this.steps, this.horizon);
    const reward = (before - after) / antSecondsPerStep;
    return { observation: this.observe(), reward, terminated, truncated, info: { success } };
  }

  /** The ant from above, and its aim as a disc where that is near. */
  render(frame: Frame): void {
    const [x, y] = this.simulation.qpos;
    const markers = [goalDisc(this.aim, 0, arrival)];
    this.renderer.draw(frame, { ...walkerScene(walkingView, { x: x!, y: y! }), markers });
  }

  saveState(): Float64Array {
    const { steps, stepsToAim, quarters, aim } = this;
    return joinState([steps, stepsToAim, quarters, aim.x, aim.y], this.random.state(), this.simulation.saveState());
  }

  restoreState(state: Float64Array): void {
    const parts = splitState(this.name, state, [5, randomStateSize, this.simulation.stateSize]);
    const [own, chance, physics] = parts as [Float64Array, Float64Array, Float64Array];
    [this.steps, this.stepsToAim, this.quarters] = own as unknown as [number, number, number];
    this.aim = { x: own[3]!, y: own[4]! };
    this.random.restore([...chance]);
    this.simulation.restoreState(physics);
  }

  close(): void {
    this.renderer.close();
    this.simulation.close();
  }

  private drawAim(): void {
    const angle = 2 * Math.PI * this.random.uniform();
    const distance = nearestAim + (farthestAim - nearestAim) * this.random.uniform();
    const [x, y] = this.simulation.qpos;
    this.aim = { x: x! + distance * Math.cos(angle), y: y! + distance * Math.sin(angle) };
    this.stepsToAim = 0;
  }

  private distance(): number {
    const [x, y] = this.simulation.qpos;
    return Math.hypot(this.aim.x - x!, this.aim.y - y!);
  }

  /** The direction to the aim jitters by U(-0.5, 0.5) metres, the recipe's U(0, 1) without its bias. */
  private observe(): Float32Array {
    const state = observeAnt(this.simulation, this.state);
    const jitter = () => this.random.uniform() - 0.5;
    const direction = Math.atan2(this.aim.y - state[1]! + jitter(), this.aim.x - state[0]! + jitter());
    const observation = new Float32Array(walkingObservationSize);
    this.quarters = toWalkingFrame(state, direction, observation);
    return observation;
  }
}

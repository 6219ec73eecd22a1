/**
 * `ant-direction`: the ant of the mazes on an open plane, where it learns to walk. It heads for one target after
 * another, sees where to go as the waypoint recipe of D4RL's data shows it (jitter and torque noise included) and is
 * rewarded for its speed. The resulting policy walks through the mazes and records their data.
 */
import { z } from "zod";
import type { Frame } from "../../rendering/frame.js";
import { parseDeclared } from "../../requirement.js";
import { type BoxSpace, box, type EnvironmentOptions, type StepInfo, type SyncEnvironment } from "../environment.js";
import { goalDisc, paintMaze, walkerScene } from "../maze-picture.js";
import { type ActionOutcome, PhysicsEnvironment } from "../physics-environment.js";
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

const antDirectionOptions = z.strictObject({
  horizon: z.int().positive().default(300).describe("the largest number of steps of an episode"),
  noise: z
    .number()
    .min(0)
    .default(recipeNoise)
    .describe("standard deviation of the normal noise on each torque, as in the recipe of the data"),
});

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
  return new AntDirection(parseDeclared(antDirectionOptions, options, "option", "ant-direction"));
}

class AntDirection extends PhysicsEnvironment {
  readonly observationSpace: BoxSpace = box(walkingObservationSize, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  readonly actionSpace: BoxSpace = box(antActionSize, -1, 1);
  private readonly noise: number;
  private readonly state = new Float32Array(antStateSize);
  private readonly torques = new Float32Array(antActionSize);
  private aim = { x: 0, y: 0 };
  private stepsToAim = 0;
  private quarters = 0;

  constructor({ horizon, noise }: z.output<typeof antDirectionOptions>) {
    super("ant-direction", horizon, antMjcf(), { paint: paintMaze });
    this.noise = noise;
  }

  protected begin(): StepInfo {
    placeAnt(this.physics, { x: 0, y: 0 }, this.random);
    this.drawAim();
    return { success: false };
  }

  protected act(action: Float32Array): ActionOutcome {
    const before = this.distance();
    toWorldFrame(action, this.quarters, this.torques);
    shake(this.torques, this.noise, this.random);
    driveAnt(this.physics, this.torques);
    this.stepsToAim++;
    const after = this.distance();
    const success = after <= arrival;
    if (success || this.stepsToAim >= patience) this.drawAim();
    const fallen = uprightness(observeAnt(this.physics, this.state)) < 0;
    return { reward: (before - after) / antSecondsPerStep, over: fallen, info: { success } };
  }

  /** The direction to the aim jitters by U(-0.5, 0.5) metres, the recipe's U(0, 1) without its bias. */
  observe(): Float32Array {
    const state = observeAnt(this.physics, this.state);
    const jitter = () => this.random.uniform() - 0.5;
    const direction = Math.atan2(this.aim.y - state[1]! + jitter(), this.aim.x - state[0]! + jitter());
    const observation = new Float32Array(walkingObservationSize);
    this.quarters = toWalkingFrame(state, direction, observation);
    return observation;
  }

  /** The ant from above, and its aim as a disc where that is near. */
  render(frame: Frame): void {
    const [x, y] = this.physics.qpos;
    const markers = [goalDisc(this.aim, 0, arrival)];
    this.renderer.draw(frame, { ...walkerScene(walkingView, { x: x!, y: y! }), markers });
  }

  protected override own(): number[] {
    return [this.stepsToAim, this.quarters, this.aim.x, this.aim.y];
  }

  protected override restoreOwn(numbers: Float64Array): void {
    const [stepsToAim, quarters, x, y] = numbers as unknown as [number, number, number, number];
    this.stepsToAim = stepsToAim;
    this.quarters = quarters;
    this.aim = { x, y };
  }

  private drawAim(): void {
    const angle = 2 * Math.PI * this.random.uniform();
    const distance = nearestAim + (farthestAim - nearestAim) * this.random.uniform();
    const [x, y] = this.physics.qpos;
    this.aim = { x: x! + distance * Math.cos(angle), y: y! + distance * Math.sin(angle) };
    this.stepsToAim = 0;
  }

  private distance(): number {
    const [x, y] = this.physics.qpos;
    return Math.hypot(this.aim.x - x!, this.aim.y - y!);
  }
}

/**
 * `pick-place`: an arm picks up a cube and puts it into a tray, after the task on which the Cal-QL paper studies why policies
 * unlearn (COG's Widow250PickTray, Singh et al. 2020). Episodes begin with the cube on the table or, for data of placing, in
 * the hand.
 */
import { z } from "zod";
import { RunFailure } from "../../errors.js";
import type { Frame } from "../../rendering/frame.js";
import { parseDeclared } from "../../requirement.js";
import { type BoxSpace, box, type EnvironmentOptions, type StepInfo } from "../environment.js";
import { type ActionOutcome, PhysicsEnvironment } from "../physics-environment.js";
import { Arm, actionSize } from "./arm.js";
import { cubeArea, cubeHalf, fingerOpen, pickPlaceMjcf, tray } from "./pick-place-model.js";
import { pickPlaceLook, pickPlaceScene, policyQuality } from "./pick-place-picture.js";
import { graspAction, liftedHeight } from "./scripts.js";

/** The options of the pick-and-place tasks. */
export const pickPlaceOptions = z.strictObject({
  rewards: z
    .enum(["until-placed", "per-step"])
    .default("until-placed")
    .describe(
      "until-placed: -1 a step and 0 for the one that puts the cube into the tray, which ends the episode; per-step: 1 for each step at whose end it lies there, to the horizon (COG)",
    ),
  start: z.enum(["table", "held"]).default("table").describe("where the cube is when an episode begins"),
  horizon: z.int().positive().default(40).describe("the largest number of steps of an episode"),
});

export type PickPlaceOptions = z.output<typeof pickPlaceOptions>;

/** Numbers of an observation: hand 3 + 4, fingers 2, whether it was told to open, cube 3 + 4, from the hand to it 3. */
const observationSize = 20;
/** The cube counts as placed where its middle is at most so far from the tray's, along each side, metres. */
const placedWithin = 0.04;
/** A cube begins in the hand where a script grasps it; it has so many tries of so many steps. */
const graspTries = 10;
const graspSteps = 24;

/** A pick-and-place task, not yet guarded. @throws UsageError when an option is unknown or out of its range. */
export function makePickPlace(name: string, options: EnvironmentOptions = {}): PickPlaceEnvironment {
  return new PickPlaceEnvironment(name, parseDeclared(pickPlaceOptions, options, "option", name));
}

/**
 * Observation [20]: place of the hand (3, metres) and its orientation (quaternion w, x, y, z), the distance of each finger
 * from the middle (2), 1 if it was told to open, place (3) and orientation (4) of the cube, and the
 * way from the hand to it (3). Action [8] in [-1, 1]: see arm.ts.
 */
export class PickPlaceEnvironment extends PhysicsEnvironment {
  readonly observationSpace: BoxSpace = box(observationSize, -Infinity, Infinity);
  readonly actionSpace: BoxSpace = box(actionSize, -1, 1);
  readonly arm: Arm;
  private readonly cubeBody: number;

  constructor(
    name: string,
    private readonly options: PickPlaceOptions,
  ) {
    super(name, options.horizon, pickPlaceMjcf(), pickPlaceLook);
    this.arm = new Arm(this.physics);
    this.cubeBody = this.physics.body("cube");
  }

  /** The place of the cube's middle, metres. */
  get cube(): readonly [number, number, number] {
    const { bodyPositions } = this.physics;
    const at = 3 * this.cubeBody;
    return [bodyPositions[at]!, bodyPositions[at + 1]!, bodyPositions[at + 2]!];
  }

  /** Whether the cube is in the tray: below its rim, near its middle. */
  get placed(): boolean {
    const [x, y, height] = this.cube;
    const [middleX, middleY] = tray.centre;
    return height < tray.rim && Math.abs(x - middleX) < placedWithin && Math.abs(y - middleY) < placedWithin;
  }

  /** Whether the cube is off the table, as high as only a hand carries it. */
  get lifted(): boolean {
    return this.cube[2] > liftedHeight;
  }

  observe(): Float32Array {
    const { qpos } = this.physics;
    const observation = new Float32Array(observationSize);
    observation.set(this.arm.hand, 0);
    observation.set(this.arm.orientation, 3);
    observation.set(this.arm.fingers, 7);
    observation[9] = this.arm.open ? 1 : 0;
    observation.set(qpos.subarray(0, 7), 10);
    for (let axis = 0; axis < 3; axis++) observation[17 + axis] = observation[10 + axis]! - observation[axis]!;
    return observation;
  }

  render(frame: Frame): void {
    this.renderer.draw(frame, pickPlaceScene);
  }

  /** The picture that a policy sees: without shadows, and without a second look at edges. */
  renderForPolicy(frame: Frame): void {
    this.renderer.draw(frame, pickPlaceScene, policyQuality);
  }

  protected begin(): StepInfo {
    if (this.options.start === "held") this.grasp();
    else this.scatter();
    return this.info();
  }

  protected act(action: Float32Array): ActionOutcome {
    this.arm.act(action);
    const info = this.info();
    if (this.options.rewards === "per-step") return { reward: info.success ? 1 : 0, over: false, info };
    return { reward: info.success ? 0 : -1, over: info.success === true, info };
  }

  protected override own(): number[] {
    return this.arm.state();
  }

  protected override restoreOwn(numbers: Float64Array): void {
    this.arm.restore(numbers);
  }

  override restoreState(state: Float64Array): void {
    super.restoreState(state);
    this.physics.forward(); // the places of hand and cube, which the next action starts from
  }

  override close(): void {
    this.arm.close();
    super.close();
  }

  private info(): StepInfo {
    return { success: this.placed, lifted: this.lifted };
  }

  /** Puts the cube somewhere on the table, turned anyhow, and the arm into its neutral pose. */
  private scatter(): void {
    const { qpos, qvel } = this.physics;
    qvel.fill(0);
    const { low, high } = cubeArea;
    for (let axis = 0; axis < 2; axis++) qpos[axis] = low[axis]! + (high[axis]! - low[axis]!) * this.random.uniform();
    qpos[2] = cubeHalf;
    const half = (Math.PI / 4) * this.random.uniform(); // a cube looks the same after a quarter of a turn
    qpos.set([Math.cos(half), 0, 0, Math.sin(half)], 3);
    this.arm.place();
  }

  /** Has a script grasp the cube, and lift it to where the arm is neutral. */
  private grasp(): void {
    for (let attempt = 0; attempt < graspTries; attempt++) {
      this.physics.reset();
      this.scatter();
      for (let step = 0; step < graspSteps; step++) this.arm.act(graspAction(this.observe(), this.arm.neutral));
      if (this.lifted) return;
    }
    throw new RunFailure(
      `${this.name}: the script that begins episodes with the cube in the hand missed it ${graspTries} times; reset with another seed.`,
    );
  }
}

/** How far the fingers are open, 0 to 1. */
export function openness([left, right]: readonly [number, number]): number {
  return (left + right) / (2 * fingerOpen);
}

/**
 * `kitchen-complete`, `kitchen-partial` and `kitchen-mixed`: a Franka arm in a kitchen that has four things to do, as in D4RL
 * (FrankaKitchen, after Gupta et al. 2019). The three differ in their elements and in the data that go with them.
 */
import { z } from "zod";
import type { Frame } from "../../rendering/frame.js";
import { parseDeclared } from "../../requirement.js";
import { type BoxSpace, box, type EnvironmentOptions, type StepInfo } from "../environment.js";
import { type ActionOutcome, PhysicsEnvironment } from "../physics-environment.js";
import {
  armJointCount,
  type Element,
  goalOf,
  isComplete,
  jointCount,
  type KitchenTaskName,
  taskElements,
} from "./elements.js";
import { kitchenMjcf } from "./kitchen-model.js";
import { kitchenLook, kitchenScene } from "./kitchen-picture.js";

/** Physics steps of 0.002 s that an action lasts, and the seconds that they take. */
const frameSkip = 40;
export const controlSeconds = 0.08;
/** Radians (or, of fingers, metres) per second for an entry of 1. */
export const fullSpeed = 2;

/** Where D4RL lets the arm's joints and its fingers be sent: rad, the fingers in metres. */
const positionBounds: readonly (readonly [number, number])[] = [
  [-2.9, 2.9],
  [-1.8, 1.8],
  [-2.9, 2.9],
  [-3.1, 0],
  [-2.9, 2.9],
  [0, 3.8],
  [-2.9, 2.9],
  [0, 0.04],
  [0, 0.04],
];

/** The joint positions [30] at which every episode begins, at rest. */
export const initialJoints: readonly number[] = [
  ...[0.148388023, -1.76848573, 1.84390296, -2.4768576, 0.260252026, 0.712533105, 1.59515394],
  ...[0.0479267505, 0.0371350919],
  ...[-0.00026627985, -5.18043486e-5, 3.1287722e-5, -4.51199853e-5],
  ...[-3.90842156e-6, -4.22629655e-5, 6.28065475e-5, 4.04984708e-5],
  ...[0.000462730939, -0.000226906415, -0.000465501369, -0.00644129196, -0.00177048263, 0.00108009684],
  ...[-0.26939744, 0.350383255, 1.61944683, 1.00618764, 0.0040639512, -0.00662095997, -0.000268278933],
];

/**
 * The largest noise of each observed joint position: a tenth of the amplitudes of D4RL's configuration. Those of the kitchen
 * are off by one joint there, which is kept.
 */
const noise: readonly number[] = [
  ...[...Array<number>(10).fill(0.1), 0.005, 0.005, ...Array<number>(6).fill(0.0005), 0.005, 0.005, 0.005],
  ...[0.1, 0.1, 0.1, 0.005, 0.005, 0.005, 0.1, 0.1, 0.1],
].map((amplitude) => 0.1 * amplitude);

const rewardForms = ["completions", "satisfied", "satisfied-to-horizon"] as const;
const usualHorizon = { completions: 280, satisfied: 280, "satisfied-to-horizon": 1000 } as const;

const kitchenOptions = z.strictObject({
  rewards: z
    .enum(rewardForms)
    .default("completions")
    .describe(
      "completions: how many elements were completed for the first time in a step (D4RL); satisfied: how many are complete now, 0 to 4, as in D4RL's data; either ends the episode when all are; satisfied-to-horizon: the latter without an end (the Cal-QL paper)",
    ),
  horizon: z
    .int()
    .positive()
    .optional()
    .describe("the largest number of steps of an episode; 280, and 1000 with satisfied-to-horizon, by default"),
});

/** A kitchen task, not yet guarded. @throws UsageError when an option is unknown or out of its range. */
export function makeKitchen(name: KitchenTaskName, options: EnvironmentOptions = {}): KitchenEnvironment {
  const { rewards, horizon } = parseDeclared(kitchenOptions, options, "option", name);
  return new KitchenEnvironment(name, rewards, horizon ?? usualHorizon[rewards]);
}

/**
 * The kitchen in which data of a task are collected: with the rewards of D4RL's data, whatever the options say of those that
 * are earned when acting. @throws UsageError when an option is unknown or out of its range.
 */
export function makeKitchenForData(name: KitchenTaskName, options: EnvironmentOptions = {}): KitchenEnvironment {
  const { horizon = usualHorizon.satisfied } = parseDeclared(kitchenOptions, options, "option", name);
  return new KitchenEnvironment(name, "satisfied", horizon);
}

/**
 * Observation [60]: joint positions of the arm (7, rad) and its fingers (2, m), those of the kitchen (21: see `kitchenMjcf`),
 * all with noise, and the goal (30: the values of the task's elements at their places, else 0). Action [9] in [-1, 1]: the
 * speed of each joint, from which its servo's target follows. As in D4RL, noise also moves that target, which starts from the
 * last observed position, and elements count as complete by what is observed.
 */
export class KitchenEnvironment extends PhysicsEnvironment {
  readonly observationSpace: BoxSpace = box(2 * jointCount, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  readonly actionSpace: BoxSpace = box(armJointCount, -1, 1);
  readonly elements: readonly Element[];
  private readonly goal: Float64Array;
  /** The joint positions as they were observed last. */
  private readonly seen = new Float64Array(jointCount);
  /** 1 for each of the elements that was complete at some time in this episode. */
  private readonly done: Uint8Array;

  constructor(
    name: KitchenTaskName,
    private readonly rewards: (typeof rewardForms)[number],
    horizon: number,
  ) {
    super(name, horizon, kitchenMjcf(), kitchenLook);
    this.elements = taskElements[name];
    this.goal = goalOf(this.elements);
    this.done = new Uint8Array(this.elements.length);
  }

  /** How many elements of the task were completed in this episode. */
  get completed(): number {
    return this.done.reduce((sum, flag) => sum + flag, 0);
  }

  observe(): Float32Array {
    const observation = new Float32Array(2 * jointCount);
    observation.set(this.seen);
    observation.set(this.goal, jointCount);
    return observation;
  }

  render(frame: Frame): void {
    this.renderer.draw(frame, kitchenScene(this.physics));
  }

  /** D4RL's: 25 for each element completed; undefined where a return is no such count. */
  normalisedScore(episodeReturn: number): number | undefined {
    return this.rewards === "completions" ? 25 * episodeReturn : undefined;
  }

  protected begin(): StepInfo {
    this.physics.qpos.set(initialJoints);
    this.physics.forward();
    this.done.fill(0);
    this.look();
    return this.info();
  }

  protected act(action: Float32Array): ActionOutcome {
    const { ctrl } = this.physics;
    for (let joint = 0; joint < armJointCount; joint++) {
      const [low, high] = positionBounds[joint]!;
      const speed = fullSpeed * Math.min(Math.max(action[joint]!, -1), 1);
      ctrl[joint] = Math.min(Math.max(this.seen[joint]! + speed * controlSeconds, low), high);
    }
    this.physics.step(frameSkip);
    this.look();
    const before = this.completed;
    const satisfied = this.recordSatisfied();
    const completions = this.rewards === "completions";
    const all = this.elements.length;
    return {
      reward: completions ? this.completed - before : satisfied,
      over: this.rewards !== "satisfied-to-horizon" && (completions ? this.completed : satisfied) === all,
      info: this.info(),
    };
  }

  protected override own(): number[] {
    return [...this.seen, ...this.done];
  }

  protected override restoreOwn(numbers: Float64Array): void {
    this.seen.set(numbers.subarray(0, jointCount));
    this.done.set(numbers.subarray(jointCount));
  }

  /** Draws the noise of a new observation. */
  private look(): void {
    const { qpos } = this.physics;
    for (let joint = 0; joint < jointCount; joint++)
      this.seen[joint] = qpos[joint]! + noise[joint]! * (2 * this.random.uniform() - 1);
  }

  /** Notes which elements are complete; how many are now. */
  private recordSatisfied(): number {
    let count = 0;
    this.elements.forEach((element, i) => {
      if (!isComplete(element, this.seen)) return;
      this.done[i] = 1;
      count++;
    });
    return count;
  }

  private info(): StepInfo {
    const { completed } = this;
    return { success: completed === this.elements.length, completed };
  }
}

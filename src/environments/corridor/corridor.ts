/**
 * `corridor-exit`: a corridor with a goal at its end and an open side, where an episode can be ended early for a reward
 * that is worse than walking to the goal. It was built to show when a critic that lies below the true values makes a
 * policy unlearn: as soon as the estimate of the good way falls below what the exit is worth (docs/unlearning.md).
 */
import { z } from "zod";
import { UsageError } from "../../errors.js";
import { RandomStream } from "../../random.js";
import type { Frame } from "../../rendering/frame.js";
import { parseDeclared } from "../../requirement.js";
import { clipToUnit } from "../collect.js";
import {
  type BoxSpace,
  box,
  type EnvironmentOptions,
  type ResetResult,
  type StepResult,
  type SyncEnvironment,
} from "../environment.js";
import { endOfStep, joinState, randomStateSize, splitState } from "../state.js";
import { drawCorridor } from "./corridor-picture.js";

/** Far below what any step costs; the critics' losses are squares of it, in float32. */
const LOWEST_REWARD = -1e6;

/** Metres by which rounding may leave a walker before the goal whose steps add up to the length. */
const ROUNDING = 1e-9;

const positive = () => z.number().positive();

/** The options of a corridor; lengths in metres. */
export const corridorOptions = z.strictObject({
  length: positive().default(1).describe("from the start to the goal"),
  exitReward: z
    .number()
    .min(LOWEST_REWARD)
    .max(0)
    .default(-25)
    .describe("reward of the step through the exit, which ends the episode"),
  exitDistance: positive().default(0.05).describe("from the middle of the corridor to its sides, where the exit is"),
  exitUntil: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe("share of the length along which the sides are open; 0: no exit"),
  startWidth: z.number().min(0).default(0.055).describe("episodes begin at most so far from the middle"),
  extraActions: z.int().min(0).max(1000).default(0).describe("entries of an action that do nothing, after its two"),
  horizon: z.int().positive().default(60).describe("the largest number of steps of an episode"),
});

export type CorridorOptions = z.output<typeof corridorOptions>;

/** How far an action of 1 moves, in metres. */
export const stepLength = 0.05;

/**
 * A corridor, not yet guarded (`makeEnvironment` guards). Observation [x, y]: from the start along the corridor, and from
 * its middle, in metres. Action [2 + extraActions]: how far to move along and across, in steps of 0.05 m. Reward -1 a
 * step, 0 for the one that reaches the goal, `exitReward` for the one through the exit.
 * @throws UsageError when an option is unknown or out of its range.
 */
export function makeCorridor(name: string, options: EnvironmentOptions = {}): CorridorEnvironment {
  const read = parseDeclared(corridorOptions, options, "option", name);
  refuseNoWay(name, read);
  return new CorridorEnvironment(name, read);
}

/** @throws UsageError for options that are fine one by one and leave no episode that could succeed */
function refuseNoWay(name: string, { length, horizon, startWidth, exitDistance, exitUntil }: CorridorOptions): void {
  const steps = Math.ceil((length - ROUNDING) / stepLength);
  if (horizon < steps)
    throw new UsageError(
      `The option horizon of ${name} is ${horizon}, but the goal is ${steps} steps away; give at least as many, or a shorter length.`,
    );
  const widest = Number((exitDistance + stepLength).toPrecision(6));
  if (exitUntil > 0 && startWidth > widest)
    throw new UsageError(
      `The option startWidth of ${name} is ${startWidth}, but whoever begins more than ${widest} from the middle is outside at the first step; give at most that.`,
    );
}

/** One walker in a corridor. The first reset without a seed behaves like one with seed 0. */
export class CorridorEnvironment implements SyncEnvironment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
  readonly horizon: number;
  private random = new RandomStream(0, "environment");
  private x = 0;
  private y = 0;
  private steps = 0;

  constructor(
    readonly name: string,
    readonly options: CorridorOptions,
  ) {
    this.horizon = options.horizon;
    this.observationSpace = box(2, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.actionSpace = box(2 + options.extraActions, -1, 1);
  }

  reset(options: { readonly seed?: number } = {}): ResetResult<Float32Array> {
    if (options.seed !== undefined) this.random = new RandomStream(options.seed, "environment");
    this.x = 0;
    this.y = (2 * this.random.uniform() - 1) * this.options.startWidth;
    this.steps = 0;
    return { observation: this.observe(), info: { success: false, exited: false } };
  }

  step(action: Float32Array): StepResult<Float32Array> {
    const { length, exitReward, exitDistance, exitUntil } = this.options;
    const open = this.x < exitUntil * length;
    this.x = Math.max(0, this.x + stepLength * clipToUnit(action[0]!));
    const y = this.y + stepLength * clipToUnit(action[1]!);
    this.steps++;
    const success = this.x >= length - ROUNDING;
    const exited = !success && open && Math.abs(y) > exitDistance;
    this.y = open ? y : Math.min(Math.max(y, -exitDistance), exitDistance);
    return {
      observation: this.observe(),
      reward: success ? 0 : exited ? exitReward : -1,
      ...endOfStep(success || exited, this.steps, this.horizon),
      info: { success, exited },
    };
  }

  /** Leaves by the nearest side: where that is open, by the exit. */
  scriptedAction([, y]: Float32Array): Float32Array {
    const action = new Float32Array(this.actionSpace.size);
    action[0] = 0.5;
    action[1] = y! < 0 ? -1 : 1;
    return action;
  }

  render(frame: Frame): void {
    drawCorridor(this.options, this.x, this.y, frame);
  }

  saveState(): Float64Array {
    return joinState([this.x, this.y, this.steps], this.random.state());
  }

  restoreState(saved: Float64Array): void {
    const [place, chance] = splitState(this.name, saved, [3, randomStateSize]) as [Float64Array, Float64Array];
    [this.x, this.y, this.steps] = place as unknown as [number, number, number];
    this.random.restore([...chance]);
  }

  close(): void {}

  private observe(): Float32Array {
    return Float32Array.of(this.x, this.y);
  }
}

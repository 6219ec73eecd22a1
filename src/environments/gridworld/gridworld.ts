/**
 * `gridworld-four-rooms` and `gridworld-cliff`: small worlds of cells with four discrete actions, a sparse reward at
 * the goal, and dynamics that are known exactly. They are where learned values can be checked against the true ones
 * (`gridworld-values.ts`), and where discrete actions are tried in seconds.
 */
import { z } from "zod";
import { RandomStream } from "../../random.js";
import type { Frame } from "../../rendering/frame.js";
import { parseDeclared } from "../../requirement.js";
import {
  type BoxSpace,
  type DiscreteSpace,
  discrete,
  type EnvironmentOptions,
  type ResetResult,
  type StepInfo,
  type StepResult,
  type SyncEnvironment,
} from "../environment.js";
import { endOfStep, joinState, randomStateSize, splitState } from "../state.js";
import { type GridModel, gridActions, gridModel, type Outcome } from "./gridworld-dynamics.js";
import { type GridName, gridLayout } from "./gridworld-layouts.js";
import { type GridView, gridObservations, gridView } from "./gridworld-observations.js";
import { drawGrid } from "./gridworld-picture.js";

/** The default probability of slipping to either side of a slippery cell. */
export const defaultSlip = 0.1;

const gridWorldOptions = z.strictObject({
  start: z
    .enum(["fixed", "diverse"])
    .default("fixed")
    .describe("where episodes begin: in the cell S of the map, or in any cell but the goal's"),
  observation: z
    .enum(gridObservations)
    .default("one-hot")
    .describe("one entry per cell that one can stand on, 1 where one is; or x and y, each from -1 to 1"),
  slip: z
    .number()
    .min(0)
    .max(0.5)
    .default(defaultSlip)
    .describe("on a slippery cell, the probability that a move goes to its left, and the same to its right"),
  horizon: z.int().positive().default(100).describe("the largest number of steps of an episode"),
});

export type GridWorldOptions = z.input<typeof gridWorldOptions>;

/**
 * A gridworld, not yet guarded (`makeEnvironment` guards). Observation [cells], one-hot, or [2]; actions: 0 up, 1 right,
 * 2 down, 3 left.
 * @throws UsageError when an option is unknown or out of its range.
 */
export function makeGridWorld(gridName: GridName, options: EnvironmentOptions = {}): GridWorldEnvironment {
  const name = `gridworld-${gridName}`;
  const { start, observation, slip, horizon } = parseDeclared(gridWorldOptions, options, "option", name);
  const layout = gridLayout(gridName);
  return new GridWorldEnvironment(name, gridModel(layout, slip), gridView(layout, observation), start, horizon);
}

interface GridInfo extends StepInfo {
  /** The state: the number of the cell. */
  readonly state: number;
}

interface GridReset extends ResetResult<Float32Array> {
  readonly info: GridInfo;
}

/** One walker in a gridworld. The first reset without a seed behaves like one with seed 0. */
export class GridWorldEnvironment implements SyncEnvironment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: DiscreteSpace;
  private readonly startStates: readonly number[];
  private random = new RandomStream(0, "environment");
  private state: number;
  private steps = 0;

  constructor(
    readonly name: string,
    readonly model: GridModel,
    private readonly view: GridView,
    start: "fixed" | "diverse",
    readonly horizon: number,
  ) {
    const { layout } = model;
    this.observationSpace = view.space;
    this.actionSpace = discrete(gridActions);
    const all = layout.cells.map((_, state) => state);
    this.startStates = start === "fixed" ? [layout.start] : all.filter((state) => state !== layout.goal);
    this.state = layout.start;
  }

  reset(options: { readonly seed?: number } = {}): GridReset {
    if (options.seed !== undefined) this.random = new RandomStream(options.seed, "environment");
    this.state = this.startStates[this.random.integer(this.startStates.length)]!;
    this.steps = 0;
    return { observation: this.view.observe(this.state), info: this.info(false) };
  }

  step(action: Float32Array): StepResult<Float32Array> & GridReset {
    const outcome = drawOutcome(this.model.outcomes[this.state]![action[0]!]!, this.random);
    this.state = outcome.state;
    this.steps++;
    return {
      observation: this.view.observe(this.state),
      reward: outcome.reward,
      ...endOfStep(outcome.terminated, this.steps, this.horizon),
      info: this.info(outcome.terminated),
    };
  }

  render(frame: Frame): void {
    drawGrid(this.model.layout, this.state, frame);
  }

  saveState(): Float64Array {
    return joinState([this.state, this.steps], this.random.state());
  }

  restoreState(saved: Float64Array): void {
    const [place, chance] = splitState(this.name, saved, [2, randomStateSize]) as [Float64Array, Float64Array];
    this.state = place[0]!;
    this.steps = place[1]!;
    this.random.restore([...chance]);
  }

  close(): void {}

  private info(success: boolean): GridInfo {
    return { success, state: this.state };
  }
}

function drawOutcome(outcomes: readonly Outcome[], random: RandomStream): Outcome {
  let rest = random.uniform();
  for (const outcome of outcomes) {
    rest -= outcome.probability;
    if (rest < 0) return outcome;
  }
  return outcomes.at(-1)!; // where rounding left a crumb of the probability
}

/**
 * `pen`, `door` and `relocate`: dexterous manipulation with the 24-joint Adroit hand, as in D4RL, each with its dense
 * reward or, as `pen-binary` and so on, with -1 for every step until the task is achieved.
 */
import { z } from "zod";
import type { AdroitTaskName } from "../../data/adroit-success.js";
import { Simulation } from "../../physics/mujoco.js";
import { RandomStream } from "../../random.js";
import type { Frame } from "../../rendering/frame.js";
import { Renderer } from "../../rendering/renderer.js";
import {
  type BoxSpace,
  box,
  type ResetResult,
  type StepInfo,
  type StepResult,
  type SyncEnvironment,
} from "../environment.js";
import { endOfStep } from "../horizon.js";
import { type EnvironmentOptions, readOptions } from "../options.js";
import { joinState, randomStateSize, splitState } from "../state.js";
import { doorTask } from "./adroit-door.js";
import { type AdroitScene, adroitMjcf, doorScene, penScene, relocateScene } from "./adroit-model.js";
import { penTask } from "./adroit-pen.js";
import { adroitLook, adroitScene } from "./adroit-picture.js";
import { relocateTask } from "./adroit-relocate.js";
import { adroitScore } from "./adroit-score.js";
import type { AdroitTask, AdroitTaskFactory } from "./adroit-task.js";

/** Physics steps of 0.002 s that an action lasts: 0.01 s. */
const frameSkip = 5;

interface AdroitKind {
  readonly scene: AdroitScene;
  readonly task: AdroitTaskFactory;
  readonly horizon: number;
}

const kinds = {
  pen: { scene: penScene, task: penTask, horizon: 100 },
  door: { scene: doorScene, task: doorTask, horizon: 200 },
  relocate: { scene: relocateScene, task: relocateTask, horizon: 200 },
} as const satisfies Record<AdroitTaskName, AdroitKind>;

/** How a task rewards: once achieved (0, before it -1), or D4RL's shaped sum. */
export type AdroitReward = "binary" | "dense";

/** The options of an Adroit environment. */
export const adroitOptions = z.strictObject({
  horizon: z
    .int()
    .positive()
    .optional()
    .describe("the largest number of steps of an episode; 100 for the pen, 200 for door and relocate by default"),
});
export type AdroitOptions = z.input<typeof adroitOptions>;

/**
 * An Adroit environment, not yet guarded (`makeEnvironment` guards). Action [24 + joints of the arm] in [-1, 1]: where
 * each joint is sent, as a share of its motor's range.
 * @throws UsageError when an option is unknown or out of its range.
 */
export function makeAdroit(
  taskName: AdroitTaskName,
  reward: AdroitReward,
  options: EnvironmentOptions = {},
): AdroitEnvironment {
  const name = reward === "binary" ? `${taskName}-binary` : taskName;
  const kind = kinds[taskName];
  const { horizon } = readOptions(name, adroitOptions, options);
  return new AdroitEnvironment(name, kind, reward, horizon ?? kind.horizon);
}

const underway: StepInfo = { success: false };
const achieved: StepInfo = { success: true };

/**
 * A hand at a task. The binary form ends (terminated) when the task is first achieved; the dense form goes on, except
 * that D4RL's pen ends when it is dropped. The first reset without a seed behaves like one with seed 0.
 */
export class AdroitEnvironment implements SyncEnvironment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
  private readonly simulation: Simulation;
  private readonly renderer: Renderer;
  private readonly task: AdroitTask;
  /** The middle of each motor's range and half its width. */
  private readonly middle: Float64Array;
  private readonly reach: Float64Array;
  private random = new RandomStream(0, "environment");
  private steps = 0;

  constructor(
    readonly name: string,
    private readonly kind: AdroitKind,
    private readonly reward: AdroitReward,
    readonly horizon: number,
  ) {
    this.simulation = new Simulation(adroitMjcf(kind.scene), name);
    this.renderer = new Renderer(this.simulation, adroitLook);
    this.task = kind.task(this.simulation);
    const ranges = this.simulation.inspect((model) => Float64Array.from(model.actuator_ctrlrange));
    this.middle = Float64Array.from({ length: ranges.length / 2 }, (_, i) => (ranges[2 * i]! + ranges[2 * i + 1]!) / 2);
    this.reach = this.middle.map((middle, i) => ranges[2 * i + 1]! - middle);
    this.observationSpace = box(this.task.observationSize, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.actionSpace = box(this.middle.length, -1, 1);
  }

  reset(options: { readonly seed?: number } = {}): ResetResult<Float32Array> {
    if (options.seed !== undefined) this.random = new RandomStream(options.seed, "environment");
    this.simulation.reset();
    this.task.draw(this.random);
    this.simulation.forward();
    this.steps = 0;
    return { observation: this.task.observe(), info: this.task.isAchieved() ? achieved : underway };
  }

  /** Acts once; entries of the action beyond [-1, 1] count as the bound. */
  step(action: Float32Array): StepResult<Float32Array> {
    const ctrl = this.simulation.ctrl;
    for (let i = 0; i < ctrl.length; i++)
      ctrl[i] = this.middle[i]! + this.reach[i]! * Math.max(-1, Math.min(1, action[i]!));
    this.simulation.step(frameSkip);
    this.steps++;
    const success = this.task.isAchieved();
    const over = this.reward === "binary" ? success : this.task.isLost();
    const { terminated, truncated } = endOfStep(over, this.steps, this.horizon);
    return {
      observation: this.task.observe(),
      reward: this.reward === "dense" ? this.task.denseReward() : success ? 0 : -1,
      terminated,
      truncated,
      info: success ? achieved : underway,
    };
  }

  normalisedScore(episodeReturn: number): number | undefined {
    return adroitScore(this.name, episodeReturn);
  }

  saveState(): Float64Array {
    return joinState([this.steps], this.random.state(), this.simulation.saveState(), ...this.task.drawn());
  }

  restoreState(state: Float64Array): void {
    const drawn = this.task.drawn();
    const sizes = [1, randomStateSize, this.simulation.stateSize, ...drawn.map((part) => part.length)];
    const parts = splitState(this.name, state, sizes);
    const [clock, chance, physics] = parts as [Float64Array, Float64Array, Float64Array];
    this.steps = clock[0]!;
    this.random.restore([...chance]);
    this.simulation.restoreState(physics);
    drawn.forEach((part, i) => {
      part.set(parts[3 + i]!);
    });
  }

  /** The hand and what it works on; where a ball shall go, or how a pen shall point, in green. */
  render(frame: Frame): void {
    this.renderer.draw(frame, adroitScene(this.kind.scene.name, this.simulation));
  }

  close(): void {
    this.renderer.close();
    this.simulation.close();
  }

  /** What the policy sees of the present state; where the state was set by hand, `physics.forward()` goes before. */
  observe(): Float32Array {
    return this.task.observe();
  }

  /** The bytes of WebAssembly memory in use by all simulations. */
  get heapBytes(): number {
    return this.simulation.heapBytes;
  }

  /** The simulation, for replays from recorded states. */
  get physics(): Simulation {
    return this.simulation;
  }
}

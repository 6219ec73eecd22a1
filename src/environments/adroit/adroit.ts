/**
 * `pen`, `door` and `relocate`: dexterous manipulation with the 24-joint Adroit hand, as in D4RL, each with its dense
 * reward or, as `pen-binary` and so on, with -1 for every step until the task is achieved.
 */
import { z } from "zod";
import type { AdroitTaskName } from "../../data/adroit-success.js";
import type { Frame } from "../../rendering/frame.js";
import { parseDeclared } from "../../requirement.js";
import { type BoxSpace, box, type EnvironmentOptions, type StepInfo } from "../environment.js";
import { type ActionOutcome, PhysicsEnvironment } from "../physics-environment.js";
import { doorTask } from "./adroit-door.js";
import { type AdroitScene, adroitMjcf, doorScene, penScene, relocateScene } from "./adroit-model.js";
import { penTask } from "./adroit-pen.js";
import { adroitLook, adroitScene } from "./adroit-picture.js";
import { relocateTask } from "./adroit-relocate.js";
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
type AdroitReward = "binary" | "dense";

const adroitOptions = z.strictObject({
  horizon: z
    .int()
    .positive()
    .optional()
    .describe("the largest number of steps of an episode; 100 for the pen, 200 for door and relocate by default"),
});

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
  const { horizon } = parseDeclared(adroitOptions, options, "option", name);
  return new AdroitEnvironment(name, kind, reward, horizon ?? kind.horizon);
}

const underway: StepInfo = { success: false };
const achieved: StepInfo = { success: true };

/**
 * A hand at a task. The binary form ends (terminated) when the task is first achieved; the dense form goes on, except
 * that D4RL's pen ends when it is dropped. Entries of an action beyond [-1, 1] count as the bound. What is observed of a
 * state that was set by hand is right after `physics.forward()`.
 */
export class AdroitEnvironment extends PhysicsEnvironment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
  private readonly task: AdroitTask;
  /** The middle of each motor's range and half its width. */
  private readonly middle: Float64Array;
  private readonly reach: Float64Array;

  constructor(
    name: string,
    private readonly kind: AdroitKind,
    private readonly reward: AdroitReward,
    horizon: number,
  ) {
    super(name, horizon, adroitMjcf(kind.scene), adroitLook);
    this.task = kind.task(this.physics);
    const ranges = this.physics.inspect((model) => Float64Array.from(model.actuator_ctrlrange));
    this.middle = Float64Array.from({ length: ranges.length / 2 }, (_, i) => (ranges[2 * i]! + ranges[2 * i + 1]!) / 2);
    this.reach = this.middle.map((middle, i) => ranges[2 * i + 1]! - middle);
    this.observationSpace = box(this.task.observationSize, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.actionSpace = box(this.middle.length, -1, 1);
  }

  protected begin(): StepInfo {
    this.task.draw(this.random);
    this.physics.forward();
    return this.task.isAchieved() ? achieved : underway;
  }

  protected act(action: Float32Array): ActionOutcome {
    const ctrl = this.physics.ctrl;
    for (let i = 0; i < ctrl.length; i++)
      ctrl[i] = this.middle[i]! + this.reach[i]! * Math.max(-1, Math.min(1, action[i]!));
    this.physics.step(frameSkip);
    const success = this.task.isAchieved();
    return {
      reward: this.reward === "dense" ? this.task.denseReward() : success ? 0 : -1,
      over: this.reward === "binary" ? success : this.task.isLost(),
      info: success ? achieved : underway,
    };
  }

  observe(): Float32Array {
    return this.task.observe();
  }

  normalisedScore(episodeReturn: number): number | undefined {
    return adroitScore(this.name, episodeReturn);
  }

  protected override drawn(): Float64Array[] {
    return this.task.drawn();
  }

  /** The hand and what it works on; where a ball shall go, or how a pen shall point, in green. */
  render(frame: Frame): void {
    this.renderer.draw(frame, adroitScene(this.kind.scene.name, this.physics));
  }
}

/** The returns, without discount, that D4RL's scale of scores is made of: 0 is what random actions earn, 100 what its expert does. */
const references: Readonly<Record<AdroitTaskName, readonly [random: number, expert: number]>> = {
  pen: [96.26, 3076.83],
  door: [-56.51, 2880.57],
  relocate: [-6.43, 4233.88],
};

/**
 * D4RL's normalised score of a return of the dense form, without discount: 100 * (return - random) / (expert - random).
 * Undefined for environments that have none, the binary forms among them.
 */
export function adroitScore(environmentName: string, episodeReturn: number): number | undefined {
  if (!Object.hasOwn(references, environmentName)) return undefined;
  const [random, expert] = references[environmentName as AdroitTaskName];
  return (100 * (episodeReturn - random)) / (expert - random);
}

/** For tests of the check: an environment of a few lines that is sound in every respect, and ways to spoil it. */
import { RandomStream } from "../random.js";
import { box, type ResetResult, type StepResult, type SyncEnvironment } from "./environment.js";

/** A point that drifts at random for ten steps: sound in every respect, and made to be spoilt. */
export class Drift implements SyncEnvironment {
  readonly name: string = "drift";
  observationSpace = box(2, -100, 100);
  actionSpace = box(1, -1, 1);
  horizon = 10;
  random = new RandomStream(0);
  position = 0;
  steps = 0;
  ended = false;

  reset(options: { seed?: number } = {}): ResetResult<Float32Array> {
    if (options.seed !== undefined) this.random = new RandomStream(options.seed);
    this.position = this.random.normal();
    this.steps = 0;
    this.ended = false;
    return { observation: this.observe(), info: { success: false } };
  }

  step(action: Float32Array): StepResult<Float32Array> {
    if (this.ended) throw new Error("the episode is over");
    this.position += action[0]! + this.random.normal();
    this.steps++;
    this.ended = this.steps === this.horizon;
    return {
      observation: this.observe(),
      reward: -Math.abs(this.position),
      terminated: false,
      truncated: this.ended,
      info: { success: false },
    };
  }

  close(): void {}

  observe(): Float32Array {
    return Float32Array.of(this.position, this.steps);
  }
}

/** A drift with some of its members replaced. */
export function spoilt(change: (drift: Drift) => object): Drift {
  const drift = new Drift();
  return Object.assign(drift, change(drift));
}

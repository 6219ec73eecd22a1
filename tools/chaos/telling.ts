/**
 * An environment whose rewards depend on the action and the episode. A policy that was trained for a second never reaches
 * the goal of a built-in task, so all its evaluations are equal, and a run with wrong evaluations or a wrong best state
 * would look correct.
 */
import type { ResetResult, StepResult, SyncEnvironment } from "../../src/environments/environment.js";
import { joinState } from "../../src/environments/state.js";

/** Steep enough that the return changes after every few updates, and not in the order in which learning would change it. */
const steepness = 40;

type SavableEnvironment = SyncEnvironment & Required<Pick<SyncEnvironment, "saveState" | "restoreState">>;

/** The same environment under another name, with an extra reward in [-1, 1] for the action and the seed of the episode. */
export class TellingEnvironment implements SyncEnvironment {
  readonly observationSpace: SyncEnvironment["observationSpace"];
  readonly actionSpace: SyncEnvironment["actionSpace"];
  readonly horizon: number;
  private seed = 0;

  constructor(
    readonly name: string,
    private readonly inner: SavableEnvironment,
  ) {
    this.observationSpace = inner.observationSpace;
    this.actionSpace = inner.actionSpace;
    this.horizon = inner.horizon;
  }

  reset(options: { readonly seed?: number } = {}): ResetResult<Float32Array> {
    this.seed = options.seed ?? this.seed;
    return this.inner.reset(options);
  }

  step(action: Float32Array): StepResult<Float32Array> {
    const result = this.inner.step(action);
    const acted = action.reduce((total, number) => total + number, 0);
    return { ...result, reward: result.reward + Math.cos(steepness * acted + this.seed) };
  }

  saveState(): Float64Array {
    return joinState([this.seed], this.inner.saveState());
  }

  restoreState(state: Float64Array): void {
    this.inner.restoreState(state.slice(1));
    this.seed = state[0]!;
  }

  close(): void {
    this.inner.close();
  }
}

/**
 * An environment whose rewards tell who acted and in which episode. Those of the built-in tasks tell little to a policy of
 * a second's work: it never reaches the goal, every evaluation is the same, and a run whose evaluations are wrong, or that
 * has kept a wrong state as its best, looks like a right one.
 */
import type { ResetResult, StepResult, SyncEnvironment } from "../../src/environments/environment.js";
import { joinState } from "../../src/environments/state.js";

/** Steep enough that a policy earns something else after every few updates, in no order that learning would give. */
const steepness = 40;

type SavableEnvironment = SyncEnvironment & Required<Pick<SyncEnvironment, "saveState" | "restoreState">>;

/** The same environment with another name, and rewards between -1 and 1 for the action and the seed of the episode besides. */
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

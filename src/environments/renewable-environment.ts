/**
 * The environment that a run collects in, replaceable by a fresh instance: after a failure the state of the old one is
 * unknown. References to it stay valid.
 */
import type {
  ActionSpace,
  Environment,
  MaybePromise,
  Observation,
  ObservationSpace,
  ResetResult,
  StepResult,
} from "./environment.js";
import { closeQuietly } from "./environment-call.js";

/** Makes an environment, like the first one where it is given that. */
export type MakeLike = (first?: Environment) => Promise<Environment>;

export class RenewableEnvironment implements Environment {
  readonly name: string;
  readonly observationSpace: ObservationSpace;
  readonly actionSpace: ActionSpace;
  readonly horizon: number;
  /** Only where the environment has a script. */
  readonly scriptedAction?: (observation: Observation) => Float32Array;
  /** Only where the environment offers both. */
  readonly saveState?: () => Float64Array;
  readonly restoreState?: (state: Float64Array) => void;
  private abandoned = false;

  private constructor(
    private current: Environment,
    private readonly make: MakeLike,
  ) {
    const { name, observationSpace, actionSpace, horizon, saveState, restoreState, scriptedAction } = current;
    this.name = name;
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.horizon = horizon;
    if (scriptedAction) this.scriptedAction = (observation) => this.current.scriptedAction!(observation);
    if (!saveState || !restoreState) return;
    this.saveState = () => this.current.saveState!();
    this.restoreState = (state) => this.current.restoreState!(state);
  }

  static async make(make: MakeLike): Promise<RenewableEnvironment> {
    return new RenewableEnvironment(await make(), make);
  }

  reset(options?: { readonly seed?: number }): MaybePromise<ResetResult> {
    return this.current.reset(options);
  }

  step(action: Float32Array): MaybePromise<StepResult> {
    return this.current.step(action);
  }

  normalisedScore(episodeReturn: number): number | undefined {
    return this.current.normalisedScore?.(episodeReturn);
  }

  /** Puts a fresh environment in the place of one that failed. */
  async renew(): Promise<void> {
    await this.close();
    this.abandoned = true; // until there is a fresh one: what was closed is not closed again
    this.current = await this.make(this);
    this.abandoned = false;
  }

  /** It no longer answers, so not even `close` is called on it. */
  abandon(): void {
    this.abandoned = true;
  }

  /** Throws nothing: how the work in an environment ended counts, not that it cannot be closed. */
  async close(): Promise<void> {
    if (!this.abandoned) await closeQuietly(this.current);
  }
}

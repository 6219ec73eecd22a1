/**
 * The guard around every environment that `makeEnvironment` hands out, built-in or a user's own: it refuses calls in
 * the wrong order and malformed actions (the caller's mistakes), and stops at malformed answers (the environment's,
 * promised ones too) before they reach a replay. An environment itself then needs no such checks. The guard does not
 * touch the horizon: an environment truncates itself.
 */
import { LEGAL, maskOf } from "../data/legal-actions.js";
import { RunFailure, UsageError } from "../errors.js";
import type { Frame } from "../rendering/frame.js";
import {
  actionProblem,
  maskProblemIn,
  type Problem,
  promiseProblem,
  resetProblems,
  stateProblem,
  stepProblems,
} from "./contract.js";
import {
  type ActionSpace,
  type Environment,
  isPromise,
  type MaybePromise,
  type Observation,
  type ObservationSpace,
  type ResetResult,
  type StepResult,
  type SyncEnvironment,
} from "./environment.js";
import { joinState } from "./state.js";

/** The states of an episode that can be saved; their order is part of saved states. */
const episodeStates = ["running", "terminated", "truncated"] as const;

/** An answer that is none of an environment. */
export class BrokenContract extends RunFailure {}

type State = "new" | (typeof episodeStates)[number] | "closed";

/**
 * The same environment, guarded, under the name `name`. It saves and restores its state where the environment does.
 * Its methods throw a UsageError for a step before reset or after the end of the episode, for any call after close or
 * while another is under way, and for an action of the wrong type or length, with an entry that is not finite, or (in a
 * discrete space) with a number that no action has; a RunFailure if the environment's answer breaks the contract. `close`
 * may be called again.
 */
export function guardEnvironment(environment: SyncEnvironment, name?: string): SyncEnvironment;
export function guardEnvironment(environment: Environment, name?: string): Environment;
export function guardEnvironment(environment: Environment, name: string = environment.name): Environment {
  return new GuardedEnvironment(environment, name);
}

class GuardedEnvironment implements Environment {
  readonly observationSpace: ObservationSpace;
  readonly actionSpace: ActionSpace;
  readonly horizon: number;
  /** Only where the environment has a script. */
  readonly scriptedAction?: (observation: Observation) => Float32Array;
  /** Only where the environment can draw itself. */
  readonly render?: (frame: Frame) => void;
  /** Only where the environment offers both. */
  readonly saveState?: () => Float64Array;
  readonly restoreState?: (state: Float64Array) => void;
  readonly normalisedScore?: (episodeReturn: number) => number | undefined;
  private state: State = "new";
  /** Steps of this episode so far. */
  private steps = 0;
  /** Whether a promised answer is still to come. */
  private waiting = false;
  /** Which actions are legal, where the last observation says it. */
  private mask: Float32Array | undefined;

  constructor(
    private readonly environment: Environment,
    readonly name: string,
  ) {
    this.observationSpace = environment.observationSpace;
    this.actionSpace = environment.actionSpace;
    this.horizon = environment.horizon;
    if (environment.normalisedScore) this.normalisedScore = (sum) => environment.normalisedScore?.(sum);
    if (environment.scriptedAction) this.scriptedAction = (observation) => environment.scriptedAction!(observation);
    if (environment.render) this.render = (frame) => this.draw(frame);
    if (environment.saveState && environment.restoreState) {
      this.saveState = this.save;
      this.restoreState = this.restore;
    }
  }

  reset(options: { readonly seed?: number } = {}): MaybePromise<ResetResult> {
    if (this.waiting) throw this.refuseTwoCalls("reset()");
    if (this.state === "closed") throw this.refuse("reset() was called after close()", "make a new environment");
    if (options.seed !== undefined && !Number.isSafeInteger(options.seed))
      throw this.refuse(`reset() was given the seed ${options.seed}`, "pass an integer");
    const answer = this.environment.reset(options);
    return isPromise(answer) ? this.awaited(answer, (result) => this.begun(result)) : this.begun(answer);
  }

  step(action: Float32Array): MaybePromise<StepResult> {
    if (this.waiting) throw this.refuseTwoCalls("step()");
    if (this.state !== "running") throw this.refuse(...this.whyNoStep());
    const wrong = actionProblem(action, this.actionSpace);
    if (wrong) throw this.refuse(`the action for step ${this.steps + 1} ${wrong}`, "correct the action");
    if (this.mask && this.mask[action[0]!] !== 1)
      throw this.refuse(
        `the action for step ${this.steps + 1} is ${action[0]}, which is not legal there`,
        `choose one whose number in the observation's part "${LEGAL}" is 1`,
      );
    this.steps++;
    const answer = this.environment.step(action);
    return isPromise(answer) ? this.awaited(answer, (result) => this.stepped(result)) : this.stepped(answer);
  }

  /** Returns the environment's promise, if it gives one; whether it could be closed changes nothing any more. */
  close(): MaybePromise<undefined> {
    if (this.state === "closed") return undefined;
    this.state = "closed";
    const closing: unknown = this.environment.close();
    const settled = () => undefined;
    return isPromise(closing) ? closing.then(settled, settled) : undefined;
  }

  private async awaited<Answer>(answer: Promise<Answer>, look: (answer: Answer) => Answer): Promise<Answer> {
    this.waiting = true;
    try {
      const given = await answer;
      if (this.state === "closed")
        throw this.refuse("close() was called while another call was under way", "await its answer first");
      return look(given);
    } finally {
      this.waiting = false;
    }
  }

  private begun(result: ResetResult): ResetResult {
    const problems = resetProblems(result, this.observationSpace);
    if (problems.length > 0) throw this.fail("reset()", ...problems);
    this.see(result, "reset()", true);
    this.state = "running";
    this.steps = 0;
    return result;
  }

  private stepped(result: StepResult): StepResult {
    const problems = stepProblems(result, this.observationSpace);
    if (problems.length > 0) throw this.fail(`step ${this.steps}`, ...problems);
    if (!result.terminated && !result.truncated && this.steps >= this.horizon)
      throw this.fail(`step ${this.steps}`, {
        what: `the episode goes on although its horizon is ${this.horizon}`,
        nextStep: "report truncated at that step",
      });
    this.see(result, `step ${this.steps}`, !result.terminated);
    if (result.terminated) this.state = "terminated";
    else if (result.truncated) this.state = "truncated";
    return result;
  }

  /** Keeps which actions are legal next, where the observation says it. */
  private see({ observation }: ResetResult, where: string, goesOn: boolean): void {
    const problem = maskProblemIn(observation, this.actionSpace, goesOn);
    if (problem) throw this.fail(where, problem);
    this.mask = this.actionSpace.kind === "discrete" ? maskOf(observation) : undefined;
  }

  private draw(frame: Frame): void {
    if (this.state === "new") throw this.refuse("render() was called before the first reset()", "call reset() first");
    if (this.state === "closed") throw this.refuse("render() was called after close()", "make a new environment");
    const problem = promiseProblem(this.environment.render?.(frame), "render()");
    if (problem) throw this.fail("render()", problem);
  }

  /** The guard's own two numbers, then the environment's. */
  private save(): Float64Array {
    if (this.state === "closed") throw this.refuse("saveState() was called after close()", "make a new environment");
    if (this.state === "new")
      throw this.refuse("saveState() was called before the first reset()", "call reset() first");
    const saved = this.environment.saveState!();
    const problem = stateProblem(saved);
    if (problem) throw this.fail("saveState()", problem);
    return joinState([episodeStates.indexOf(this.state), this.steps], saved);
  }

  private restore(saved: Float64Array): void {
    if (this.state === "closed") throw this.refuse("restoreState() was called after close()", "make a new environment");
    const state = episodeStates[saved[0]!];
    if (state === undefined || saved.length < 2)
      throw this.refuse("restoreState() was given something else than a saved state", "pass what saveState() returned");
    const problem = promiseProblem(this.environment.restoreState!(saved.slice(2)), "restoreState()");
    if (problem) throw this.fail("restoreState()", problem);
    this.state = state;
    this.steps = saved[1]!;
    this.mask = undefined; // the observation of that state is the caller's
  }

  private refuseTwoCalls(call: string): UsageError {
    return this.refuse(`${call} was called while another call was under way`, "await its answer first");
  }

  private whyNoStep(): [string, string] {
    if (this.state === "new") return ["step() was called before the first reset()", "call reset() first"];
    if (this.state === "closed")
      return [`step() was called after close(), at step ${this.steps} of the episode`, "make a new environment"];
    return [`step() was called after the episode ended (${this.state} at step ${this.steps})`, "call reset() first"];
  }

  private refuse(what: string, nextStep: string): UsageError {
    return new UsageError(`${this.name}: ${what}; ${nextStep}.`);
  }

  private fail(where: string, ...problems: readonly Problem[]): BrokenContract {
    const [what, next] = [problems.map((problem) => problem.what), problems.map(({ nextStep }) => nextStep)];
    return new BrokenContract(
      `${this.name}: ${where} broke the contract of an environment: ${what.join(", and ")}; ${next.join(", and ")} (checkEnvironment() lists all that is wrong).`,
    );
  }
}

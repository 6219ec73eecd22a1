/**
 * A checker for environments, for people who write their own: it plays two short episodes with random actions and says
 * in plain sentences what breaks the contract of environment.ts. An empty list means that an agent can train in it.
 */

import { STATE } from "../data/columns.js";
import { partsOf } from "../data/episode.js";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { shown } from "../requirement.js";
import { actionSpaceProblems, observationSpaceProblems } from "./check-spaces.js";
import { numbersOf, savedStateProblem } from "./check-state.js";
import {
  actionProblem,
  boundsProblem,
  maskProblemIn,
  observationProblem,
  type Problem,
  promiseProblem,
  resetProblems,
  stepProblems,
} from "./contract.js";
import type { Environment, MaybePromise, Observation, ObservationSpace, ResetResult } from "./environment.js";
import { randomAction } from "./spaces.js";

/** The steps of a trajectory that is repeated to see whether a seed decides everything. */
const comparedSteps = 50;

/** The longest episode that is waited for; the end of longer ones is not checked. */
const patience = 100_000;

/** How an environment is checked. */
export interface CheckOptions {
  /** The seed of the episodes and their actions; 0 by default. */
  readonly seed?: number;
  /** A second environment made in the same way, into which a saved state is restored as well. */
  readonly another?: Environment;
}

/** What one episode with random actions showed. */
interface Trial {
  /** The first `comparedSteps` observations (reset first), copied, each followed by its reward. */
  readonly trace: Float64Array[];
  readonly steps: number;
  readonly ended: boolean;
}

/**
 * What is wrong with an environment: one sentence for each kind of problem (the thing, the reason, the next step), an
 * empty list when nothing is. Give it the environment itself rather than what `makeEnvironment` returns: the guard
 * there catches some mistakes before they can be seen. What the guard refuses (calls in the wrong order, malformed
 * actions) is not asked of the environment. An environment that saves its state is asked to continue from it. The
 * environment is reset and stepped, its promises are waited for, and it stays open.
 * @throws UsageError for what is no object at all
 */
export async function checkEnvironment(environment: Environment, options: CheckOptions = {}): Promise<string[]> {
  if (typeof environment !== "object" || environment === null)
    throw new UsageError(
      `The environment of checkEnvironment() is ${shown(environment)}; give an object with reset, step and two spaces.`,
    );
  const report = new Report(environment);
  checkDeclarations(environment, report);
  if (report.problems.length > 0) return report.problems; // without sound spaces there is nothing to act with
  const seed = options.seed ?? 0;
  const first = await play(environment, seed, Math.min(environment.horizon, patience), report);
  if (!first) return report.problems;
  checkEnd(environment, first, report);
  const second = await play(environment, seed, Math.min(environment.horizon, comparedSteps), report);
  if (second) compareTraces(first, second, report);
  await checkScript(environment, seed, report);
  if (report.problems.length > 0) return report.problems; // what does not repeat from a seed cannot from a state
  const saved = await report.attempt("saving and restoring", () =>
    savedStateProblem(environment, seed, options.another),
  );
  if (saved?.answer) report.add(saved.answer.what, saved.answer.nextStep);
  return report.problems;
}

/** Collects sentences, one for each kind of problem. */
class Report {
  private readonly sentences = new Map<string, string>();

  constructor(private readonly environment: Environment) {}

  add(what: string, nextStep: string): void {
    if (!this.sentences.has(nextStep)) this.sentences.set(nextStep, `${this.environment.name}: ${what}; ${nextStep}.`);
  }

  get problems(): string[] {
    return [...this.sentences.values()];
  }

  /** Runs one call of the environment; what it throws becomes a problem and there is no answer. */
  async attempt<Result>(
    where: string,
    call: () => MaybePromise<Result>,
    nextStep = "it must accept any seed, and any action of its action space",
  ): Promise<{ readonly answer: Result } | undefined> {
    try {
      return { answer: await call() };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.add(`${where} threw "${reason}"`, nextStep);
      return undefined;
    }
  }
}

function checkDeclarations(environment: Environment, report: Report): void {
  if (typeof environment.name !== "string" || environment.name === "")
    report.add(`name is ${JSON.stringify(environment.name)}`, "give the environment a name of at least one letter");
  if (!Number.isSafeInteger(environment.horizon) || environment.horizon < 1)
    report.add(
      `horizon is ${environment.horizon}`,
      "declare the largest number of steps of an episode, an integer of 1 or more",
    );
  const { observationSpace, actionSpace } = environment;
  for (const { what, nextStep } of [...observationSpaceProblems(observationSpace), ...actionSpaceProblems(actionSpace)])
    report.add(what, nextStep);
}

/** Plays one episode, or `limit` steps of it; undefined where reset failed or nothing sensible could be returned. */
async function play(environment: Environment, seed: number, limit: number, report: Report): Promise<Trial | undefined> {
  const space = environment.observationSpace;
  const random = new RandomStream(seed, "check");
  const begin = await report.attempt(`reset({ seed: ${seed} })`, () => environment.reset({ seed }));
  if (!begin || !isUsable("reset()", begin.answer, resetProblems(begin.answer, space), space, report)) return undefined;
  let previous = begin.answer.observation;
  if (!hasSoundMask("reset()", previous, environment, true, report)) return undefined;
  const trace = [Float64Array.of(...numbersOf(previous), 0)];
  for (let step = 1; step <= limit; step++) {
    const action = randomAction(environment.actionSpace, random, previous);
    const attempt = await report.attempt(`step ${step}`, () => environment.step(action));
    if (!attempt) return undefined;
    const result = attempt.answer;
    if (!isUsable(`step ${step}`, result, stepProblems(result, space), space, report)) return undefined;
    if (!hasSoundMask(`step ${step}`, result.observation, environment, !result.terminated, report)) return undefined;
    checkAliasing(previous, result.observation, step, report);
    if (trace.length <= comparedSteps) trace.push(Float64Array.of(...numbersOf(result.observation), result.reward));
    previous = result.observation;
    if (result.terminated || result.truncated) return { trace, steps: step, ended: true };
  }
  return { trace, steps: limit, ended: false };
}

/** Adds what is wrong with the mask of an observation, where it has one. */
function hasSoundMask(
  where: string,
  observation: Observation,
  { actionSpace }: Environment,
  goesOn: boolean,
  report: Report,
): boolean {
  const problem = maskProblemIn(observation, actionSpace, goesOn);
  if (problem) report.add(`${where}: ${problem.what}`, problem.nextStep);
  return problem === undefined;
}

/** Adds what is wrong with one answer to the report; false where its observation cannot be worked with. */
function isUsable(
  where: string,
  result: ResetResult,
  problems: Problem[],
  space: ObservationSpace,
  report: Report,
): boolean {
  for (const { what, nextStep } of problems) report.add(`${where}: ${what}`, nextStep);
  if (typeof result !== "object" || result === null || observationProblem(result.observation, space)) return false;
  const spaces = space.kind === "box" ? { [STATE]: space } : space.parts;
  const outside = boundsProblem(partsOf(result.observation), spaces);
  if (outside)
    report.add(`${where}: the observation ${outside}`, "widen the bounds of observationSpace or keep to them");
  return true;
}

function checkAliasing(earlier: Observation, later: Observation, step: number, report: Report): void {
  const [before, after] = [earlier, later].map((observation) => Object.values(partsOf(observation)));
  const overlaps = before!.some((a) =>
    after!.some(
      (b) =>
        a.buffer === b.buffer &&
        a.byteOffset < b.byteOffset + b.byteLength &&
        b.byteOffset < a.byteOffset + a.byteLength,
    ),
  );
  if (overlaps)
    report.add(
      `the observation of step ${step} lies in the same memory as the one before it`,
      "return a fresh array each time, because callers keep the observations",
    );
}

function checkEnd(environment: Environment, trial: Trial, report: Report): void {
  if (trial.ended || trial.steps !== environment.horizon) return;
  report.add(
    `the episode still ran after ${trial.steps} steps, its horizon`,
    "return truncated: true at the step that reaches the horizon",
  );
}

/** Asks once for what the script does, where there is one. */
async function checkScript(environment: Environment, seed: number, report: Report): Promise<void> {
  if (!environment.scriptedAction) return;
  const begin = await report.attempt(`reset({ seed: ${seed} })`, () => environment.reset({ seed }));
  if (!begin) return;
  const { observation } = begin.answer;
  // Within an object, because a promise is not to be awaited.
  const call = () => ({ action: environment.scriptedAction!(observation) });
  const script = await report.attempt("scriptedAction()", call, "it must accept any observation");
  if (!script) return;
  const { action } = script.answer;
  const wrong = actionProblem(action, environment.actionSpace);
  const nextStep = "return a fresh Float32Array, an action of actionSpace";
  const problem =
    promiseProblem(action, "scriptedAction()") ??
    (wrong && { what: `scriptedAction(): the action ${wrong}`, nextStep });
  if (problem) report.add(problem.what, problem.nextStep);
}

function compareTraces(first: Trial, second: Trial, report: Report): void {
  const differs = (a: Float64Array, b: Float64Array | undefined) => !b || a.some((value, i) => !Object.is(value, b[i]));
  const at = first.trace.findIndex((entry, i) => i < second.trace.length && differs(entry, second.trace[i]));
  if (at === 0)
    report.add(
      "reset() with the same seed returned two different observations",
      "draw everything random from a generator that reset({ seed }) starts anew",
    );
  else if (at > 0 || Math.min(first.steps, comparedSteps) !== second.steps)
    report.add(
      `the same seed and actions led to two different episodes${at > 0 ? ` from step ${at} on` : ""}`,
      "let everything that a seeded reset leaves behind follow from the seed: state, clocks and noise",
    );
}

/**
 * The part of the checker that asks an environment to continue from a saved state: the same actions must lead to the
 * same bits, in the environment that saved it and in a fresh one, beyond the end of the episode and into the next.
 */
import { partsOf } from "../data/episode.js";
import { RandomStream } from "../random.js";
import { type Problem, promiseProblem, stateProblem } from "./contract.js";
import type { Environment, Observation } from "./environment.js";
import { randomAction } from "./spaces.js";

/** The most steps before the state is saved, in the middle of an episode, and the steps that are repeated from it. */
const [stepsBefore, stepsRepeated] = [10, 50];

/**
 * What is wrong with `saveState` and `restoreState`; undefined when nothing is, or when the environment has neither.
 * @param another a second environment made in the same way.
 */
export async function savedStateProblem(
  environment: Environment,
  seed: number,
  another?: Environment,
): Promise<Problem | undefined> {
  if (!environment.saveState && !environment.restoreState) return undefined;
  if (!environment.saveState || !environment.restoreState)
    return { what: "only one of saveState and restoreState is there", nextStep: "offer both or neither" };
  const random = new RandomStream(seed, "check saved states");
  const { observation: first } = await environment.reset({ seed });
  const before = await follow(environment, first, Math.min(stepsBefore, environment.horizon >> 1), random);
  const state = environment.saveState();
  const malformed = stateProblem(state);
  if (malformed) return malformed;
  const streamBefore = random.state();
  const repeat = (copy: Environment) => {
    random.restore(streamBefore);
    return followAndReset(copy, before.observation, random);
  };
  const original = await repeat(environment);
  environment.saveState(); // what was saved before must not change by it
  for (const copy of another ? [environment, another] : [environment]) {
    if (!copy.restoreState)
      return { what: "the second environment has no restoreState", nextStep: "make it the same way" };
    const promise = promiseProblem(copy.restoreState(state), "restoreState()");
    if (promise) return promise;
    if (!sameNumbers(original, await repeat(copy)))
      return {
        what: `the same actions led elsewhere after restoreState()${copy === another ? " of a second environment" : ""}`,
        nextStep: "save everything that what follows depends on: physics, goal, clock and random stream",
      };
  }
  if (accepts(environment, new Float64Array(state.length + 1)))
    return { what: "restoreState() took a state of the wrong length", nextStep: "throw a UsageError there" };
  return undefined;
}

interface Followed {
  /** All numbers that the environment answered. */
  readonly answers: readonly number[];
  /** Where it stands. */
  readonly observation: Observation;
}

/** Random actions from an observation on; where an episode ends, the next one begins, without a seed. */
async function follow(
  environment: Environment,
  from: Observation,
  count: number,
  random: RandomStream,
): Promise<Followed> {
  const answers: number[] = [];
  let seen = from;
  for (let step = 0; step < count; step++) {
    const action = randomAction(environment.actionSpace, random, seen);
    const { observation, reward, terminated, truncated, info } = await environment.step(action);
    answers.push(...numbersOf(observation), reward, Number(terminated), Number(truncated), Number(info.success));
    seen = terminated || truncated ? (await environment.reset()).observation : observation;
    if (seen !== observation) answers.push(...numbersOf(seen));
  }
  return { answers, observation: seen };
}

/** The same, and the beginning of one more episode, which shows the random stream. */
async function followAndReset(environment: Environment, from: Observation, random: RandomStream): Promise<number[]> {
  const { answers } = await follow(environment, from, stepsRepeated, random);
  return [...answers, ...numbersOf((await environment.reset()).observation)];
}

/** All numbers of an observation, part by part. */
export function numbersOf(observation: Observation): number[] {
  return Object.values(partsOf(observation)).flatMap((values) => [...values]);
}

function sameNumbers(first: readonly number[], second: readonly number[]): boolean {
  return first.length === second.length && first.every((value, i) => Object.is(value, second[i]));
}

function accepts(environment: Environment, state: Float64Array): boolean {
  try {
    environment.restoreState?.(state);
    return true;
  } catch {
    return false;
  }
}

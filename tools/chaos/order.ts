/**
 * How a process is to be ended: in which stage, at which call, by which signal. The chaos tool passes the order in an
 * environment variable, and dying.ts, loaded before the program, carries it out.
 */
import type { RandomStream } from "../../src/random.js";

/**
 * Where a process can end. "checkpoint": between two operations on the files of a checkpoint, of lines or of collected
 * episodes, or in the middle of a write. "episode": between two steps of the environment online. "clock": at any moment,
 * by the tool's own timer, including during start-up.
 */
export const stages = ["offline", "switch", "online", "episode", "evaluation", "checkpoint", "clock"] as const;
export type Stage = (typeof stages)[number];

export interface Order {
  readonly stage: Stage;
  /** The number of the call in that stage at which the process ends; for the clock, milliseconds after the start. */
  readonly count: number;
  readonly signal: "SIGKILL" | "SIGINT" | "SIGTERM";
  /** The probability of a checkpoint between two updates or steps; it replaces the interval in seconds. */
  readonly checkpointShare: number;
  /** Seed of the moments of checkpoints. */
  readonly seed: number;
}

export const orderVariable = "CALQL_CHAOS";

/**
 * What a process with an order writes to standard error once its run is set up, or restored if it resumes. A process that
 * was killed earlier has not tested its checkpoint.
 */
export const atWork = "CALQL_CHAOS: at work\n";

/** The largest count per stage: about as many calls as a run of the tool makes, so that some orders come too late. */
const mostCalls: Readonly<Record<Stage, number>> = {
  offline: 30,
  switch: 2,
  online: 40,
  episode: 250,
  evaluation: 350,
  checkpoint: 120,
  clock: 1500,
};

/** Half of the orders are for a checkpoint or the clock; one in six is a request (SIGINT, SIGTERM) and not a kill. */
const weights: Readonly<Record<Stage, number>> = {
  offline: 1,
  switch: 2,
  online: 1,
  episode: 1,
  evaluation: 1,
  checkpoint: 4,
  clock: 2,
};
const requestShare = 1 / 6;

/** The first order of a case: a kill before there is any checkpoint, which would be rare by chance. */
export function firstOrder(random: RandomStream): Order {
  return { ...randomOrder(random), stage: "evaluation", count: 1, signal: "SIGKILL" };
}

export function randomOrder(random: RandomStream): Order {
  const lots = stages.flatMap((stage) => Array<Stage>(weights[stage]).fill(stage));
  const stage = lots[random.integer(lots.length)]!;
  const asked = random.uniform() < requestShare ? (["SIGINT", "SIGTERM"] as const)[random.integer(2)] : undefined;
  return {
    stage,
    count: 1 + random.integer(mostCalls[stage]),
    signal: asked ?? "SIGKILL",
    checkpointShare: 0.15,
    seed: random.integer(2 ** 31),
  };
}

/**
 * How a process of a run is to end: in which stage, at which call there, by which signal. The chaos tool gives the order
 * in the environment of the process, and the module dying.ts, loaded before the program, carries it out.
 */
import type { RandomStream } from "../../src/random.js";

/**
 * Where a process can end. "checkpoint": between two operations on the files of a checkpoint, of lines or of collected
 * episodes, or in the middle of a write. "episode": between two steps of the environment online. "clock": at any moment,
 * by the tool's own watch, the start of the program among them.
 */
export const stages = ["offline", "switch", "online", "episode", "evaluation", "checkpoint", "clock"] as const;
export type Stage = (typeof stages)[number];

export interface Order {
  readonly stage: Stage;
  /** The call in that stage that is the last; on the clock, milliseconds after the start. */
  readonly count: number;
  readonly signal: "SIGKILL" | "SIGINT" | "SIGTERM";
  /** Between two updates or steps, how often a checkpoint is written, in place of every so many seconds. */
  readonly checkpointShare: number;
  /** Of the moments of those. */
  readonly seed: number;
}

export const orderVariable = "CALQL_CHAOS";

/**
 * What a process with an order says on standard error once its run is at work: set up, and where it is resumed put back
 * to where it stood. One that was killed before has shown nothing of its checkpoint.
 */
export const atWork = "CALQL_CHAOS: at work\n";

/** The largest count of a stage: about as many as one of the tool's runs has, so that some orders come too late. */
const mostCalls: Readonly<Record<Stage, number>> = {
  offline: 30,
  switch: 2,
  online: 40,
  episode: 250,
  evaluation: 350,
  checkpoint: 120,
  clock: 1500,
};

/** Half of the ends are in a checkpoint or by the clock; one in six is a wish (SIGINT, SIGTERM) and not a kill. */
const weights: Readonly<Record<Stage, number>> = {
  offline: 1,
  switch: 2,
  online: 1,
  episode: 1,
  evaluation: 1,
  checkpoint: 4,
  clock: 2,
};
const wishes = 1 / 6;

/** The first of a case: a kill before there is any checkpoint, which chance alone would seldom give. */
export function firstOrder(random: RandomStream): Order {
  return { ...randomOrder(random), stage: "evaluation", count: 1, signal: "SIGKILL" };
}

export function randomOrder(random: RandomStream): Order {
  const lots = stages.flatMap((stage) => Array<Stage>(weights[stage]).fill(stage));
  const stage = lots[random.integer(lots.length)]!;
  const asked = random.uniform() < wishes ? (["SIGINT", "SIGTERM"] as const)[random.integer(2)] : undefined;
  return {
    stage,
    count: 1 + random.integer(mostCalls[stage]),
    signal: asked ?? "SIGKILL",
    checkpointShare: 0.15,
    seed: random.integer(2 ** 31),
  };
}

/**
 * The watch over calls of environments, which may hang. A call that holds the thread can only be interrupted from
 * outside; a promise that does not settle is abandoned here, by a plain timer.
 */
import type { CallKind, EpisodeName } from "./environment-failure.js";

export interface CallWatch {
  /** Seconds after which a call counts as hung. */
  readonly seconds: number;
  /**
   * A call begins.
   * @param episode in which it is made, unless it is `make`
   * @param step counted from 1; 0 is the beginning of the episode
   */
  enter(call: CallKind, episode?: EpisodeName, step?: number): void;
  /** The call has returned: with its answer, or with a promise, which does not block the thread. */
  leave(): void;
}

/** A watch that can also interrupt a call which holds the thread: on Node from a thread beside it (runs/hang-watch.ts). */
export interface EnvironmentWatch extends CallWatch {
  /**
   * Does work in which environments are called.
   * @throws EnvironmentFailure if one of them hangs; the work then never ends
   */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Does work in which environments are called; under a watch, if there is one. */
export function watched<Result>(watch: EnvironmentWatch | undefined, work: () => Promise<Result>): Promise<Result> {
  return watch ? watch.during(work) : work();
}

/** What is said of a call without an answer. */
export function noAnswer(seconds: number): string {
  return `it gave no answer for ${seconds} seconds`;
}

/** Thrown where a promise does not come in time. */
export class NoAnswerError extends Error {}

/** The longest time that a timer can be set to, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * What the promise resolves to.
 * @param seconds to wait at most; undefined waits forever
 * @throws NoAnswerError where it takes longer, whatever becomes of the promise then; else as the promise does
 */
export async function withinTime<Answer>(promise: Promise<Answer>, seconds: number | undefined): Promise<Answer> {
  if (seconds === undefined) return promise;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(noAnswer(seconds))), Math.min(1000 * seconds, longestTimer));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

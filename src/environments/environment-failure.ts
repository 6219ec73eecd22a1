/**
 * A failing environment is for the user to fix: the error says in which call, in which episode and at which step it
 * happened, and what to do.
 */
import { RunFailure } from "../errors.js";

export const episodeKinds = ["online episode", "evaluation episode", "the episode with seed"] as const;

/** An episode, for messages: "online episode 3", counted from 1. */
export interface EpisodeName {
  readonly kind: (typeof episodeKinds)[number];
  readonly number: number;
}

/** Calls of an environment: `reset` and `step`, `saveState`, `restoreState`, its factory's, and `scriptedAction`. */
export const callKinds = ["play", "save", "restore", "make", "script"] as const;
export type CallKind = (typeof callKinds)[number];

/** Where in an episode a call is made: its step, counted from 1; 0 is the beginning. */
export interface Place {
  readonly episode: EpisodeName;
  readonly step: number;
}

/** A call of an environment that threw, gave a malformed answer, or none. */
export class EnvironmentFailure extends RunFailure {
  /** Whether the call gave no answer: then not even `close` may be called. */
  readonly hung: boolean;

  /** @param what happened, where: half a sentence, as `failureAt` gives it */
  constructor(
    readonly what: string,
    { call, hung = false, cause }: { readonly call: CallKind; readonly hung?: boolean; readonly cause?: unknown },
  ) {
    super(`${what}. ${nextStep(call)}`, { cause });
    this.hung = hung;
  }
}

/** What is to be done about a call that failed. */
export function nextStep(call: CallKind): string {
  // The first environment is made before there is a run folder, others after that.
  return call === "make"
    ? 'Mend it; then run again, or continue with "calql resume" (resume() where it is your own) where a run has begun.'
    : 'What was recorded before is kept; mend it and continue with "calql resume", or with resume() where it is your own.';
}

/**
 * What failed where: half a sentence. It stands on its own, so that a thread can be given its text.
 * @param place unless it was `make`
 */
export function failureAt(environment: string, call: CallKind, place: Place | undefined, reason: string): string {
  if (call === "make" || !place) return `The environment ${environment} could not be made: ${reason}`;
  const { episode, step } = place;
  const when = step === 0 ? "at the beginning" : `at step ${step}`;
  const what = {
    play: "",
    save: "its state could not be saved: ",
    restore: "the state of the checkpoint could not be restored: ",
    script: "its scriptedAction: ",
  }[call];
  return `The environment ${environment} failed ${when} of ${episode.kind} ${episode.number}: ${what}${reason}`;
}

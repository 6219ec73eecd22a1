/**
 * The ports of the training loop: where episodes come from, what updates draw from, where the record goes, and how good
 * a policy is. The loop (loop.ts) knows nothing but these, so that it trains in a process with a run folder, in a browser
 * tab, or beside actors that are elsewhere. Every implementation passes its port's conformance suite (ports.fixture.ts,
 * sink.fixture.ts).
 */
import type { Batch } from "../data/columns.js";
import type { Episode, Observation } from "../data/episode.js";
import type { EvaluationLine, MetricsLine, NoticeLine, RunSummary } from "./record.js";
import type { EpisodeInProgress, SavedStreams, Snapshot } from "./snapshot.js";

/** What acts: actions [count, action] for rows of observations (a vector's, or of every part), overwritten by the next call. */
export interface Policy {
  act(observations: Observation, mode: { readonly deterministic: boolean }): Promise<Float32Array>;
}

/** Where online episodes come from: an environment here, actors elsewhere, the log of a server. */
export interface Collector {
  /** The task's own script, where it has one. */
  readonly script?: Policy | undefined;
  /**
   * One whole episode, with rewards and actions as the environment has them.
   * @param betweenSteps called between two steps, where a collector that can be captured may be captured
   * @throws RunFailure if no episode can be had; the reason of the run's signal if that ended the wait
   */
  next(policy: Policy, betweenSteps: () => void): Promise<Episode>;
  /** What it takes to resume in the middle of an episode; a collector without it resumes with the next one. */
  capture?(): CollectorState;
  /** Resumes where `capture` was called. @param checkpoint its name, for messages @throws DataError if it does not fit */
  restore?(state: CollectorState, checkpoint: string): Promise<void>;
}

export interface CollectorState {
  /** Complete episodes so far, by which messages count the next one. */
  readonly episodes: number;
  /** Episodes in a row, up to here, that failed and were dropped. */
  readonly failures: number;
  /** The random streams where the episode in progress began; undefined between episodes. */
  readonly before: SavedStreams | undefined;
  /** The episode in progress; null between episodes, and where it can only be played again from its beginning. */
  readonly episode: EpisodeInProgress | null;
}

/** What updates learn from: the recorded data and the episodes collected so far. */
export interface Replay {
  /** Adds an online episode, in the environment's own units. @returns its rewards as the critics see them, [steps] */
  add(episode: Episode): Float32Array;
  /**
   * Fills a batch with transitions drawn uniformly with replacement. Allocates nothing.
   * @param ratio share of recorded transitions, in [0, 1]; negative: their part of all transitions
   * @param parts equal parts of the batch, each of which is mixed by itself
   * @throws UsageError if there is nothing to draw from
   */
  fill(batch: Batch, ratio: number, parts: number): void;
  /** Rows drawn so far from recorded data that are not in memory as a whole, where what comes next depends on it; else 0. */
  readonly draws: number;
  /** Continues as if so many rows had been drawn; only on a replay from which nothing was drawn. */
  skipTo(draws: number): void;
}

/** Where the record of a run goes. What a method throws ends the run. */
export interface RunSink {
  metrics(line: MetricsLine): void;
  evaluation(line: EvaluationLine): void;
  notice(line: NoticeLine): void;
  /** An online episode, complete. */
  episode(episode: Episode): void;
  /**
   * The whole state, from which the run can be resumed together with everything recorded before.
   * @param best whether it was evaluated better than every one before
   */
  checkpoint(snapshot: Snapshot, best: boolean): void;
  /** The policy at the end, the bytes of an ONNX model. */
  policy(model: Uint8Array): void;
  /** The error to report in place of one that ended the run; a sink may keep what it takes to reproduce it. */
  failure?(error: unknown): unknown;
  /** No more lines and episodes follow; the summary does. */
  close(): void;
  summary(summary: RunSummary): void;
}

/** What an evaluator found. */
export interface Evaluation {
  /** Those that were played; of an estimate, those that it was made from. */
  readonly episodes: number;
  /** Share of the episodes in which `info.success` was true at least once; absent where success is not known. */
  readonly successRate?: number;
  /** Undiscounted sums of the environment's own rewards; of an estimate, the discounted return from where episodes begin. */
  readonly returnMean: number;
  /** Absent from an estimate, as are lengths. */
  readonly returnStandardDeviation?: number;
  readonly lengthMean?: number;
  /** D4RL's score of the mean return, where the task has one: 0 is random, 100 an expert. */
  readonly normalisedScore?: number;
  /** Of what was estimated from recorded episodes, and not played. */
  readonly estimate?: Estimate;
}

/** How far an estimated return can be trusted, and what to compare it with. */
export interface Estimate {
  /** The 95 % interval of `returnMean`. */
  readonly low: number;
  readonly high: number;
  /** The same return of what the recorded episodes did. */
  readonly logged: number;
}

/** How good a policy is: episodes in an environment, or an estimate where there is none. It says the same of the same policy. */
export interface Evaluator {
  /** @throws RunFailure if it cannot be said; the reason of the run's signal if that cut it short */
  evaluate(policy: Policy): Promise<Evaluation>;
}

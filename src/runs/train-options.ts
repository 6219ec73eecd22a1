/**
 * What a caller gives to a run besides its settings, and what it gets back.
 */
import type { GivenDataset } from "../data/check-header.js";
import type { EvaluationLine, RunSummary } from "../training/record.js";
import type { Progress } from "../training/run-log.js";

/** What a run needs besides its settings: its folder, data in memory, listeners and a signal. */
export interface TrainOptions {
  /** The run folder: a new one (absent or empty), or that of the run to resume. */
  readonly folder: string;
  /** Called with a sentence that a person should read, although the run continues. */
  readonly onNotice?: (sentence: string) => void;
  readonly onProgress?: (progress: Progress) => void;
  readonly onEvaluation?: (evaluation: EvaluationLine) => void;
  /** Ends the run early, with everything written. */
  readonly signal?: AbortSignal;
  /** Recorded data in memory, in place of a file or the task's own. */
  readonly dataset?: GivenDataset;
  /** Where the recorded data are by now, for a run that goes on: they must be those that it began with. */
  readonly datasetFile?: string;
  /** Cores that the run's evaluations may take, where its settings do not say; by default all. */
  readonly cores?: number;
  /** Where an environment hangs in a call that nothing can break off, end the process: it could do nothing else. */
  readonly mayEndProcess?: boolean;
}

/** A run that has ended, whatever its ending: `summary.status` says which. */
export interface TrainResult {
  readonly folder: string;
  readonly summary: RunSummary;
  readonly evaluations: readonly EvaluationLine[];
}

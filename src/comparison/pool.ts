/**
 * Runs side by side: as many workers at a time as there are jobs, the next run begins when one ends. A failed run does
 * not block the others; after a stop, every run still gets an outcome.
 */
import type { EvaluationLine } from "../training/record.js";
import type { Progress } from "../training/run-log.js";
import type { PlannedRun } from "./plan.js";
import type { RunEnding, RunWorker, StartWorker } from "./run-worker.js";

/** Events of runs in progress. */
export interface PoolEvents {
  readonly began: (run: PlannedRun, worker: RunWorker) => void;
  readonly progressed: (run: PlannedRun, progress: Progress) => void;
  readonly evaluated: (run: PlannedRun, evaluation: EvaluationLine) => void;
  /** A sentence that a person should read, although the run continues. */
  readonly noticed: (run: PlannedRun, sentence: string) => void;
  readonly ended: (run: PlannedRun, ending: RunEnding) => void;
}

export interface PoolOptions {
  readonly jobs: number;
  readonly startWorker: StartWorker;
  readonly signal: AbortSignal | undefined;
  readonly events: Partial<PoolEvents>;
}

/** The endings of those runs that began. */
export async function runAll(
  runs: readonly PlannedRun[],
  { jobs, startWorker, signal, events }: PoolOptions,
): Promise<Map<PlannedRun, RunEnding>> {
  const waiting = [...runs];
  const active = new Set<RunWorker>();
  const endings = new Map<PlannedRun, RunEnding>();
  const stopAll = () => {
    for (const worker of active) worker.stop();
  };
  const carryOut = async (run: PlannedRun) => {
    const worker = startWorker(run, {
      onProgress: (progress) => events.progressed?.(run, progress),
      onEvaluation: (evaluation) => events.evaluated?.(run, evaluation),
      onNotice: (sentence) => events.noticed?.(run, sentence),
    });
    active.add(worker);
    events.began?.(run, worker);
    const ending = await worker.ended;
    active.delete(worker);
    endings.set(run, ending);
    events.ended?.(run, ending);
  };
  const lane = async () => {
    while (!signal?.aborted) {
      const run = waiting.shift();
      if (run === undefined) return;
      await carryOut(run);
    }
  };
  signal?.addEventListener("abort", stopAll);
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, runs.length) }, lane));
  } finally {
    signal?.removeEventListener("abort", stopAll);
  }
  return endings;
}

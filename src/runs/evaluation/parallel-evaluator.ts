/**
 * Evaluates with the episodes spread over threads, where that makes evaluations shorter: how long the environments take in
 * one thread is measured first. Seeds, policy and means are those of one thread, and so is every bit of the result.
 */
import type { Environment } from "../../environments/environment.js";
import { EnvironmentFailure } from "../../environments/environment-failure.js";
import {
  EnvironmentEvaluator,
  type EpisodeEvaluator,
  type EvaluatorOptions,
  evaluate,
} from "../../training/environment-evaluator.js";
import type { Evaluation, Policy } from "../../training/ports.js";
import { EvaluationWorker, WorkerLost } from "./evaluation-worker.js";

export interface ParallelOptions extends EvaluatorOptions {
  /** At most so many. */
  readonly threads: number;
  /** Files that register the task. */
  readonly imports: readonly string[];
  /** A sentence that a person should read: evaluations go on in one thread. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
  /** Seconds by which threads must shorten an evaluation to be used. */
  readonly leastGain?: number;
  /** The built worker.js. */
  readonly entry?: string | URL;
}

/** Makes good for the start of the threads within a few evaluations. */
const LEAST_GAIN = 0.25;
/** What it costs the run's thread to have a step made elsewhere, in seconds. */
const CALL = 15e-6;

const builtEntry = new URL("./worker.js", import.meta.url);

export class ParallelEvaluator implements EpisodeEvaluator {
  private readonly alone: EnvironmentEvaluator;
  /** The most environments of one thread; all of them once threads have failed. */
  private share: number;
  private workers: readonly EvaluationWorker[] = [];
  /** Seconds by which threads would have shortened the last evaluation without them. */
  private gain = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: ParallelOptions) {
    this.alone = new EnvironmentEvaluator(options);
    this.share = Math.ceil(options.episodes / options.threads);
  }

  async prepare(): Promise<void> {
    if (this.workers.length === 0) await this.alone.prepare();
  }

  async evaluate(policy: Policy): Promise<Evaluation> {
    const { episodes, leastGain = LEAST_GAIN } = this.options;
    if (this.share === episodes || this.gain < leastGain) return this.playAlone(policy);
    try {
      return await this.playTogether(policy);
    } catch (error) {
      const lost = [error, (error as Error).cause].find((one) => one instanceof WorkerLost);
      if (!lost) throw error;
      await this.giveUp(lost.message);
      return this.playAlone(policy);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.alone.close(), this.dismiss()]);
  }

  /** As without threads, and timed. */
  private async playAlone(policy: Policy): Promise<Evaluation> {
    await this.prepare();
    let acting = 0;
    const timed: Policy = {
      act: async (observations, mode) => {
        const start = performance.now();
        const actions = await policy.act(observations, mode);
        acting += performance.now() - start;
        return actions;
      },
    };
    const start = performance.now();
    const evaluation = await this.alone.evaluate(timed);
    const seconds = (performance.now() - start - acting) / 1000;
    this.gain = secondsGained(seconds, evaluation, this.share);
    return evaluation;
  }

  private async playTogether(policy: Policy): Promise<Evaluation> {
    const { seed, signal } = this.options;
    if (this.workers.length === 0) await this.start();
    for (const worker of this.workers) worker.begin();
    try {
      return await evaluate(policy, this.environments(), seed, signal);
    } catch (error) {
      // Where one environment gave no answer, others are not asked to close either.
      if (error instanceof EnvironmentFailure && error.hung) await this.dismiss((worker) => worker.end());
      throw error;
    } finally {
      for (const worker of this.workers) worker.rest();
    }
  }

  /** Starts the threads; what was made for one thread is no longer needed. @throws WorkerLost if one does not start */
  private async start(): Promise<void> {
    const { episodes, task, imports, first, watch, entry = builtEntry } = this.options;
    const counts = sharesOf(episodes, this.share);
    const options = { task, imports, entry, first, seconds: watch?.seconds };
    const starting = await Promise.allSettled(counts.map((count) => EvaluationWorker.start({ ...options, count })));
    this.workers = starting.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failed = starting.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    await this.alone.close();
  }

  /** Neighbours are in different threads, so that each has its part of the episodes that last longest by chance. */
  private environments(): Environment[] {
    const { episodes } = this.options;
    const { workers } = this;
    return Array.from(
      { length: episodes },
      (_, i) => workers[i % workers.length]!.environments[Math.floor(i / workers.length)]!,
    );
  }

  private async giveUp(reason: string): Promise<void> {
    this.share = this.options.episodes;
    await this.dismiss();
    this.options.onNotice?.(
      `A thread of the evaluation is lost: ${reason}. This evaluation is made again in the run's own thread, and so are those after it, with the same result; to begin with one thread, set evaluationWorkers to 1.`,
    );
  }

  private async dismiss(end = (worker: EvaluationWorker) => worker.close()): Promise<void> {
    const { workers } = this;
    this.workers = [];
    await Promise.all(workers.map(end));
  }
}

/** How many environments each thread gets: shares that differ by one at most, in as few threads as the largest allows. */
export function sharesOf(episodes: number, largest: number): number[] {
  const threads = Math.ceil(episodes / largest);
  return Array.from({ length: threads }, (_, i) => Math.ceil((episodes - i) / threads));
}

/**
 * How much shorter an evaluation is with threads.
 * @param seconds that the environments took one after the other
 * @param share the most environments of one thread
 */
export function secondsGained(
  seconds: number,
  { episodes, lengthMean = 0 }: Pick<Evaluation, "episodes" | "lengthMean">,
  share: number,
): number {
  return seconds * (1 - share / episodes) - CALL * episodes * lengthMean;
}

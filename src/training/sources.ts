/**
 * Where a run's online episodes and evaluations come from: its environment or, where it learns from data alone, an
 * estimate on the episodes held out, and no online episodes.
 */
import type { EnvironmentFailure } from "../environments/environment-failure.js";
import type { RenewableEnvironment } from "../environments/renewable-environment.js";
import type { RandomStream } from "../random.js";
import type { RunContext } from "./assemble.js";
import { EnvironmentCollector } from "./environment-collector.js";
import { EnvironmentEvaluator, type EpisodeEvaluator, type EvaluatorOptions } from "./environment-evaluator.js";
import { EstimateEvaluator } from "./estimate-evaluator.js";
import { sizesOfData } from "./fitting-agents.js";
import type { Collector } from "./ports.js";
import { Rollback } from "./rollback.js";
import type { RunLog } from "./run-log.js";
import type { SavedStreams } from "./snapshot.js";
import { requireScript } from "./warm-up.js";

export interface Sources {
  readonly collector: Collector;
  /** Absent where the run has no evaluations. */
  readonly evaluator?: EpisodeEvaluator | undefined;
  readonly rollback?: Rollback | undefined;
  /** Does what calls the collector's environment, which may give no answer. */
  readonly inEnvironment: (work: () => Promise<void>) => Promise<void>;
}

/** What a collector needs of its run. */
export interface Surroundings {
  readonly log: RunLog;
  readonly episodes: RandomStream;
  readonly streams: () => SavedStreams;
}

export function sourcesOf(context: RunContext, surroundings: Surroundings): Sources {
  const { environment } = context;
  return environment ? inEnvironment(context, environment, surroundings) : fromDataAlone(context);
}

function inEnvironment(
  { configuration: { run }, watch, signal, listeners, makeEvaluator = played }: RunContext,
  environment: RenewableEnvironment,
  { log, episodes, streams }: Surroundings,
): Sources {
  const collector = new EnvironmentCollector({
    ...{ environment, watch, signal, settings: run, seeds: episodes, streams },
    onDrop: (sentence) => log.notice("dropped-episode", sentence),
    onUnsaved: once(({ what }: EnvironmentFailure) =>
      listeners.onNotice?.(`${what}. A resumed run plays that episode again from its beginning.`),
    ),
  });
  const { seed, rollback: settings, evaluationEpisodes } = run;
  const task = run.task!;
  requireScript(collector, run, task);
  const playing = (count: number) => ({ task, episodes: count, seed, first: environment, signal, watch });
  return {
    collector,
    evaluator: evaluationEpisodes > 0 ? makeEvaluator(playing(evaluationEpisodes)) : undefined,
    rollback: settings
      ? new Rollback({ settings, seed, evaluator: new EnvironmentEvaluator(playing(settings.episodes)) })
      : undefined,
    inEnvironment: (work) => collector.inEnvironment(work),
  };
}

function played(options: EvaluatorOptions): EpisodeEvaluator {
  return new EnvironmentEvaluator(options);
}

/**
 * Updates of the estimate's critics for one of the agent: with layers as wide as a laptop's, an evaluation then takes about
 * a tenth of the time between two, a quarter beside the cheapest agents (docs/from-logs.md).
 */
const SHARE_OF_UPDATES = 1 / 4;
const MOST_UPDATES = 2_000;

function fromDataAlone({ configuration, data, heldOut, transform, signal }: RunContext): Sources {
  const { run, agentSettings } = configuration;
  const evaluator =
    heldOut &&
    new EstimateEvaluator({
      heldOut,
      sizes: { ...sizesOfData(data), transform },
      discount: agentSettings.discount!,
      seed: run.seed,
      updates: Math.min(MOST_UPDATES, Math.ceil(run.evaluateEveryUpdates * SHARE_OF_UPDATES)),
      signal,
    });
  return { collector: nothingToCollect, evaluator, inEnvironment: (work) => work() };
}

/** A configuration without a task has no online phase. */
const nothingToCollect: Collector = {
  next: () => Promise.reject(new Error("A run without an environment has no online episodes.")),
};

/** To the caller alone, and once: in which episode a checkpoint falls due depends on the clock, and a run does not. */
function once<Value>(tell: (value: Value) => void): (value: Value) => void {
  let told = false;
  return (value) => {
    if (!told) tell(value);
    told = true;
  };
}

/**
 * The corridor: from recorded data to a policy that was fine-tuned where it acts. Offline, updates on batches of the
 * recorded data; then online, one whole trajectory with the stochastic policy, its returns-to-go, and as many updates
 * as it had steps (times the UTD ratio) on batches of both; the policy is measured at the beginning, at the switch and
 * on a schedule. Everything is written to a run folder as it happens. A reader who knows this page knows the system.
 */
import { Agent } from "../agents/agent.js";
import { type Batch, createBatch } from "../data/batch.js";
import type { Dataset } from "../data/episode.js";
import { sampleMixture } from "../data/mixture.js";
import { Replay, type SampledReplay } from "../data/replay.js";
import { type TransitionOptions, toTransitions } from "../data/transitions.js";
import type { Environment } from "../environments/environment.js";
import { randomAction } from "../environments/random-action.js";
import { makeEnvironment } from "../environments/registry.js";
import { RandomStream } from "../random.js";
import type { EvaluationLine, RunSummary } from "../runs/record.js";
import { RunWriter, refuseUsedFolder } from "../runs/write.js";
import { type Configuration, resolveConfiguration, type TrainSettings } from "./configuration.js";
import { evaluate } from "./evaluate.js";
import { refuseUnfitAgents, sizesOf } from "./fitting-agents.js";
import type { RecordedData } from "./offline-replay.js";
import { recordedData } from "./recorded-data.js";
import { type Progress, RunLog } from "./run-log.js";
import { recordOf } from "./run-record.js";
import { type Act, collectTrajectory, exploring } from "./trajectory.js";

/** So that 30 steps at a ratio of 0.1, in floating point, are due 3 updates. */
const ROUNDING = 1e-9;

export interface TrainOptions {
  /** The run folder to make; it must not exist or be empty. */
  readonly folder: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly onEvaluation?: (evaluation: EvaluationLine) => void;
  /** Ends the run early, with everything written. */
  readonly signal?: AbortSignal;
  /** Recorded data in memory, in place of a file or the task's own. */
  readonly dataset?: Dataset;
}

export interface TrainResult {
  readonly folder: string;
  readonly summary: RunSummary;
  readonly evaluations: readonly EvaluationLine[];
}

/**
 * Trains as the settings say and leaves a run folder.
 * @throws UsageError for settings or data that do not fit, before anything is written
 * @throws RunFailure if training cannot go on; what was recorded until then is in the folder
 */
export async function train(settings: TrainSettings, options: TrainOptions): Promise<TrainResult> {
  const configuration = resolveConfiguration(settings);
  const { run } = configuration;
  refuseUsedFolder(options.folder);
  const environment = makeEnvironment(run.task);
  let data: RecordedData | undefined;
  try {
    refuseUnfitAgents(configuration, sizesOf(environment));
    data = await recordedData(configuration.run, environment, options);
    const agent = await Agent.create(run.agent, {
      observationSize: data.observationSize,
      actionSize: data.actionSize,
      discreteActions: data.discreteActions,
      settings: configuration.agentSettings,
      seed: run.seed,
      threads: run.threads,
    });
    return await new Run(configuration, options, environment, agent, data).complete();
  } finally {
    data?.close();
    environment.close();
  }
}

/** Rows for the batches that one update of the agent takes. */
function batchFor({ settings, batchesPerUpdate, sizes }: Agent): Batch {
  return createBatch((settings.batchSize as number) * batchesPerUpdate, sizes.observationSize, sizes.actionSize);
}

/** One run on its way: the state that the two phases share. */
class Run {
  private readonly log: RunLog;
  private readonly offline: SampledReplay;
  private readonly online: Replay;
  private batch: Batch;
  private readonly sampling: RandomStream;
  private readonly warmup: RandomStream;
  private readonly evaluationEnvironments: Environment[];
  private readonly discreteActions: number | undefined;
  private onlineUpdates = 0;

  constructor(
    private readonly configuration: Configuration,
    private readonly options: TrainOptions,
    private readonly environment: Environment,
    private agent: Agent,
    data: RecordedData,
  ) {
    this.discreteActions = data.discreteActions;
    const { run, agent: offlineAgent, online } = configuration;
    const { observationSize, actionSize } = data;
    const requiresReturnToGo = offlineAgent.needsReturnToGo || (online?.agent.needsReturnToGo ?? false);
    this.offline = data.replay({ requiresReturnToGo, door: this.door, seed: run.seed });
    this.online = new Replay({ observationSize, actionSize, requiresReturnToGo });
    this.batch = batchFor(agent);
    this.sampling = new RandomStream(run.seed, "sampling");
    this.warmup = new RandomStream(run.seed, "warm-up");
    this.evaluationEnvironments = Array.from({ length: run.evaluationEpisodes }, () => makeEnvironment(run.task));
    // Last, so that nothing is written where anything above does not fit.
    this.log = new RunLog(RunWriter.create(options.folder, recordOf(configuration, data)), run.logEveryUpdates);
  }

  /** Runs both phases; however they end, what there is of a policy and a summary is written. */
  async complete(): Promise<TrainResult> {
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.evaluate();
      await this.pretrain();
      await this.fineTune();
    } catch (error) {
      // An evaluation or trajectory that the signal cut short is dropped; the run itself ends in order.
      if (!this.stopped || error !== this.options.signal?.reason) failure = { error };
    }
    try {
      const summary = this.finish(failure);
      if (!failure) return { folder: this.options.folder, summary, evaluations: this.log.evaluations };
    } catch (error) {
      failure ??= { error };
    } finally {
      await this.release();
    }
    throw failure.error;
  }

  private async pretrain(): Promise<void> {
    const { offlineUpdates, evaluateEveryUpdates } = this.configuration.run;
    for (let update = 1; update <= offlineUpdates && !this.stopped; update++) {
      await this.update();
      this.report(update, offlineUpdates);
      if (update % evaluateEveryUpdates === 0 || update === offlineUpdates) await this.evaluate();
    }
    this.log.writeMetrics();
  }

  private async fineTune(): Promise<void> {
    const { run } = this.configuration;
    if (run.onlineSteps > 0) await this.switchAgent();
    const { log } = this;
    const { signal } = this.options;
    const seeds = new RandomStream(run.seed, "online episodes");
    let nextEvaluation = run.evaluateEverySteps;
    while (log.onlineSteps < run.onlineSteps && !this.stopped) {
      log.phase = "online";
      const name = `online episode ${log.onlineEpisodes + 1}`;
      const warmingUp = log.onlineSteps < run.warmupSteps;
      const act = warmingUp && run.warmupActions === "random" ? this.chance : exploring(this.agent);
      const episode = await collectTrajectory(act, this.environment, seeds.integer(2 ** 31), name, signal);
      this.online.append(toTransitions([episode], this.door));
      log.onlineSteps += episode.length;
      log.onlineEpisodes++;
      await this.updateOnline();
      if (log.onlineSteps < nextEvaluation && log.onlineSteps < run.onlineSteps) continue;
      await this.evaluate();
      while (nextEvaluation <= log.onlineSteps) nextEvaluation += run.evaluateEverySteps;
    }
    log.writeMetrics();
  }

  /** Makes the updates that the steps after the warm-up are due: floor(steps * UTD ratio) altogether. */
  private async updateOnline(): Promise<void> {
    const { utdRatio, onlineSteps, warmupSteps } = this.configuration.run;
    const due = Math.floor(Math.max(0, this.log.onlineSteps - warmupSteps) * utdRatio + ROUNDING);
    while (this.onlineUpdates < due && !this.stopped) {
      await this.update();
      this.onlineUpdates++;
      this.report(Math.min(warmupSteps + Math.floor(this.onlineUpdates / utdRatio), onlineSteps), onlineSteps);
    }
    if (due === 0) this.report(Math.min(this.log.onlineSteps, onlineSteps), onlineSteps);
  }

  /** Actions drawn evenly from the whole space. */
  private readonly chance: Act = async () => randomAction(this.environment.actionSpace, this.warmup);

  /** Continues with the online phase's algorithm, where it is another. */
  private async switchAgent(): Promise<void> {
    const { online } = this.configuration;
    if (!online || this.stopped) return;
    this.agent = await this.agent.continueAs(online.agent.name, online.settings);
    this.batch = batchFor(this.agent);
  }

  private async update(): Promise<void> {
    const share = this.log.phase === "offline" ? 1 : this.configuration.run.offlineShare;
    const { batchesPerUpdate } = this.agent;
    sampleMixture(this.batch, this.offline, this.online, share, this.sampling, batchesPerUpdate);
    await this.log.update(() => this.agent.update(this.batch));
  }

  /** Measures the policy, unless the run is to end: whoever ends it does not want to wait. */
  private async evaluate(): Promise<void> {
    if (this.stopped) return;
    const { signal } = this.options;
    const result = await evaluate(this.agent, this.evaluationEnvironments, this.configuration.run.seed, signal);
    const line = this.log.writeEvaluation(result);
    this.options.onEvaluation?.(line);
  }

  private report(done: number, total: number): void {
    this.options.onProgress?.(this.log.progress(done, total));
  }

  private finish(failure: { readonly error: unknown } | undefined): RunSummary {
    const { task, seed } = this.configuration.run;
    const policy = this.agent.exportPolicy({ task, seed: String(seed), updates: String(this.log.updates) });
    if (!failure) return this.log.close({ status: this.stopped ? "interrupted" : "completed" }, policy);
    const { error } = failure;
    return this.log.close({ status: "failed", reason: error instanceof Error ? error.message : String(error) }, policy);
  }

  private async release(): Promise<void> {
    for (const environment of this.evaluationEnvironments) environment.close();
    await this.agent.release();
  }

  private get stopped(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /** How episodes become transitions, recorded and fresh ones alike. */
  private get door(): TransitionOptions {
    const { rewardScale, rewardShift, failureReward } = this.configuration.run;
    const { discount } = this.configuration.agentSettings;
    const sparse = failureReward === null ? {} : { sparseFailureReward: rewardScale * failureReward + rewardShift };
    const { discreteActions } = this;
    return { rewardScale, rewardShift, discreteActions, returns: { discount: discount!, ...sparse } };
  }
}

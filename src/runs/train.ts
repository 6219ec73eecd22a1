/**
 * The corridor: from recorded data to a policy that was fine-tuned where it acts. Offline, updates on batches of the
 * recorded data; then online, one whole trajectory with the stochastic policy, its returns-to-go, and as many updates
 * as it had steps (times the UTD ratio) on batches of both; the policy is measured at the beginning, at the switch and
 * on a schedule. Everything is written to a run folder as it happens. A reader who knows this page knows the system.
 */
import type { Agent } from "../agents/agent.js";
import { type Batch, createBatch } from "../data/batch.js";
import { sampleMixture } from "../data/mixture.js";
import type { Replay } from "../data/replay.js";
import type { Environment } from "../environments/environment.js";
import { closeQuietly, makeIn } from "../environments/environment-call.js";
import { EnvironmentFailure } from "../environments/environment-failure.js";
import { type Configuration, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";
import { evaluate } from "../training/evaluate.js";
import { type ValueWatch, valueWatchFor } from "../training/value-watch.js";
import { checkTrainOptions } from "./check-options.js";
import { Checkpointing } from "./checkpointing.js";
import { withCrashBundle } from "./crash-bundle.js";
import { watched } from "./hang-watch.js";
import { OnlineEpisodes } from "./online-episodes.js";
import type { MetricsLine, NoticeLine } from "./record.js";
import type { Beginning } from "./run-beginning.js";
import { endRun, failureIn } from "./run-ending.js";
import { withNewRun, withResumedRun } from "./run-setup.js";
import { captureRun, type RunState } from "./saved-run.js";
import type { TrainOptions, TrainResult } from "./train-options.js";

/** So that 30 steps at a ratio of 0.1, in floating point, are due 3 updates. */
const ROUNDING = 1e-9;

export type { TrainOptions, TrainResult } from "./train-options.js";

/**
 * Trains as the settings say and leaves a run folder.
 * @throws UsageError for settings or data that do not fit, before anything is written
 * @throws RunFailure if training cannot go on; what was recorded until then is in the folder
 */
export async function train(settings: TrainSettings, options: TrainOptions): Promise<TrainResult> {
  const configuration = resolveConfiguration(settings);
  checkTrainOptions(options, "train()");
  return withNewRun(configuration, options, (beginning) => new Run(configuration, options, beginning).complete());
}

/**
 * Goes on with a run that was interrupted, killed or failed, where its newest sound checkpoint left it. On the same
 * machine with the same number of threads the result is, to the bit, that of a run that was never ended.
 * @throws as `train` does; DataError where no checkpoint is sound or the recorded data are not those of the run
 */
export async function resume(options: TrainOptions): Promise<TrainResult> {
  checkTrainOptions(options, "resume()");
  return withResumedRun(options, (beginning, configuration) => new Run(configuration, options, beginning).complete());
}

/** Rows for the batches that one update of the agent takes. */
function batchFor({ settings, batchesPerUpdate, sizes }: Agent): Batch {
  return createBatch((settings.batchSize as number) * batchesPerUpdate, sizes.observationSize, sizes.actionSize);
}

/** One run on its way. Where it stands follows from its counts, so that it can go on anywhere. */
class Run {
  private readonly state: RunState;
  private readonly online: Replay;
  private batch: Batch;
  private readonly evaluationEnvironments: Environment[] = [];
  private readonly checkpoints: Checkpointing;
  private readonly values: ValueWatch;
  private readonly episodes: OnlineEpisodes;
  private unsavedTold = false;

  constructor(
    private readonly configuration: Configuration,
    private readonly options: TrainOptions,
    private readonly beginning: Beginning,
  ) {
    const { run } = configuration;
    const { state, online, store, environment } = beginning;
    this.state = state;
    this.online = online;
    this.batch = batchFor(state.agent);
    const capture = () => captureRun(state, (failure) => this.tellUnsaved(failure));
    this.checkpoints = new Checkpointing(store, capture, state.log.pace, run.checkpointEverySeconds);
    this.values = valueWatchFor(configuration, beginning);
    this.episodes = new OnlineEpisodes({
      ...{ configuration, state, online, environment, signal: options.signal },
      betweenSteps: () => this.checkpoints.saveWhereDue(),
      onDrop: (sentence) => this.notice("dropped-episode", sentence),
    });
  }

  /** Runs both phases; however they end, what there is of a policy, a checkpoint and a summary is written. */
  async complete(): Promise<TrainResult> {
    const { state, options } = this;
    const { task, seed } = this.configuration.run;
    let failure = await failureIn(() => this.carryOut());
    // Before the log is closed: a resumed run writes the lines after this point again. A run that failed may stand in
    // the middle of an update or an episode; it goes on from the checkpoint before.
    failure ??= await failureIn(() => this.episodes.inEnvironment(() => void this.checkpoints.save()));
    const ending = await endRun(state, { task, seed, stopped: this.stopped }, failure);
    await this.release(ending.failure?.error);
    if (ending.failure) throw ending.failure.error;
    return { folder: options.folder, summary: ending.summary, evaluations: state.log.evaluations };
  }

  private async carryOut(): Promise<void> {
    try {
      await this.enterEnvironments();
      await this.pretrain();
      await this.fineTune();
    } catch (error) {
      // An evaluation or trajectory that the signal cut short is dropped; the run itself ends in order.
      const cut = this.stopped && error === this.options.signal?.reason;
      if (!cut) throw withCrashBundle(error, this.options.folder);
    }
  }

  /** The user's code is called here: inside `carryOut`, so that its failure ends the run with policy and summary. */
  private async enterEnvironments(): Promise<void> {
    const { evaluationEpisodes, task } = this.configuration.run;
    const { watch, environment } = this.state;
    const { evaluationEnvironments: made, beginning } = this;
    await this.episodes.inEnvironment(() => beginning.enterEpisode?.());
    await watched(watch, async () => {
      while (made.length < evaluationEpisodes) made.push(makeIn(task, watch, environment));
    });
  }

  private async pretrain(): Promise<void> {
    const { log } = this.state;
    if (log.phase === "online") return;
    const { offlineUpdates, evaluateEveryUpdates } = this.configuration.run;
    for (;;) {
      const last = log.updates >= offlineUpdates;
      if (last || log.updates % evaluateEveryUpdates === 0) await this.evaluateOnce();
      if (last || this.stopped) break;
      await this.update();
      this.report(log.updates, offlineUpdates);
      this.checkpoints.saveWhereDue();
    }
    this.endPhase();
  }

  private async fineTune(): Promise<void> {
    const { run } = this.configuration;
    const { log } = this.state;
    if (run.onlineSteps === 0 || this.stopped) return;
    if (log.phase === "offline") await this.switchAgent();
    while (!this.stopped) {
      await this.updateOnline();
      const last = log.onlineSteps >= run.onlineSteps;
      if (last || log.onlineSteps >= this.nextEvaluation()) await this.evaluateOnce();
      if (last || this.stopped) break;
      await this.episodes.collect();
    }
    this.endPhase();
  }

  /** No line of metrics mixes two phases. One that was stopped goes on later, with the same line. */
  private endPhase(): void {
    if (!this.stopped) this.look(this.state.log.writeMetrics());
  }

  /** The online step at which the next evaluation is due: the first multiple of the interval after the last one. */
  private nextEvaluation(): number {
    const { evaluateEverySteps } = this.configuration.run;
    const last = this.state.log.evaluations.at(-1)?.onlineSteps ?? 0;
    return (Math.floor(last / evaluateEverySteps) + 1) * evaluateEverySteps;
  }

  /** Makes the updates that the steps after the warm-up are due: floor(steps * UTD ratio) altogether. */
  private async updateOnline(): Promise<void> {
    const { utdRatio, onlineSteps, warmupSteps } = this.configuration.run;
    const { state } = this;
    const due = Math.floor(Math.max(0, state.log.onlineSteps - warmupSteps) * utdRatio + ROUNDING);
    while (state.onlineUpdates < due && !this.stopped) {
      await this.update();
      state.onlineUpdates++;
      this.report(Math.min(warmupSteps + Math.floor(state.onlineUpdates / utdRatio), onlineSteps), onlineSteps);
      this.checkpoints.saveWhereDue();
    }
    const { onlineSteps: done } = state.log;
    if (due === 0 && done > 0) this.report(Math.min(done, onlineSteps), onlineSteps);
  }

  /** The online phase begins, with its algorithm where that is another. */
  private async switchAgent(): Promise<void> {
    const { state, configuration } = this;
    const { online } = configuration;
    if (online) {
      state.agent = await state.agent.continueAs(online.agent.name, online.settings);
      this.batch = batchFor(state.agent);
    }
    state.log.phase = "online";
    this.checkpoints.save();
  }

  private async update(): Promise<void> {
    const { agent, log, offline, streams } = this.state;
    const share = log.phase === "offline" ? 1 : this.configuration.run.offlineShare;
    sampleMixture(this.batch, offline, this.online, share, streams.sampling, agent.batchesPerUpdate);
    this.state.rewards.see(this.batch.rewards);
    this.look(await log.update(() => agent.update(this.batch)));
  }

  /** Tells of values that cannot be true, the first time that a line of metrics has them. */
  private look(line: MetricsLine | undefined): void {
    const found = line && this.values.look(line);
    if (found) this.notice(found.kind, found.notice);
  }

  private notice(kind: NoticeLine["kind"], sentence: string): void {
    this.state.log.writeNotice(kind, sentence);
    this.options.onNotice?.(sentence);
  }

  /** To the caller alone, and once: in which episode a checkpoint falls due depends on the clock, and a run does not. */
  private tellUnsaved({ what }: EnvironmentFailure): void {
    if (!this.unsavedTold)
      this.options.onNotice?.(`${what}. A resumed run plays that episode again from its beginning.`);
    this.unsavedTold = true;
  }

  /** Measures the policy where it has not been here, unless the run is to end: whoever ends it does not want to wait. */
  private async evaluateOnce(): Promise<void> {
    const { agent, log, watch } = this.state;
    if (this.stopped || log.evaluatedHere) return;
    const { seed } = this.configuration.run;
    const { signal } = this.options;
    const result = await watched(watch, () => evaluate(agent, this.evaluationEnvironments, seed, signal, watch));
    const line = log.writeEvaluation(result);
    this.options.onEvaluation?.(line);
    if (log.lastIsBest) this.checkpoints.save({ best: true });
  }

  private report(done: number, total: number): void {
    this.options.onProgress?.(this.state.log.progress(done, total));
  }

  private async release(error: unknown): Promise<void> {
    const hung = error instanceof EnvironmentFailure && error.hung;
    if (!hung) this.evaluationEnvironments.forEach(closeQuietly);
    await this.state.agent.release();
  }

  private get stopped(): boolean {
    return this.options.signal?.aborted ?? false;
  }
}

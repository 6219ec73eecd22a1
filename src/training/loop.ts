/**
 * The loop: from recorded data to a policy fine-tuned in its environment. Offline, updates on batches of the recorded
 * data; then online, one whole episode with the stochastic policy, its returns-to-go, and as many updates as it had
 * steps (times the UTD ratio) on batches of both. The policy is evaluated at the beginning, at the switch and on a
 * schedule, and everything is recorded as it happens. A reader who knows this page knows the system; what stands
 * behind each port is elsewhere (ports.ts).
 */
import type { Agent } from "../agents/agent.js";
import { columnsFor } from "../agents/context.js";
import { type Batch, createBatch } from "../data/columns.js";
import type { Configuration } from "../settings/configuration.js";
import type { Checkpointing } from "./checkpointing.js";
import type { Evaluator } from "./ports.js";
import { mixingRatioAt, nextEvaluationAt, stepsLearnedFrom, updatesDue } from "./schedule.js";
import type { RunState } from "./snapshot.js";
import { explorer } from "./warm-up.js";

/** What the loop works with. Where a run stands follows from its state alone, so that it can be resumed anywhere. */
export interface LoopParts {
  readonly configuration: Configuration;
  readonly state: RunState;
  /** Absent where the run has no evaluations. */
  readonly evaluator?: Evaluator | undefined;
  readonly checkpoints: Checkpointing;
  /** Ends the run early, in order. */
  readonly signal?: AbortSignal | undefined;
}

export class TrainingLoop {
  private batch: Batch;

  constructor(private readonly parts: LoopParts) {
    this.batch = batchFor(parts.state.agent);
  }

  /** Both phases, from wherever the state stands. @throws whatever ends the run early; the signal's reason among it */
  async run(): Promise<void> {
    const { log } = this.parts.state;
    if (log.phase === "offline") await this.pretrain();
    if (this.parts.configuration.run.onlineSteps === 0 || this.stopped) return;
    if (log.phase === "offline") await this.goOnline();
    await this.fineTune();
  }

  private async pretrain(): Promise<void> {
    const { log } = this.parts.state;
    const { offlineUpdates, evaluateEveryUpdates } = this.parts.configuration.run;
    for (;;) {
      const last = log.updates >= offlineUpdates;
      if (last || log.updates % evaluateEveryUpdates === 0) await this.evaluate();
      if (last || this.stopped) break;
      await this.update(1);
      log.report(log.updates, offlineUpdates);
      this.parts.checkpoints.saveWhereDue();
    }
    if (!this.stopped) await log.endPhase();
  }

  /** The online phase begins, with its algorithm where that is another. */
  private async goOnline(): Promise<void> {
    const { state, configuration, checkpoints } = this.parts;
    const { online } = configuration;
    if (online) {
      state.agent = await state.agent.continueAs(online.agent.name, online.settings);
      this.batch = batchFor(state.agent);
    }
    state.log.phase = "online";
    checkpoints.save();
  }

  private async fineTune(): Promise<void> {
    const { run } = this.parts.configuration;
    const { log, agent, rollback } = this.parts.state;
    await rollback?.keep(agent);
    while (!this.stopped) {
      await this.updateOnline();
      const last = log.onlineSteps >= run.onlineSteps;
      if (last || log.onlineSteps >= nextEvaluationAt(log.evaluations, run)) await this.evaluate();
      if (last || this.stopped) break;
      await this.collect();
    }
    if (!this.stopped) await log.endPhase();
  }

  /** One whole episode, or the rest of the one in which a checkpoint was written. */
  private async collect(): Promise<void> {
    const { run } = this.parts.configuration;
    const { agent, log, collector, replay, rewards, rollback } = this.parts.state;
    const warm = log.onlineSteps >= run.warmupSteps;
    const episode = await collector.next(explorer(this.parts.state, run), () => this.parts.checkpoints.saveWhereDue());
    rewards.see(replay.add(episode));
    log.episode(episode);
    const fallen = warm ? rollback?.see(episode, agent) : undefined;
    if (fallen) log.notice("rollback", fallen);
  }

  /** The updates that the steps after the warm-up are due. */
  private async updateOnline(): Promise<void> {
    const { run } = this.parts.configuration;
    const { state, checkpoints } = this.parts;
    const due = updatesDue(state.log.onlineSteps, run);
    while (state.onlineUpdates < due && !this.stopped) {
      await this.update(mixingRatioAt(stepsLearnedFrom(state.onlineUpdates, run), run));
      state.onlineUpdates++;
      state.log.report(stepsLearnedFrom(state.onlineUpdates, run), run.onlineSteps);
      checkpoints.saveWhereDue();
    }
    if (due === 0 && state.log.onlineSteps > 0) state.log.report(state.log.onlineSteps, run.onlineSteps);
  }

  /** @param mixingRatio share of recorded transitions in the batch; negative: by size */
  private async update(mixingRatio: number): Promise<void> {
    const { agent, log, replay, rewards } = this.parts.state;
    replay.fill(this.batch, mixingRatio, agent.batchesPerUpdate);
    rewards.see(this.batch.rows.rewards);
    const { run } = this.parts.configuration;
    // A chart shows the ratio in force where it changes.
    const inForce = log.phase === "online" && run.mixingRatioEnd !== null ? { mixingRatio } : {};
    await log.update(async () => ({ ...(await agent.update(this.batch.rows)), ...inForce }));
  }

  /**
   * Evaluates the policy, where the run has evaluations, unless it was evaluated after the last update, or the run was told
   * to end, which must not wait.
   */
  private async evaluate(): Promise<void> {
    const { agent, log } = this.parts.state;
    const { evaluator } = this.parts;
    if (!evaluator || this.stopped || log.evaluatedHere) return;
    log.writeEvaluation(await evaluator.evaluate(agent));
    if (log.lastIsBest) this.parts.checkpoints.save({ best: true });
  }

  private get stopped(): boolean {
    return this.parts.signal?.aborted ?? false;
  }
}

/** Rows for the batches that one update of the agent takes. */
function batchFor({ settings, batchesPerUpdate, sizes }: Agent): Batch {
  return createBatch((settings.batchSize as number) * batchesPerUpdate, columnsFor(sizes));
}

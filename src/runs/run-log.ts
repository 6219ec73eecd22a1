/**
 * The logbook of a run: where it stands, what it has measured, how fast it goes, and the run folder into which all of
 * that is written as it happens. The corridor (train.ts) decides what is done; here it is only counted and kept.
 */

import type { Evaluation } from "../training/evaluate.js";
import { MetricMeans } from "../training/metric-means.js";
import { Pace } from "../training/pace.js";
import type { EvaluationLine, MetricsLine, NoticeLine, Phase, RunSummary } from "./record.js";
import type { RunWriter } from "./write.js";

/** What a caller may follow while a run goes on. */
export interface Progress {
  readonly phase: "collecting" | Phase;
  readonly done: number;
  readonly total: number;
  readonly updatesPerSecond: number;
  readonly lastEvaluation?: EvaluationLine;
}

export class RunLog {
  phase: Phase = "offline";
  updates = 0;
  onlineSteps = 0;
  onlineEpisodes = 0;
  private readonly means = new MetricMeans();
  readonly pace = new Pace();

  constructor(
    private readonly writer: RunWriter,
    private readonly logEveryUpdates: number,
    /** Those that were made already, where a run goes on. */
    readonly evaluations: EvaluationLine[] = [],
  ) {}

  /** Counts and times an update, and writes a line of metrics when one is due; that line is returned. */
  async update(make: () => Promise<Readonly<Record<string, number>>>): Promise<MetricsLine | undefined> {
    this.pace.begin();
    this.means.add(await make());
    this.pace.end(this.phase);
    this.updates++;
    return this.updates % this.logEveryUpdates === 0 ? this.writeMetrics() : undefined;
  }

  /** Writes the means since the last line, if there are any: at the end of a phase, lines do not mix two. */
  writeMetrics(): MetricsLine | undefined {
    if (this.means.empty) return undefined;
    const line = { ...this.position(), metrics: this.means.take() };
    this.writer.appendMetrics(line);
    return line;
  }

  writeNotice(kind: NoticeLine["kind"], notice: string): void {
    this.writer.appendNotice({ ...this.position(), kind, notice });
  }

  writeEvaluation(result: Evaluation): EvaluationLine {
    const line = { ...this.position(), ...result };
    this.evaluations.push(line);
    this.writer.appendEvaluation(line);
    return line;
  }

  /** Whether the policy was evaluated after the last update and step. */
  get evaluatedHere(): boolean {
    const last = this.evaluations.at(-1);
    return last !== undefined && last.updates === this.updates && last.onlineSteps === this.onlineSteps;
  }

  /** Whether no evaluation before the last was as good: by success, then by return. */
  get lastIsBest(): boolean {
    const last = this.evaluations.at(-1)!;
    return this.evaluations.every(
      (other) =>
        other === last ||
        other.successRate < last.successRate ||
        (other.successRate === last.successRate && other.returnMean < last.returnMean),
    );
  }

  /** Where the log stands, for a checkpoint: counts, times, the lines on the disk and the means of the next one. */
  save() {
    const { phase, updates, onlineSteps, onlineEpisodes } = this;
    return {
      position: { phase, updates, onlineSteps, onlineEpisodes },
      pace: this.pace.save(),
      means: this.means.save(),
      lines: this.writer.position(),
    };
  }

  /** Goes on where a checkpoint stood; the writer was reopened there. */
  restore({ position, pace, means }: Pick<ReturnType<RunLog["save"]>, "position" | "pace" | "means">): void {
    const { phase, updates, onlineSteps, onlineEpisodes } = position;
    Object.assign(this, { phase, updates, onlineSteps, onlineEpisodes });
    this.pace.restore(pace);
    this.means.restore(means);
  }

  progress(done: number, total: number): Progress {
    const lastEvaluation = this.evaluations.at(-1);
    const updatesPerSecond = this.pace.updatesPerSecond(this.phase);
    return { phase: this.phase, done, total, updatesPerSecond, ...(lastEvaluation && { lastEvaluation }) };
  }

  writePolicy(policy: Uint8Array): void {
    this.writer.writePolicy(policy);
  }

  /** No line can be written any more; the summary can. */
  closeLines(): void {
    this.writer.close();
  }

  /** How the run stands, for its summary. */
  summary(ending: Pick<RunSummary, "status" | "reason">): RunSummary {
    return {
      ...ending,
      updates: this.updates,
      onlineSteps: this.onlineSteps,
      onlineEpisodes: this.onlineEpisodes,
      seconds: this.pace.seconds(),
      checkpointSeconds: this.pace.checkpointSeconds,
      offlineUpdatesPerSecond: this.pace.updatesPerSecond("offline"),
      onlineUpdatesPerSecond: this.pace.updatesPerSecond("online"),
    };
  }

  writeSummary(summary: RunSummary): void {
    this.writer.writeSummary(summary);
  }

  private position() {
    const { phase, updates, onlineSteps } = this;
    return { phase, updates, onlineSteps, seconds: this.pace.seconds() };
  }
}

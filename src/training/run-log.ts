/**
 * The log of a run: its position, measurements and speed, all passed to the sink as they occur. The loop decides what
 * is done; here it is only counted and kept.
 */
import type { Episode } from "../data/episode.js";
import type { Phase } from "../settings/settings.js";
import { factsOf, switchFigures, verdictOf } from "./doctor.js";
import { MetricMeans } from "./metric-means.js";
import type { Evaluation, RunSink } from "./ports.js";
import type { EvaluationLine, MetricsLine, NoticeLine, RunSummary } from "./record.js";
import { Timing } from "./timing.js";
import type { ValueWatch } from "./value-watch.js";

/** Listeners to a run in progress. */
export interface RunListeners {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onEvaluation?: ((evaluation: EvaluationLine) => void) | undefined;
  /** Called with a sentence that a person should read, although the run continues. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/** How far a run in progress is. */
export interface Progress {
  readonly phase: "collecting" | Phase;
  readonly done: number;
  readonly total: number;
  readonly updatesPerSecond: number;
  readonly lastEvaluation?: EvaluationLine;
}

/** What the verdict at the switch is made from. */
export interface WatchedStarts {
  readonly measure: () => Promise<Readonly<Record<string, number>>>;
  /** Of the run, by which the verdict names what helps. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Mean undiscounted return of the recorded episodes. */
  readonly recordedReturn?: number;
}

export class RunLog {
  phase: Phase = "offline";
  updates = 0;
  onlineSteps = 0;
  onlineEpisodes = 0;
  private readonly means = new MetricMeans();
  readonly timing = new Timing();
  private values: ValueWatch | undefined;
  private starts: WatchedStarts | undefined;

  constructor(
    private readonly sink: RunSink,
    private readonly logEveryUpdates: number,
    private readonly listeners: RunListeners = {},
    /** Those that were made already, in a resumed run. */
    readonly evaluations: EvaluationLine[] = [],
  ) {}

  /** From now on values that cannot be true are noticed. */
  watchValues(values: ValueWatch): void {
    this.values = values;
  }

  /**
   * From now on every line holds what the critics say of the recorded episodes' beginnings, and a verdict on it ends the
   * offline phase.
   */
  watchStarts(starts: WatchedStarts): void {
    this.starts = starts;
  }

  /** Counts and times an update, and writes a line of metrics when one is due. */
  async update(make: () => Promise<Readonly<Record<string, number>>>): Promise<void> {
    this.timing.begin();
    this.means.add(await make());
    this.timing.end(this.phase);
    this.updates++;
    if (this.updates % this.logEveryUpdates === 0) await this.endLine();
  }

  /** Writes the line of metrics at the end of a phase, so that none mixes two; offline, the doctor speaks. */
  async endPhase(): Promise<void> {
    await this.endLine();
    const { starts, updates, phase } = this;
    if (!starts || phase !== "offline" || updates === 0) return;
    // Measured anew: the last line may have been written before the run was interrupted here.
    const figures = switchFigures(await starts.measure());
    const { settings, recordedReturn } = starts;
    const facts = factsOf(settings, { evaluation: this.evaluations.at(-1), updates, recordedReturn });
    if (figures) this.notice("switch", verdictOf(figures, facts));
  }

  /** Writes the means since the last line, and notices values that cannot be true. */
  private async endLine(): Promise<void> {
    if (this.means.empty) return;
    const line = this.writeMetrics(await this.starts?.measure());
    const found = line && this.values?.look(line);
    if (found) this.notice(found.kind, found.notice);
  }

  /** Counts a complete online episode. */
  episode(episode: Episode): void {
    this.sink.episode(episode);
    this.onlineSteps += episode.length;
    this.onlineEpisodes++;
  }

  /** Writes the means since the last line, if there are any. @param measured what was measured at its end */
  writeMetrics(measured: Readonly<Record<string, number>> = {}): MetricsLine | undefined {
    if (this.means.empty) return undefined;
    const line = { ...this.position(), metrics: { ...this.means.take(), ...measured } };
    this.sink.metrics(line);
    return line;
  }

  notice(kind: NoticeLine["kind"], notice: string): void {
    this.sink.notice({ ...this.position(), kind, notice });
    this.listeners.onNotice?.(notice);
  }

  writeEvaluation(result: Evaluation): void {
    const line = { ...this.position(), ...result };
    this.evaluations.push(line);
    this.sink.evaluation(line);
    this.listeners.onEvaluation?.(line);
  }

  /** Whether the policy was evaluated after the last update and step. */
  get evaluatedHere(): boolean {
    const last = this.evaluations.at(-1);
    return last !== undefined && last.updates === this.updates && last.onlineSteps === this.onlineSteps;
  }

  /**
   * Whether no evaluation before the last was better: by success, or by return where none is known or has been yet, of an
   * estimate by the lower end of its interval: the highest of many is often one of which little is known. Of equal ones
   * the latest is the best, so that a policy that has learned stands before the untrained one.
   */
  get lastIsBest(): boolean {
    const last = this.evaluations.at(-1)!;
    const worth = ({ returnMean, estimate }: EvaluationLine) => estimate?.low ?? returnMean;
    const success = ({ successRate = 0 }: EvaluationLine) => successRate;
    return this.evaluations.every(
      (other) =>
        other === last ||
        success(other) < success(last) ||
        (success(other) === success(last) && (success(last) > 0 || worth(other) <= worth(last))),
    );
  }

  /** Where the log stands, for a checkpoint: counts, times and the means of the next line. */
  save() {
    const { phase, updates, onlineSteps, onlineEpisodes } = this;
    return {
      position: { phase, updates, onlineSteps, onlineEpisodes },
      timing: this.timing.save(),
      means: this.means.save(),
    };
  }

  /** Continues from a checkpoint; the sink was reopened there. */
  restore({ position, timing, means }: ReturnType<RunLog["save"]>): void {
    const { phase, updates, onlineSteps, onlineEpisodes } = position;
    Object.assign(this, { phase, updates, onlineSteps, onlineEpisodes });
    this.timing.restore(timing);
    this.means.restore(means);
  }

  /** Reports how much of the phase is done, at most all of it, to the listener. */
  report(done: number, total: number): void {
    const lastEvaluation = this.evaluations.at(-1);
    const updatesPerSecond = this.timing.updatesPerSecond(this.phase);
    const { phase } = this;
    const progress = { phase, done: Math.min(done, total), total, updatesPerSecond };
    this.listeners.onProgress?.({ ...progress, ...(lastEvaluation && { lastEvaluation }) });
  }

  /** How the run stands, for its summary. */
  summary(ending: Pick<RunSummary, "status" | "reason">): RunSummary {
    return {
      ...ending,
      updates: this.updates,
      onlineSteps: this.onlineSteps,
      onlineEpisodes: this.onlineEpisodes,
      seconds: this.timing.seconds(),
      checkpointSeconds: this.timing.checkpointSeconds,
      offlineUpdatesPerSecond: this.timing.updatesPerSecond("offline"),
      onlineUpdatesPerSecond: this.timing.updatesPerSecond("online"),
    };
  }

  private position() {
    const { phase, updates, onlineSteps } = this;
    return { phase, updates, onlineSteps, seconds: this.timing.seconds() };
  }
}

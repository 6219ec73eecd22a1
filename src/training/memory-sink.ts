/**
 * The record of a run in memory: for programs that keep nothing on a disk, such as a page in a browser, and for tests.
 */
import type { Episode } from "../data/episode.js";
import type { RunSink } from "./ports.js";
import type { EvaluationLine, MetricsLine, NoticeLine, RunSummary } from "./record.js";
import type { RunIdentity } from "./run-identity.js";
import type { Snapshot } from "./snapshot.js";

/** A snapshot, and how many lines and episodes had been recorded before it. */
export interface KeptSnapshot extends Snapshot {
  readonly recorded: Readonly<Record<"metricsLines" | "evaluations" | "notices" | "episodes", number>>;
}

/** The record of a run in memory: all lines and episodes in order, and of the snapshots the newest and the best. */
export class MemorySink implements RunSink {
  readonly metricsLines: MetricsLine[] = [];
  readonly evaluations: EvaluationLine[] = [];
  readonly notices: NoticeLine[] = [];
  readonly episodes: Episode[] = [];
  /** The newest snapshot, and the one that was evaluated best. */
  newest: KeptSnapshot | undefined;
  best: KeptSnapshot | undefined;
  /** Of which run this is the record, once one has begun. */
  identity: RunIdentity | undefined;
  /** The bytes of the policy, an ONNX model, once the run has ended. */
  model: Uint8Array | undefined;
  ending: RunSummary | undefined;

  metrics(line: MetricsLine): void {
    this.metricsLines.push(line);
  }

  evaluation(line: EvaluationLine): void {
    this.evaluations.push(line);
  }

  notice(line: NoticeLine): void {
    this.notices.push(line);
  }

  episode(episode: Episode): void {
    this.episodes.push(episode);
  }

  /** Keeps a copy: the tensors of a snapshot are those that the next update changes. */
  checkpoint({ state, tensors }: Snapshot, best: boolean): void {
    const copies = [...tensors].map(([name, values]) => [name, values.slice()] as const);
    const recorded = {
      metricsLines: this.metricsLines.length,
      evaluations: this.evaluations.length,
      notices: this.notices.length,
      episodes: this.episodes.length,
    };
    this.newest = { state: structuredClone(state), tensors: new Map(copies), recorded };
    if (best) this.best = this.newest;
  }

  /**
   * Goes back to the newest snapshot, or to the beginning where there is none: the run records again what came after it,
   * and how it ended no longer counts.
   */
  reopen(): void {
    const recorded = this.newest?.recorded;
    this.metricsLines.length = recorded?.metricsLines ?? 0;
    this.evaluations.length = recorded?.evaluations ?? 0;
    this.notices.length = recorded?.notices ?? 0;
    this.episodes.length = recorded?.episodes ?? 0;
    this.ending = undefined;
  }

  policy(model: Uint8Array): void {
    this.model = model;
  }

  close(): void {}

  summary(summary: RunSummary): void {
    this.ending = summary;
  }
}

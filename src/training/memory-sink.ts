/**
 * The record of a run in memory: for programs that keep nothing on a disk, such as a page in a browser, and for tests.
 */
import type { Episode } from "../data/episode.js";
import type { RunSink } from "./ports.js";
import type { EvaluationLine, MetricsLine, NoticeLine, RunSummary } from "./record.js";
import type { Snapshot } from "./snapshot.js";

/** The record of a run in memory: all lines and episodes in order, and of the snapshots the newest and the best. */
export class MemorySink implements RunSink {
  readonly metricsLines: MetricsLine[] = [];
  readonly evaluations: EvaluationLine[] = [];
  readonly notices: NoticeLine[] = [];
  readonly episodes: Episode[] = [];
  /** The newest snapshot, and the one that was evaluated best. */
  newest: Snapshot | undefined;
  best: Snapshot | undefined;
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
    this.newest = { state: structuredClone(state), tensors: new Map(copies) };
    if (best) this.best = this.newest;
  }

  policy(model: Uint8Array): void {
    this.model = model;
  }

  close(): void {}

  summary(summary: RunSummary): void {
    this.ending = summary;
  }
}

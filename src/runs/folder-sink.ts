/**
 * The record of a run in its folder: lines and collected episodes as they come, checkpoints that know how far both reach,
 * and a crash bundle where an update is not finite.
 */
import type { Episode } from "../data/episode.js";
import type { RunSink } from "../training/ports.js";
import type { EvaluationLine, MetricsLine, NoticeLine, RunSummary } from "../training/record.js";
import type { Snapshot } from "../training/snapshot.js";
import { version } from "../version.js";
import type { EpisodeLog } from "./checkpoints/episode-log.js";
import type { CheckpointStore } from "./checkpoints/store.js";
import { withCrashBundle } from "./crash-bundle.js";
import type { SavedRun } from "./saved-run.js";
import type { RunWriter } from "./write.js";

export interface FolderSinkParts {
  readonly writer: RunWriter;
  readonly store: CheckpointStore;
  /** What every checkpoint says of the run: its settings, and its data by their SHA-256. */
  readonly identity: Pick<SavedRun, "settings" | "data">;
}

export class FolderSink implements RunSink {
  /** Set before the run begins: a log that is reopened is read into the replay, which is made around this sink. */
  episodes!: EpisodeLog;

  constructor(private readonly parts: FolderSinkParts) {}

  metrics(line: MetricsLine): void {
    this.parts.writer.appendMetrics(line);
  }

  evaluation(line: EvaluationLine): void {
    this.parts.writer.appendEvaluation(line);
  }

  notice(line: NoticeLine): void {
    this.parts.writer.appendNotice(line);
  }

  episode(episode: Episode): void {
    this.episodes.append(episode);
  }

  /** @throws RunFailure if it, or what it refers to, cannot be put on the disk */
  checkpoint({ state, tensors }: Snapshot, best: boolean): void {
    const { writer, store, identity } = this.parts;
    const lines = writer.position();
    const manifest: SavedRun = {
      calqlVersion: version,
      ...identity,
      ...state,
      lines,
      episodes: this.episodes.position(),
    };
    store.write({ manifest, tensors }, best);
  }

  policy(model: Uint8Array): void {
    this.parts.writer.writePolicy(model);
  }

  /** The error, which names the crash bundle where it is that of a non-finite update; the bundle is then written. */
  failure(error: unknown): unknown {
    return withCrashBundle(error, this.parts.writer.folder);
  }

  /** Both files are closed, whatever happens to one of them. */
  close(): void {
    try {
      this.parts.writer.close();
    } finally {
      this.episodes.close();
    }
  }

  summary(summary: RunSummary): void {
    this.parts.writer.writeSummary(summary);
  }
}

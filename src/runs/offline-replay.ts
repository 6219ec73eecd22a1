/**
 * What a run learns from and how it is drawn: recorded episodes in memory, or blocks on disk where they are larger than
 * the memory that a run gives them. The corridor (train.ts) sees one thing.
 */
import { createHash } from "node:crypto";
import { countSteps, type Dataset } from "../data/episode.js";
import { loadDataset } from "../data/formats/format.js";
import { PooledReplay, transitionBytes } from "../data/pooled-replay.js";
import { Replay, type ReplayOptions, type SampledReplay } from "../data/replay.js";
import type { OpenedDataset } from "../data/storage/open-dataset.js";
import { type TransitionOptions, toTransitions } from "../data/transitions.js";

/** Recorded data, wherever they are. */
export interface RecordedData extends Omit<Dataset, "episodes"> {
  readonly episodes: number;
  readonly steps: number;
  /** The replay that updates draw recorded transitions from. */
  replay(options: OfflineOptions): SampledReplay;
  /** SHA-256 by which a resumed run knows its data again; of data on disk, of what their manifest says of every block. */
  fingerprint(): string;
  /** Gives files back; nothing can be drawn afterwards. */
  close(): void;
}

export interface OfflineOptions extends Pick<ReplayOptions, "requiresReturnToGo"> {
  readonly door: TransitionOptions;
  readonly seed: number;
}

/** Data in memory. */
export function dataInMemory(dataset: Dataset): RecordedData {
  const { source, observationSize, actionSize, discreteActions, episodes } = dataset;
  return {
    source,
    observationSize,
    actionSize,
    discreteActions,
    episodes: episodes.length,
    steps: countSteps(dataset),
    replay({ requiresReturnToGo, door }) {
      const replay = new Replay({ observationSize, actionSize, requiresReturnToGo });
      if (episodes.length > 0) replay.append(toTransitions(episodes, door));
      return replay;
    },
    fingerprint: () => digestOf(episodes.flatMap((e) => [e.observations, e.actions, e.rewards, e.terminated])),
    close: () => {},
  };
}

function digestOf(arrays: readonly ArrayBufferView[]): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

/**
 * Data that were opened: drawn from disk if they are in blocks and larger than `megabytes` as transitions, else loaded.
 * @param megabytes of 2^20 bytes
 */
export async function dataOnDisk(opened: OpenedDataset, megabytes: number): Promise<RecordedData> {
  const { blocks, source, observationSize, actionSize, discreteActions } = opened;
  const poolRows = poolRowsOf(opened, megabytes);
  if (blocks === undefined || blocks.steps <= poolRows) {
    try {
      return dataInMemory(await loadDataset(opened));
    } finally {
      opened.close();
    }
  }
  const sizes = { observationSize, actionSize };
  return {
    source,
    ...sizes,
    discreteActions,
    episodes: blocks.episodes,
    steps: blocks.steps,
    replay: (options) => new PooledReplay(blocks, { ...sizes, ...options, poolRows }),
    fingerprint: () => digestOf([new TextEncoder().encode(blocks.identity)]),
    close: () => opened.close(),
  };
}

/** Transitions that fit into so many megabytes. */
export function poolRowsOf(sizes: Pick<Dataset, "observationSize" | "actionSize">, megabytes: number): number {
  return Math.max(1, Math.floor((megabytes * 2 ** 20) / transitionBytes(sizes)));
}

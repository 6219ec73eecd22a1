/**
 * How fast batches are drawn from a dataset on disk, against a replay in memory of the same size as the pool. The two
 * take turns, because the speed of a machine drifts.
 */
import { createBatch, transitionColumns } from "../data/columns.js";
import { transitionBytes } from "../data/pooled-replay.js";
import { Replay, type SampledReplay } from "../data/replay.js";
import type { OpenedDataset } from "../data/storage/open-dataset.js";
import { toTransitions } from "../data/transitions.js";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { dataOpened, poolRowsOf } from "../training/learning-data.js";

/** What is measured. */
export interface SamplingOptions {
  /** As the setting replayMemory. */
  readonly megabytes: number;
  readonly batchSize: number;
  /** Batches of one turn. */
  readonly batches: number;
  readonly turns: number;
  /** Bytes of the process in memory, at its most so far. */
  readonly peakBytes: () => number;
}

/** What was found; times are medians over the turns, in microseconds per batch. */
export interface SamplingResult {
  readonly steps: number;
  readonly poolRows: number;
  readonly disk: number;
  readonly memory: number;
  /** How many times as long a batch from disk takes. */
  readonly ratio: number;
  /** Before anything but the pool was in memory. */
  readonly peakBytes: number;
}

/** @throws UsageError if the dataset fits into memory, or its format cannot be sampled from disk */
export async function benchSampling(dataset: OpenedDataset, options: SamplingOptions): Promise<SamplingResult> {
  const { megabytes, batches, turns, batchSize, peakBytes } = options;
  const { blocks, observations, actionSize, source } = dataset;
  const poolRows = poolRowsOf(dataset, megabytes);
  if (blocks === undefined)
    throw new UsageError(
      `${source} is not in the format calql, so training would draw from memory; convert it with calql data convert.`,
    );
  if (blocks.steps <= poolRows) throw fitsIntoMemory(dataset, blocks.steps, megabytes);
  const transitions = { returns: { discount: 0.99 } };
  const data = await dataOpened(dataset, megabytes);
  const disk = data.replay({ transitions, requiresReturnToGo: true, seed: 0 });
  const batch = createBatch(batchSize, transitionColumns(observations, actionSize));
  const random = new RandomStream(0, "bench");
  const time = (replay: SampledReplay) => {
    const begin = performance.now();
    for (let i = 0; i < batches; i++) replay.sampleInto(batch, 0, batchSize, random);
    return (1000 * (performance.now() - begin)) / batches;
  };
  time(disk);
  const peak = peakBytes();
  const memory = new Replay({ observations, actionSize, requiresReturnToGo: true, capacity: poolRows });
  for (let block = 0; memory.length < poolRows; block++) {
    const rows = toTransitions(blocks.read(block), transitions);
    memory.append(rows, 0, Math.min(rows.length, poolRows - memory.length));
  }
  const rounds = Array.from({ length: turns }, () => [time(disk), time(memory)] as const);
  const [fromDisk, fromMemory] = [median(rounds.map(([d]) => d)), median(rounds.map(([, m]) => m))];
  const ratio = median(rounds.map(([d, m]) => d / m));
  return { steps: blocks.steps, poolRows, disk: fromDisk, memory: fromMemory, ratio, peakBytes: peak };
}

function fitsIntoMemory(dataset: OpenedDataset, steps: number, megabytes: number): UsageError {
  const most = Math.ceil((steps * transitionBytes(dataset)) / 2 ** 20) - 1;
  const next = most >= 1 ? `lower --replay-memory to ${most} or less` : "name a larger dataset";
  return new UsageError(
    `${dataset.source} fits into ${megabytes} MB of memory, so training would draw from there; ${next}.`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/**
 * How much of a batch is recorded and how much freshly collected. Offline training is the case with nothing collected.
 */
import { UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";
import type { Batch } from "./columns.js";
import type { SampledReplay } from "./replay.js";

/**
 * Fills a batch: the first floor(size * share) rows from the offline replay, the rest from the online one, each drawn
 * uniformly with replacement. A negative share means the offline replay's part of all transitions. An empty replay
 * leaves the whole batch to the other. Allocates nothing.
 *
 * @param share in [0, 1], or negative
 * @param parts equal parts of the batch, each of which is mixed by itself: the batches of one update's critic steps
 * @throws UsageError if both replays are empty or the share is above 1
 */
export function sampleMixture(
  batch: Batch,
  offline: SampledReplay,
  online: SampledReplay,
  share: number,
  random: RandomStream,
  parts = 1,
): void {
  const size = batch.size / parts;
  const rows = countOfflineRows(size, offline.length, online.length, share);
  for (let start = 0; start < batch.size; start += size) {
    offline.sampleInto(batch, start, start + rows, random);
    online.sampleInto(batch, start + rows, start + size, random);
  }
}

/** The number of offline rows in a batch; see `sampleMixture`. */
export function countOfflineRows(size: number, offline: number, online: number, share: number): number {
  if (!(share <= 1))
    throw new UsageError(`The mixing ratio is ${share}; give a number from 0 to 1, or a negative one.`);
  if (offline === 0 && online === 0)
    throw new UsageError("Both replays are empty; append transitions before sampling.");
  if (online === 0) return size;
  if (offline === 0) return 0;
  return Math.floor(size * (share < 0 ? offline / (offline + online) : share));
}

/**
 * When a run writes a checkpoint: every so many seconds, but never so often that it takes more than two hundredths of the
 * time, and whenever the run asks for one.
 */
import type { CheckpointStore } from "../checkpoints/store.js";
import type { TensorFile } from "../checkpoints/tensor-file.js";

/** The largest share of the time that writing checkpoints may take. */
const largestShare = 0.02;

export class Checkpointing {
  /** Seconds spent on checkpoints by this process. */
  seconds = 0;
  private readonly began = performance.now();
  private last = performance.now();
  private longest = 0;

  constructor(
    private readonly store: CheckpointStore,
    private readonly capture: (wholeEpisodes: boolean) => TensorFile,
    private readonly everySeconds: number,
  ) {}

  /** Writes one where the time has come: the next one, if it takes as long as the longest so far, stays below the share. */
  saveWhereDue(): void {
    const now = performance.now();
    if (now - this.last < 1000 * this.everySeconds) return;
    const expected = 1000 * this.seconds + this.longest;
    if (expected > largestShare * (now - this.began)) return;
    this.save();
  }

  /**
   * @param wholeEpisodes leave out the episode in progress: it is to be played again from its beginning
   * @returns the path
   * @throws RunFailure if it cannot be written
   */
  save(wholeEpisodes = false): string {
    const start = performance.now();
    try {
      return this.store.write(this.capture(wholeEpisodes));
    } finally {
      this.last = performance.now();
      this.longest = Math.max(this.longest, this.last - start);
      this.seconds += (this.last - start) / 1000;
    }
  }

  /** Writes one that is kept as the best so far. */
  saveBest(): void {
    this.store.markBest(this.save());
  }
}

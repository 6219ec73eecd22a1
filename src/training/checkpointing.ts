/**
 * When a run writes a checkpoint: every so many seconds, but never so often that it takes more than 2 % of the time,
 * and whenever the run requests one.
 */

import type { RunSink } from "./ports.js";
import type { Snapshot } from "./snapshot.js";
import type { Timing } from "./timing.js";

/** The largest share of the time that writing checkpoints may take. */
const largestShare = 0.02;

/** The run's clock, on which checkpoints are charged; a resumed run continues it. */
export type CheckpointClock = Pick<Timing, "elapsed" | "checkpointSeconds">;

export class Checkpointing {
  private last: number;
  private longest = 0;

  constructor(
    private readonly sink: Pick<RunSink, "checkpoint">,
    private readonly capture: () => Snapshot,
    private readonly clock: CheckpointClock,
    private readonly everySeconds: number,
  ) {
    this.last = clock.elapsed();
  }

  /** Writes one where the time has come: the next one, if it takes as long as the longest so far, stays below the share. */
  saveWhereDue(): void {
    const now = this.clock.elapsed();
    if (now - this.last < this.everySeconds) return;
    if (this.clock.checkpointSeconds + this.longest > largestShare * now) return;
    this.save();
  }

  /**
   * Writes one, whatever it costs: the timed ones make up for it.
   * @throws RunFailure if it cannot be written
   */
  save({ best = false }: { readonly best?: boolean } = {}): void {
    const start = this.clock.elapsed();
    try {
      this.sink.checkpoint(this.capture(), best);
    } finally {
      this.last = this.clock.elapsed();
      this.longest = Math.max(this.longest, this.last - start);
      this.clock.checkpointSeconds += this.last - start;
    }
  }
}

/**
 * How long a run has taken and how fast it is: seconds since it began, the seconds that checkpoints took, and updates per
 * second of each phase, counting only time in updates.
 */
import type { Phase } from "../settings/settings.js";

/** What a checkpoint keeps of it, so that a resumed run continues to count. */
export interface SavedTiming {
  readonly seconds: number;
  readonly checkpointSeconds: number;
  readonly spent: Readonly<Record<Phase, { readonly updates: number; readonly milliseconds: number }>>;
}

export class Timing {
  /** Added to by what writes checkpoints (checkpointing.ts). */
  checkpointSeconds = 0;
  private start = performance.now();
  private began = 0;
  private spent = { offline: { updates: 0, milliseconds: 0 }, online: { updates: 0, milliseconds: 0 } };

  save(): SavedTiming {
    return {
      seconds: this.seconds(),
      checkpointSeconds: this.checkpointSeconds,
      spent: structuredClone(this.spent),
    };
  }

  /** Continues where another process stopped; the time between the two does not count. */
  restore({ seconds, checkpointSeconds, spent }: SavedTiming): void {
    this.start = performance.now() - 1000 * seconds;
    this.checkpointSeconds = checkpointSeconds;
    this.spent = structuredClone(spent);
  }

  begin(): void {
    this.began = performance.now();
  }

  end(phase: Phase): void {
    this.spent[phase].updates++;
    this.spent[phase].milliseconds += performance.now() - this.began;
  }

  /** Seconds since the run began, rounded to milliseconds. */
  seconds(): number {
    return Math.round(1000 * this.elapsed()) / 1000;
  }

  /** Seconds since the run began, unrounded. */
  elapsed(): number {
    return (performance.now() - this.start) / 1000;
  }

  updatesPerSecond(phase: Phase): number {
    const { updates, milliseconds } = this.spent[phase];
    return milliseconds > 0 ? (1000 * updates) / milliseconds : 0;
  }
}

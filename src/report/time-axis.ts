/**
 * The horizontal axis of every chart: offline updates to the left of the switch, online environment steps to the right,
 * each side scaled to its own unit, so that neither a short pre-training nor a short fine-tuning is squeezed flat.
 */
import type { Run } from "../runs/read.js";
import { compact } from "./format.js";
import { offlineUpdatesOf, onlineStepsSeen } from "./timeline.js";

/** The part of the width that the offline side takes where there are both. */
const OFFLINE_SHARE = 0.4;

export interface Tick {
  /** Where on the axis, in its own coordinate (0 is the switch). */
  readonly at: number;
  readonly label: string;
}

export class TimeAxis {
  private readonly offlineShare: number;

  /** @param offlineSpan updates before the switch; @param onlineSpan environment steps after it. */
  constructor(
    readonly offlineSpan: number,
    readonly onlineSpan: number,
  ) {
    this.offlineShare = onlineSpan === 0 ? 1 : offlineSpan === 0 ? 0 : OFFLINE_SHARE;
  }

  /** The axis on which all of these runs fit. */
  static of(runs: readonly Run[]): TimeAxis {
    return new TimeAxis(
      runs.reduce((most, run) => Math.max(most, offlineUpdatesOf(run)), 0),
      runs.reduce((most, run) => Math.max(most, onlineStepsSeen(run)), 0),
    );
  }

  get domain(): [number, number] {
    return [-this.offlineShare, 1 - this.offlineShare];
  }

  get hasBothPhases(): boolean {
    return this.offlineSpan > 0 && this.onlineSpan > 0;
  }

  /** Where a signed step lies on the axis. */
  at(step: number): number {
    if (step === 0) return 0;
    return step < 0
      ? (step / this.offlineSpan) * this.offlineShare
      : (step / this.onlineSpan) * (1 - this.offlineShare);
  }

  /**
   * Round steps on both sides and the switch itself; without an online side there is no switch to count down to, and
   * the updates are counted from the first. @param most how many ticks a full width may hold.
   */
  ticks(most: number): Tick[] {
    if (this.onlineSpan === 0) {
      const updates = [0, ...roundSteps(this.offlineSpan, most)];
      return updates.map((update) => ({ at: this.at(update - this.offlineSpan), label: compact(update) }));
    }
    const sides = [
      roundSteps(this.offlineSpan, most * this.offlineShare).map((step) => -step),
      [0],
      roundSteps(this.onlineSpan, most * (1 - this.offlineShare)),
    ];
    return sides.flat().map((step) => ({ at: this.at(step), label: compact(step) }));
  }
}

/** Multiples of 1, 2 or 5 times a power of ten above 0 up to `span`, at most `most` (but at least one). */
function roundSteps(span: number, most: number): number[] {
  if (span <= 0) return [];
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const candidates = [power, 2 * power, 5 * power, 10 * power].filter((candidate) => candidate <= span);
  const step = candidates.find((candidate) => candidate >= rough) ?? candidates.at(-1)!;
  return Array.from({ length: Math.floor(span / step + 1e-9) }, (_, i) => (i + 1) * step);
}

/**
 * How fast a run goes: seconds since it began, and updates per second of each phase, counting only time in updates.
 */
import type { Phase } from "../runs/record.js";

export class Pace {
  private readonly start = performance.now();
  private began = 0;
  private readonly spent: Record<Phase, { updates: number; milliseconds: number }> = {
    offline: { updates: 0, milliseconds: 0 },
    online: { updates: 0, milliseconds: 0 },
  };

  begin(): void {
    this.began = performance.now();
  }

  end(phase: Phase): void {
    this.spent[phase].updates++;
    this.spent[phase].milliseconds += performance.now() - this.began;
  }

  seconds(): number {
    return Math.round(performance.now() - this.start) / 1000;
  }

  updatesPerSecond(phase: Phase): number {
    const { updates, milliseconds } = this.spent[phase];
    return milliseconds > 0 ? (1000 * updates) / milliseconds : 0;
  }
}

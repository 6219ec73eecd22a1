/**
 * A watch over the calls of environments, seen from the loop: it notices that a call does not return. On Node a
 * separate thread interrupts such a call (runs/hang-watch.ts); elsewhere there may be none.
 */
import type { CallWatch } from "../environments/call-watch.js";

export interface EnvironmentWatch extends CallWatch {
  /**
   * Does work in which environments are called.
   * @throws EnvironmentFailure if one of them hangs; the work then never ends
   */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Does work in which environments are called; under a watch, if there is one. */
export function watched<Result>(watch: EnvironmentWatch | undefined, work: () => Promise<Result>): Promise<Result> {
  return watch ? watch.during(work) : work();
}

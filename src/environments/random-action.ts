/**
 * A random policy: actions drawn evenly from a space, for warm-ups and for checking environments.
 */
import type { RandomStream } from "../random.js";
import type { ActionSpace } from "./environment.js";

/** An action drawn evenly from the space; a box without bounds is drawn from as if they were -1 and 1. */
export function randomAction(space: ActionSpace, random: RandomStream): Float32Array {
  if (space.kind === "discrete") return Float32Array.of(random.integer(space.count));
  return Float32Array.from({ length: space.size }, (_, i) => {
    const [low, high] = [finiteOr(space.low[i]!, -1), finiteOr(space.high[i]!, 1)];
    return low + (high - low) * random.uniform();
  });
}

function finiteOr(bound: number, otherwise: number): number {
  return Number.isFinite(bound) ? bound : otherwise;
}

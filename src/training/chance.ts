/**
 * A random policy, for warm-ups: actions drawn uniformly from the action space.
 */
import type { Sizes } from "../agents/context.js";
import { box, discrete } from "../environments/environment.js";
import { randomAction } from "../environments/spaces.js";
import type { RandomStream } from "../random.js";
import type { Policy } from "./ports.js";

/** One action at a time, evenly from within the bounds, or one of the discrete actions. */
export function chanceOf({ actionSize, discreteActions, transform }: Sizes, random: RandomStream): Policy {
  const { low, high } = transform?.actions ?? { low: -1, high: 1 };
  const space = discreteActions === undefined ? box(actionSize, low, high) : discrete(discreteActions);
  return { act: async () => randomAction(space, random) };
}

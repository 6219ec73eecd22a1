/**
 * Chance as a policy, for warm-ups: actions drawn evenly from what the agent may do.
 */
import type { Sizes } from "../agents/context.js";
import { box, discrete } from "../environments/environment.js";
import { randomAction } from "../environments/random-action.js";
import type { RandomStream } from "../random.js";
import type { Policy } from "./ports.js";

/** One action at a time, evenly from [-1, 1], or one of the discrete actions. */
export function chanceOf({ actionSize, discreteActions }: Sizes, random: RandomStream): Policy {
  const space = discreteActions === undefined ? box(actionSize, -1, 1) : discrete(discreteActions);
  return { act: async () => randomAction(space, random) };
}

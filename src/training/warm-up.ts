/**
 * Who acts online: the agent's stochastic policy, but in a warm-up, in which nothing is learned yet, chance or the task's
 * own script may. A script shows both agents of a comparison the same thing on purpose (docs/unlearning.md has such a control).
 */
import type { Sizes } from "../agents/context.js";
import { box, discrete, randomAction } from "../environments/spaces.js";
import { UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";
import type { RunSettings } from "../settings/settings.js";
import type { Collector, Policy } from "./ports.js";
import type { RunState } from "./snapshot.js";

type WarmUp = Pick<RunSettings, "warmupSteps" | "warmupActions">;

/** What collects the next episode. Every second episode of a scripted warm-up is the script's, the first one among them. */
export function explorer({ agent, collector, log, streams }: RunState, { warmupSteps, warmupActions }: WarmUp): Policy {
  if (log.onlineSteps >= warmupSteps || warmupActions === "policy") return agent;
  if (warmupActions === "random") return chanceOf(agent.sizes, streams.warmup);
  return log.onlineEpisodes % 2 === 0 ? collector.script! : agent;
}

/** @throws UsageError where a script is to act and the task has none */
export function requireScript({ script }: Collector, { warmupSteps, warmupActions }: WarmUp, task: string): void {
  if (warmupActions !== "scripted" || warmupSteps === 0 || script) return;
  throw new UsageError(
    `The warm-up of ${task} is to be scripted, and the task has no script (scriptedAction of an environment); give warmupActions policy or random.`,
  );
}

/** A random policy: one action at a time, evenly from within the bounds, or one of the discrete actions. */
function chanceOf({ actionSize, discreteActions, transform }: Sizes, random: RandomStream): Policy {
  const { low, high } = transform?.actions ?? { low: -1, high: 1 };
  const space = discreteActions === undefined ? box(actionSize, low, high) : discrete(discreteActions);
  return { act: async (observation) => randomAction(space, random, observation) };
}

/**
 * Recorded episodes that a run does not learn from, because it judges its policies by them: a policy looks better on
 * what it was fitted to than it is. Drawn by the run's seed.
 */
import { countSteps, type Dataset } from "../data/episode.js";
import { whole } from "../data/figures.js";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import type { RunSettings } from "../settings/settings.js";
import type { LearningData } from "./learning-data.js";

/** What a run learns from, and what it is judged by. */
export interface Split {
  readonly data: LearningData;
  /** Absent where nothing is held out. */
  readonly heldOut?: Dataset | undefined;
}

/** Episodes below which an interval says little: resamples of a handful say nothing about others. */
const FEW = 10;

/**
 * The recorded data of a run without a task, split.
 * @throws UsageError where there are too few episodes to be judged by
 */
export function splitData(
  data: LearningData,
  { heldOutShare, evaluationEpisodes, seed }: Pick<RunSettings, "heldOutShare" | "evaluationEpisodes" | "seed">,
): Split {
  if (evaluationEpisodes === 0 || heldOutShare === 0) return { data };
  const split = data.holdOut(heldOutShare, new RandomStream(seed, "held out"));
  if (split.data.episodes > 0 && split.heldOut.episodes.length > 1) return split;
  throw new UsageError(
    `${data.source} holds ${whole(data.episodes)} episodes, of which a share of ${heldOutShare} is too few to judge policies by; record more, give a larger heldOutShare, or train without evaluations (evaluationEpisodes 0).`,
  );
}

/** What a person is to know of a run that has no task, a sentence each. */
export function dataAloneSentences({ data, heldOut }: Split): string[] {
  const named =
    data.recordedTask === undefined
      ? "No task is named"
      : `No task is named (the data name ${data.recordedTask}; --task NAME acts in one)`;
  if (!heldOut)
    return [
      `${named}: the run learns offline from the data alone, and nothing judges its policy: there are no evaluations.`,
    ];
  const held = heldOut.episodes.length;
  const all = data.episodes + held;
  const few =
    held < FEW
      ? [
          `Only ${held} recorded episodes are held out: what the policy is worth is hardly known from so few, and the intervals are too narrow; record more, or give a larger heldOutShare.`,
        ]
      : [];
  return [
    `${named}: the run learns offline from the data alone. Its policy is not played but judged by an estimate (fitted Q evaluation) on ${whole(held)} of the ${whole(all)} episodes, ${whole(countSteps(heldOut))} steps that it does not learn from. Progress, report, the best checkpoint and "calql export --best" go by that estimate.`,
    ...few,
  ];
}

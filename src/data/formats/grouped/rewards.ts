/**
 * The rewards of an episode: as stored, or, where a recording has none and the user says so, 1 at its last step if it
 * succeeded and 0 elsewhere.
 */
import { UsageError } from "../../../errors.js";
import type { ReadOptions } from "../format.js";
import type { EpisodeArrays } from "./episode-arrays.js";
import type { EpisodeGroup, Reading } from "./layout.js";

/**
 * @param length steps that are kept
 * @returns [steps]
 * @throws DataError where there are none; UsageError where those that are stored are to be replaced
 */
export function rewardsOf(
  arrays: EpisodeArrays,
  group: EpisodeGroup,
  { layout, options, notes, name }: Reading,
  length: number,
): Float32Array {
  const { successReward } = options;
  const stored = arrays.has("rewards");
  if (stored && successReward !== undefined)
    throw new UsageError(
      `"${name}" stores rewards, beside which none are made from successes; leave that out, or read it with --ignore rewards.`,
    );
  if (stored) return arrays.numbers("rewards", 1, arrays.steps);
  if (successReward === undefined) throw layout.missing("rewards", group, arrays.where);
  const rewards = new Float32Array(arrays.steps);
  if (succeeded(arrays, group, layout.success, successReward, name)) rewards[length - 1] = 1;
  notes.say("Rewards were made from successes: 1 at the last step of each episode that succeeded, 0 elsewhere.");
  return rewards;
}

function succeeded(
  arrays: EpisodeArrays,
  group: EpisodeGroup,
  recorded: string | undefined,
  by: NonNullable<ReadOptions["successReward"]>,
  name: string,
): boolean {
  if (by !== "recorded" && "episodes" in by) return by.episodes.includes(group.number);
  if (by !== "recorded") return arrays.flags(by.column).includes(1);
  if (recorded !== undefined && arrays.has(recorded)) return arrays.flags(recorded)[arrays.steps - 1] === 1;
  throw new UsageError(
    `"${name}" does not record which episodes succeeded; give an array that marks them, --reward success:KEY, or their numbers, --reward success:0,3.`,
  );
}

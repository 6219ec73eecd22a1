/**
 * The rewards of episodes: as stored, or, where a recording has none and the user says so, 1 at the last step of each
 * episode that succeeded and 0 elsewhere. Such a success ends the task.
 */
import { DataError, UsageError } from "../../../errors.js";
import type { ReadingNotes } from "../../reading-notes.js";
import type { ReadOptions } from "../format.js";
import type { EpisodeArrays } from "./episode-arrays.js";
import type { EpisodeGroup, GroupedLayout } from "./layout.js";

/** Makes the rewards of one pass over a file. */
export class SuccessRewards {
  private made = 0;
  private successes = 0;
  private readonly numbers = new Set<number>();

  constructor(
    private readonly name: string,
    private readonly layout: Pick<GroupedLayout, "success" | "missing">,
    private readonly options: Pick<ReadOptions, "successReward">,
  ) {}

  /** Whether this key is read for it. */
  reads(key: string): boolean {
    const { successReward: by } = this.options;
    return typeof by === "object" && "column" in by && by.column === key;
  }

  /** Notes that there is such an episode, faulty or not. */
  meet({ number }: EpisodeGroup): void {
    this.numbers.add(number);
  }

  /**
   * Whether rewards are made and the episode succeeded; undefined where they are stored.
   * @throws DataError where there are none; UsageError where those that are stored are to be replaced
   */
  succeeded(arrays: EpisodeArrays, group: EpisodeGroup): boolean | undefined {
    const { successReward: by } = this.options;
    const stored = arrays.has("rewards");
    if (stored && by !== undefined)
      throw new UsageError(
        `"${this.name}" stores rewards, beside which none are made from successes; leave that out, or read it with --ignore rewards.`,
      );
    if (stored) return undefined;
    if (by === undefined) throw this.layout.missing("rewards", group, arrays.where);
    const succeeded = this.isSuccess(arrays, group, by);
    this.made++;
    if (succeeded) this.successes++;
    return succeeded;
  }

  /** After the last episode. @throws DataError for the number of an episode that is not there */
  end(notes: ReadingNotes): void {
    const { successReward: by } = this.options;
    if (by === undefined) return;
    const listed = typeof by === "object" && "episodes" in by ? by.episodes : [];
    const missing = listed.find((number) => !this.numbers.has(number));
    if (missing !== undefined)
      throw new DataError(
        `"${this.name}" has no episode of the number ${missing}; correct the list of those that succeeded.`,
      );
    notes.say(
      `rewards were made from successes: 1 at the last step of ${this.successes} of ${this.made} episodes, 0 elsewhere`,
    );
  }

  private isSuccess(
    arrays: EpisodeArrays,
    group: EpisodeGroup,
    by: NonNullable<ReadOptions["successReward"]>,
  ): boolean {
    if (by !== "recorded" && "episodes" in by) return by.episodes.includes(group.number);
    if (by !== "recorded") return arrays.flags(by.column).includes(1);
    const { success } = this.layout;
    if (success !== undefined && arrays.has(success)) return arrays.flags(success)[arrays.steps - 1] === 1;
    throw new UsageError(
      `"${this.name}" does not record which episodes succeeded; give an array that marks them, --reward success:KEY, or their numbers, --reward success:0,3.`,
    );
  }
}

/** [steps] */
export function madeRewards(steps: number, succeeded: boolean): Float32Array {
  const rewards = new Float32Array(steps);
  if (succeeded) rewards[steps - 1] = 1;
  return rewards;
}

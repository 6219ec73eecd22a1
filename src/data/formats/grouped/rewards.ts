/**
 * The rewards of episodes of HDF5 groups: as stored, or, where the user says so, made from the successes that an array
 * or the user's list tells. Such a success ends the task. What is made of them: `success-rewards.ts`.
 */
import { UsageError } from "../../../errors.js";
import type { ReadingNotes } from "../../reading-notes.js";
import type { ReadOptions } from "../format.js";
import { SuccessRewards } from "../success-rewards.js";
import type { EpisodeArrays } from "./episode-arrays.js";
import type { EpisodeGroup, GroupedLayout } from "./layout.js";

/** Makes the rewards of one pass over a file. */
export class GroupRewards {
  private readonly success: SuccessRewards;
  private readonly numbers = new Set<number>();

  constructor(
    private readonly name: string,
    private readonly layout: Pick<GroupedLayout, "success" | "missing">,
    private readonly options: Pick<ReadOptions, "successReward">,
  ) {
    this.success = new SuccessRewards(`"${name}"`, options.successReward);
  }

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
   * The rewards [steps], and whether the episode succeeded, as far as rewards are made of that.
   * @throws DataError where there are none; UsageError where those that are stored tell more than a success
   */
  of(arrays: EpisodeArrays, group: EpisodeGroup): { readonly rewards: Float32Array; readonly succeeded: boolean } {
    const { steps, where } = arrays;
    const stored = arrays.has("rewards") ? arrays.numbers("rewards", 1, steps) : undefined;
    if (!this.success.areMade) {
      if (stored === undefined) throw this.layout.missing("rewards", group, where);
      return { rewards: stored, succeeded: false };
    }
    const succeeded = this.success.isListed(group.number) ?? this.isMarked(arrays);
    const rewards = stored ?? new Float32Array(steps);
    this.success.make(rewards, "rewards", succeeded);
    return { rewards, succeeded };
  }

  /** After the last episode. @throws DataError for the number of an episode that is not there */
  end(notes: ReadingNotes): void {
    this.success.end(notes, (number) => this.numbers.has(number), "no episode");
  }

  /** Whether any row is marked as a success. */
  private isMarked(arrays: EpisodeArrays): boolean {
    const { successReward: by } = this.options;
    if (typeof by === "object" && "column" in by) return arrays.flags(by.column).includes(1);
    const { success } = this.layout;
    if (success !== undefined && arrays.has(success)) return arrays.flags(success).includes(1);
    throw new UsageError(
      `"${this.name}" does not record which episodes succeeded; give an array that marks them, --reward success:KEY, or their numbers, --reward success:0,3.`,
    );
  }
}

/**
 * Rewards that are made from successes, for all formats: 1 at the last step of each episode that succeeded, 0
 * elsewhere. Rewards that are stored and tell more than that are never replaced without a word.
 */

import { DataError, UsageError } from "../../errors.js";
import { printable } from "../containers/refusal.js";
import { counted } from "../figures.js";
import type { ReadingNotes } from "../reading-notes.js";
import type { ReadOptions } from "./format.js";

export class SuccessRewards {
  private made = 0;
  private successes = 0;
  /** The reward of every row that is no episode's last. */
  private constant: number | undefined;

  /** @param where how messages name the dataset; @param by how the user says which episodes succeeded, undefined where rewards are stored */
  constructor(
    private readonly where: string,
    private readonly by: ReadOptions["successReward"],
  ) {}

  get areMade(): boolean {
    return this.by !== undefined;
  }

  /** Whether an episode is one of those that the user lists; undefined where none are listed. */
  isListed(number: number): boolean | undefined {
    return typeof this.by === "object" && "episodes" in this.by ? this.by.episodes.includes(number) : undefined;
  }

  /**
   * Replaces the rewards of an episode.
   * @param stored [steps], zeros where there are none; @param key where they are stored
   * @throws UsageError where they tell more than a success does: they differ before an episode's last row
   */
  make(stored: Float32Array, key: string, succeeded: boolean): void {
    for (const reward of stored.subarray(0, -1)) {
      this.constant ??= reward;
      if (reward !== this.constant)
        throw new UsageError(
          `${this.where} stores rewards (${this.constant}, ${reward} ...), which tell more than successes; leave --reward out, or replace them with --ignore ${printable(key)}.`,
        );
    }
    stored.fill(0);
    this.made++;
    if (!succeeded) return;
    stored[stored.length - 1] = 1;
    this.successes++;
  }

  /**
   * After the last episode.
   * @param isThere whether there is an episode of a number; @param found which there are, to go after the dataset's name
   * @throws DataError for one that is listed and not there
   */
  end(notes: ReadingNotes, isThere: (number: number) => boolean, found: string): void {
    if (this.by === undefined) return;
    const listed = typeof this.by === "object" && "episodes" in this.by ? this.by.episodes : [];
    const missing = listed.find((number) => !isThere(number));
    if (missing !== undefined)
      throw new DataError(
        `${this.where} has ${found} of the number ${missing}; correct the list of those that succeeded.`,
      );
    notes.say(
      `rewards were made from successes: 1 at the last step of ${this.successes} of ${counted(this.made, "episode")}, 0 elsewhere`,
    );
  }
}

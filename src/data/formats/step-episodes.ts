/**
 * From gathered rows to episodes, for all readers whose files have a row a step: rows that give no step are counted by
 * reason, rewards that a recording lacks are made from its successes, faulty episodes are left out where the user wants
 * it, and data of which nothing to learn from is left are refused.
 */
import { DataError } from "../../errors.js";
import type { Episode } from "../episode.js";
import { counted, short, whole } from "../figures.js";
import type { ReadingNotes } from "../reading-notes.js";
import type { ReadOptions } from "./format.js";
import type { LostRows, StepRows } from "./step-rows.js";
import { SuccessRewards } from "./success-rewards.js";

/** What a reader says in its own words. */
export interface StepWords {
  /** How messages name the dataset, e.g. `"visits.jsonl"`. */
  readonly where: string;
  /** What to do about episodes of one row, to go after a semicolon. */
  readonly singleRows: string;
  /** The column of rewards. */
  readonly rewards: string;
  /** How to mark the end of the task, to go after a semicolon. */
  readonly markEnds: string;
  /** What to do about last rows that nothing marks, to go after a semicolon; undefined where nothing is to be done. */
  readonly unmarked?: string;
}

/** A share of the episodes, or of what they earn, from which on a difference is told. */
const WORTH_TELLING = 0.01;

/** Rows that gave no step, of one reason. */
interface Lost extends Pick<LostRows, "why" | "marked"> {
  readonly told: boolean;
  readonly place: string;
  rows: number;
}

export class StepEpisodes {
  private episodes = 0;
  private made = 0;
  private rewarded = false;
  /** The first row whose reward was lost. */
  private lostReward: string | undefined;
  private readonly lost = new Map<string, Lost>();
  /** Episodes of a single row that gave no step, and the sum of what they earned. */
  private readonly singles = { count: 0, earned: 0 };
  /** The sum of what the others earned. */
  private earned = 0;
  /** Whether an episode has more than one row. */
  private several = false;
  private readonly success: SuccessRewards;

  constructor(
    private readonly words: StepWords,
    private readonly notes: ReadingNotes,
    options: Pick<ReadOptions, "successReward">,
  ) {
    this.success = new SuccessRewards(words.where, options.successReward);
  }

  /**
   * The next episode of the file.
   * @param place its last row, e.g. "line 3"; @param success whether the recording says that it succeeded
   * @param endsTask whether its last row ends the task where nothing is marked; made rewards end it in any case
   * @returns undefined where no step is left of it
   */
  finish(rows: StepRows, place: string, success = false, endsTask = false): Episode | undefined {
    const { areMade } = this.success;
    const succeeded = this.success.isListed(this.episodes++) ?? success;
    const episode = rows.finish(endsTask, areMade && succeeded);
    this.several ||= rows.count > 1;
    if (rows.lost) this.count(rows.lost, place);
    if (episode === undefined) return undefined;
    this.made++;
    if (rows.closingReward !== undefined && !areMade)
      this.notes.say("rewards in last rows without an action were taken as those of the actions before them");
    if (areMade) this.success.make(episode.rewards, this.words.rewards, succeeded);
    for (const reward of episode.rewards) this.earned += reward;
    this.rewarded ||= episode.rewards.some((reward) => reward !== 0);
    return episode;
  }

  /**
   * An episode that contradicts itself.
   * @param count its rows; @param refusal the sentence with which it would be refused: the problem; the next step
   */
  leaveOut(count: number, refusal: string): void {
    this.episodes++;
    this.notes.leaveOut(count, "because their episode is faulty", refusal.replace(/; .*$/s, ""));
  }

  /** After the last episode. @throws DataError where nothing is left to learn from */
  end(): void {
    const { where, singleRows, markEnds } = this.words;
    this.noteLost();
    if (this.made === 0)
      throw new DataError(
        this.singles.count > 0 && !this.several
          ? `${where} holds no step whose next observation is known, because its episodes have one row each; ${singleRows}.`
          : `${where} holds no step whose next observation is known; ${markEnds}, or record longer episodes.`,
      );
    const found = `${counted(this.episodes, "episode")}, numbered from 0, and so none`;
    this.success.end(this.notes, (number) => number < this.episodes, found);
    if (this.success.areMade) return;
    if (!this.rewarded && this.lostReward !== undefined)
      throw new DataError(
        `${where} has rewards other than 0 only in last rows such as ${this.lostReward}, whose next observation is unknown, so that none would be left; ${markEnds}.`,
      );
  }

  private count({ count, why, marked, reward }: LostRows, place: string): void {
    if (why === "a single row") {
      this.singles.count++;
      this.singles.earned += reward;
    }
    if (reward !== 0) this.lostReward ??= place;
    const told = !this.success.areMade && reward !== 0;
    const key = `${why} ${told} ${marked}`;
    const lost = this.lost.get(key);
    if (lost) lost.rows += count;
    else this.lost.set(key, { why, told, marked, rows: count, place });
  }

  private noteLost(): void {
    for (const lost of this.lost.values()) this.notes.leaveOut(lost.rows, this.reasonOf(lost), lost.place);
    const { count, earned } = this.singles;
    if (this.success.areMade || this.made === 0 || count < WORTH_TELLING * (count + this.made)) return;
    const [out, kept] = [earned / count, this.earned / this.made];
    if (!(Math.abs(out - kept) > WORTH_TELLING * Math.max(Math.abs(out), Math.abs(kept)))) return;
    this.notes.say(
      `episodes that were left out (${whole(count)}) earn ${short(out)} on average, those that are left (${whole(this.made)}) ${short(kept)}: the data look ${out < kept ? "better" : "worse"} than they are`,
    );
  }

  /** Which words fit is known after the last episode. */
  private reasonOf({ why, told, marked }: Lost): string {
    const { singleRows, markEnds, unmarked } = this.words;
    if (why === "no action") return "because their episode has no row with an action";
    if (why === "a single row")
      return `because their episode has only one row, which nothing marks as terminated; ${this.several ? markEnds : singleRows}`;
    const last = "because the task did not end their episode with them and the observation after them is unknown";
    if (told) return `${last}, although they have rewards; where the task ended, ${markEnds}`;
    return marked || unmarked === undefined ? last : `${last}; ${unmarked}`;
  }
}

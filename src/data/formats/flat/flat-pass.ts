/**
 * One pass over flat rows: hands the episodes out, and knows at its end what is to be said of them. Rows that give no
 * step are counted, faulty episodes are left out where the user wants it, and rewards are made from successes.
 */
import { DataError } from "../../../errors.js";
import { printable, quoted } from "../../containers/refusal.js";
import { type Episode, stateOf } from "../../episode.js";
import type { ReadingNotes } from "../../reading-notes.js";
import type { RecordedRows, SplitRules } from "../../recorded-rows.js";
import type { SplitRows } from "../../trajectories.js";
import { nothingLeft, reasonOf } from "../faulty-episode.js";
import type { FlatOptions, FlatTables } from "./flat-tables.js";

export class FlatPass {
  private handed = 0;
  private jumps = 0;
  private resets = 0;
  private cut = 0;
  /** Episodes whose success was asked for, those without a step too. */
  private met = 0;
  private successes = 0;
  private faulty = false;
  /** The rewards of steps, where all are the same. */
  private reward: number | "several" | undefined;
  private readonly lost = new Map<number, string>();

  constructor(
    private readonly name: string,
    private readonly tables: FlatTables,
    private readonly options: FlatOptions,
    private readonly notes: ReadingNotes,
  ) {}

  /** How a stretch of this pass is split. */
  rules(rows: RecordedRows): Pick<SplitRules, "horizon" | "doneMayBeClock" | "closingRows" | "succeeded"> {
    const { horizon, doneMeans, successReward: by } = this.options;
    const before = this.met;
    const listed = typeof by === "object" && "episodes" in by ? by.episodes : undefined;
    const succeeded = (episode: number, first: number, last: number) =>
      listed ? listed.includes(before + episode) : rows.success?.subarray(first, last + 1).includes(1) === true;
    return {
      horizon,
      doneMayBeClock: this.tables.marks.dones !== undefined && doneMeans === "either",
      closingRows: this.options.closingRows !== false,
      ...(by !== undefined && { succeeded }),
    };
  }

  /** @param placeOf how a row of the stretch is named */
  *handOut(rows: RecordedRows, split: SplitRows, placeOf: (row: number) => string): Generator<Episode> {
    this.jumps += split.jumps;
    this.resets += split.resets;
    this.cut += split.cut;
    this.met += split.met;
    for (const { row, reason } of split.leftOut) {
      this.notes.leaveOut(1, reason, placeOf(row));
      const reward = rows.rewards[row]!;
      if (this.lost.size < 2 && !this.lost.has(reward)) this.lost.set(reward, placeOf(row));
    }
    for (const [i, episode] of split.episodes.entries()) {
      if (this.options.dropFaulty === true && !holdsNumbers(episode)) {
        this.faulty = true;
        this.notes.leaveOut(
          episode.length,
          reasonOf("it holds values that are no finite numbers"),
          placeOf(split.firstRows[i]!),
        );
        continue;
      }
      this.handed++;
      if (this.options.successReward !== undefined && episode.rewards.at(-1) === 1) this.successes++;
      for (const reward of episode.rewards)
        if (reward !== this.reward) this.reward = this.reward === undefined ? reward : "several";
      yield episode;
    }
  }

  sayEmpty(row: number, rows: number): void {
    this.notes.say(
      `The last ${rows} rows, from row ${row} on, are all zeros, as rows of a buffer that were never filled; if they are, cut them off, or store the number of filled rows as a scalar named pos.`,
    );
  }

  /** @throws DataError where nothing is left to learn from */
  end(): void {
    this.sayWhatWasAssumed();
    if (this.options.successReward !== undefined) this.saySuccesses();
    if (this.handed === 0 && this.faulty) throw nothingLeft(this.name, this.notes);
    if (this.handed === 0)
      throw new DataError(
        `"${this.name}" holds ${this.tables.count} rows but no step whose next observation is known; record longer episodes.`,
      );
    if (this.options.successReward === undefined) this.refuseLostRewards();
  }

  private sayWhatWasAssumed(): void {
    const { jumps, resets, cut, options, notes } = this;
    if (jumps > 0)
      notes.say(
        `${jumps} episodes end where the stored next observation is not that of the next row, without a mark; the clock is taken to have ended them.`,
      );
    if (resets > 0)
      notes.say(
        `${resets} episodes end where "${this.tables.marks.counters!.key}" falls back, without a mark; the clock is taken to have ended them.`,
      );
    if (cut > 0)
      notes.say(
        `${cut} episodes were cut at the horizon of ${options.horizon} steps, because nothing marks where the clock ended them.`,
      );
    const { terminals, masks, timeouts, dones, ends, success } = this.tables.marks;
    if (dones && !terminals && !masks && !timeouts && options.doneMeans === undefined)
      notes.say(
        `"${dones.key}" cannot tell whether the task or the clock ended an episode; it is taken for the task's end. Where the clock sets it too, say --done-means clock, or --done-means either --horizon STEPS.`,
      );
    if (terminals || masks || dones || options.successReward !== undefined) return;
    notes.say(
      `Nothing marks where the task ended${ends || timeouts ? ", so the clock is taken to have ended all episodes" : ""}.${success ? ` ${quoted(success.key)} says where it was solved; if that ends the task, store it as terminals, or make rewards of it with --reward success --ignore ${printable(this.tables.rewards?.key ?? "rewards")}.` : ""}`,
    );
  }

  private saySuccesses(): void {
    const { successReward: by } = this.options;
    const beyond =
      typeof by === "object" && "episodes" in by ? by.episodes.find((number) => number >= this.met) : undefined;
    if (beyond !== undefined)
      throw new DataError(
        `"${this.name}" has ${this.met} episodes, 0 to ${this.met - 1}, and so none of the number ${beyond}; correct the list of those that succeeded.`,
      );
    this.notes.say(
      `rewards were made from successes: 1 at the last step of ${this.successes} of ${this.handed} episodes, 0 elsewhere`,
    );
  }

  /** Where all rewards that tell anything stand in rows that give no step. */
  private refuseLostRewards(): void {
    const { reward: kept, tables, options } = this;
    const lost = [...this.lost].find(([reward]) => reward !== kept);
    if (kept === "several" || lost === undefined) return;
    const dones = tables.marks.dones && options.doneMeans !== undefined && options.doneMeans !== "task";
    throw new DataError(
      `"${this.name}" has rewards other than ${kept} only in rows such as ${lost[1]}, whose next observation is not stored, so that none would be left; ${dones ? "where the task ended there, say --done-means task, or --done-means either --horizon STEPS" : "where the task ended there, mark these rows as terminals"}, or store next_observations.`,
    );
  }
}

function holdsNumbers({ observations, actions, rewards }: Episode): boolean {
  return [stateOf(observations), actions, rewards].every((values) => values.every(Number.isFinite));
}

/** Rows up to the last one in which some number is not 0. */
export function filledRows(rows: RecordedRows): number {
  const { count, observationSize, actionSize } = rows;
  const last = (values: ArrayLike<number> | undefined, columns: number) => {
    for (let i = values?.length ?? 0; i > 0; i--) if (values![i - 1] !== 0) return Math.ceil(i / columns);
    return 0;
  };
  return Math.min(
    count,
    Math.max(
      last(rows.observations, observationSize),
      last(rows.nextObservations, observationSize),
      last(rows.actions, actionSize),
      last(rows.rewards, 1),
      last(rows.timeouts, 1),
    ),
  );
}

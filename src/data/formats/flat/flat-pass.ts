/**
 * One pass over flat rows: hands the episodes out, and knows at its end what is to be said of them. Rows that give no
 * step are counted, faulty episodes are left out where the user wants it, and rewards are made from successes.
 */
import { DataError } from "../../../errors.js";
import { printable, quoted } from "../../containers/refusal.js";
import { type Episode, stateOf } from "../../episode.js";
import { counted } from "../../figures.js";
import type { ReadingNotes } from "../../reading-notes.js";
import type { RecordedRows, SplitRules } from "../../recorded-rows.js";
import type { SplitRows } from "../../trajectories.js";
import { nothingLeft, reasonOf } from "../faulty-episode.js";
import { SuccessRewards } from "../success-rewards.js";
import type { FlatOptions, FlatTables } from "./flat-tables.js";

export class FlatPass {
  private handed = 0;
  private jumps = 0;
  private resets = 0;
  private cut = 0;
  /** Episodes whose success was asked for, those without a step too. */
  private met = 0;
  private faulty = false;
  /** Whether marks say where the clock ended episodes. */
  private clockIsMarked = false;
  /** Episodes as long as the horizon that a mark of the task ended, and where the first begins. */
  private asLong: { readonly count: number; readonly place: string } | undefined;
  /** The rewards of steps, where all are the same. */
  private reward: number | "several" | undefined;
  private readonly lost = new Map<number, string>();
  private readonly success: SuccessRewards;

  constructor(
    private readonly name: string,
    private readonly tables: FlatTables,
    private readonly options: FlatOptions,
    private readonly notes: ReadingNotes,
  ) {
    this.success = new SuccessRewards(`"${name}"`, options.successReward);
  }

  /** How a stretch of this pass is split. */
  rules(rows: RecordedRows): Pick<SplitRules, "horizon" | "clockFrom" | "closingRows" | "succeeded"> {
    const before = this.met;
    const succeeded = (episode: number, first: number, last: number) =>
      this.success.isListed(before + episode) ?? rows.success?.subarray(first, last + 1).includes(1) === true;
    return {
      horizon: this.options.horizon,
      clockFrom: this.tables.done.clockFrom,
      // The choice 0 is one like any other, in the last row too.
      closingRows: this.options.closingRows ?? this.options.discreteActions === undefined,
      ...(this.success.areMade && { succeeded }),
    };
  }

  /** @param placeOf how a row of the stretch is named */
  *handOut(rows: RecordedRows, split: SplitRows, placeOf: (row: number) => string): Generator<Episode> {
    this.jumps += split.jumps;
    this.resets += split.resets;
    this.cut += split.cut;
    this.met += split.met;
    this.clockIsMarked ||= rows.timeouts !== undefined;
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
      if (this.success.areMade) this.success.make(episode.rewards, "rewards", split.solved[i]!);
      else if (episode.length === this.options.horizon && episode.terminated.at(-1) === 1)
        this.asLong = {
          count: (this.asLong?.count ?? 0) + 1,
          place: this.asLong?.place ?? placeOf(split.firstRows[i]!),
        };
      for (const reward of episode.rewards)
        if (reward !== this.reward) this.reward = this.reward === undefined ? reward : "several";
      yield episode;
    }
  }

  /** An episode that is left out before its rows are looked at counts among those that are numbered. */
  passOver(): void {
    this.met++;
  }

  sayEmpty(row: number, rows: number): void {
    this.notes.say(
      `The last ${rows} rows, from row ${row} on, are all zeros, as rows of a buffer that were never filled; if they are, cut them off, or store the number of filled rows as a scalar named pos.`,
    );
  }

  /** @throws DataError where nothing is left to learn from */
  end(): void {
    this.sayWhatWasAssumed();
    const found = `${counted(this.met, "episode")}, numbered from 0, and so none`;
    this.success.end(this.notes, (number) => number < this.met, found);
    if (this.handed === 0 && this.faulty) throw nothingLeft(this.name, this.notes);
    if (this.handed === 0)
      throw new DataError(
        `"${this.name}" holds ${counted(this.tables.count, "row")} but no step whose next observation is known; record longer episodes.`,
      );
    if (!this.success.areMade) this.refuseLostRewards();
  }

  private sayWhatWasAssumed(): void {
    const { jumps, resets, cut, options, notes } = this;
    if (jumps > 0)
      notes.say(
        `The clock is taken to have ended ${counted(jumps, "episode")} where the stored next observation is not that of the next row, without a mark.`,
      );
    if (resets > 0)
      notes.say(
        `The clock is taken to have ended ${counted(resets, "episode")} where ${quoted(this.tables.marks.counters!.key)} falls back, without a mark.`,
      );
    if (cut > 0)
      notes.say(
        `The horizon of ${counted(options.horizon!, "step")} cut ${counted(cut, "episode")}, because nothing marks where the clock ended one.`,
      );
    const { horizon, fallbackHorizon, doneMeans } = options;
    if (this.clockIsMarked && doneMeans !== "either" && horizon !== undefined && horizon !== fallbackHorizon)
      notes.say(
        `The horizon of ${counted(horizon, "step")} was not used, because the data mark where the clock ended episodes.`,
      );
    const { terminals, masks, timeouts, dones, ends, success } = this.tables.marks;
    if (timeouts === undefined) this.tables.done.note(notes, this.asLong);
    if (terminals || masks || dones || this.success.areMade) return;
    notes.say(
      `Nothing marks where the task ended${ends || timeouts ? ", so the clock is taken to have ended all episodes" : ""}.${success ? ` ${quoted(success.key)} says where it was solved; if that ends the task, store it as terminals, or make rewards of it with --reward success --ignore ${printable(this.tables.rewards?.key ?? "rewards")}.` : ""}`,
    );
  }

  /** Where all rewards that tell anything stand in rows that give no step. */
  private refuseLostRewards(): void {
    const { reward: kept, tables } = this;
    const lost = [...this.lost].find(([reward]) => reward !== kept);
    if (kept === "several" || lost === undefined) return;
    const dones = tables.done.clockFrom !== Number.POSITIVE_INFINITY;
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

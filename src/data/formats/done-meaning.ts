/**
 * What a mark such as "done" stands for. Some recorders set it for the end of the task alone, others for the clock's as
 * well, and the difference decides whether the last step keeps its bootstrap. Where a file cannot tell, the user may
 * say it; the reader's own guess, the task, is never made without a note.
 */
import { UsageError } from "../../errors.js";
import { quoted } from "../containers/refusal.js";
import { counted } from "../figures.js";
import type { ReadingNotes } from "../reading-notes.js";
import type { ReadOptions } from "./format.js";

export class DoneMeaning {
  /** The mark is the clock's in episodes of so many steps and more, else the task's: 0 in all of them, Infinity in none. */
  readonly clockFrom: number;
  private readonly horizon: number | undefined;

  /**
   * @param name the dataset in messages, in quotation marks; @param column the mark that cannot tell; undefined where there is none
   * @throws UsageError for a meaning that is given where nothing is to be said, or "either" without a horizon
   */
  constructor(
    name: string,
    private readonly column: string | undefined,
    private readonly options: Pick<ReadOptions, "doneMeans" | "horizon" | "fallbackHorizon">,
  ) {
    const { doneMeans, fallbackHorizon, horizon = fallbackHorizon } = options;
    if (horizon !== undefined && !(Number.isInteger(horizon) && horizon >= 1))
      throw new RangeError(`The horizon must be a whole number of steps from 1 on, not ${horizon}.`);
    if (doneMeans !== undefined && column === undefined)
      throw new UsageError(
        `${name} has no mark that leaves open whether the task or the clock ended an episode, so there is nothing to say about it; leave --done-means out.`,
      );
    if (doneMeans === "either" && horizon === undefined)
      throw new UsageError(
        `Whether the clock ended an episode of ${name} follows from its length; give the environment's with --horizon STEPS.`,
      );
    this.horizon = horizon;
    this.clockFrom = doneMeans === "clock" ? 0 : doneMeans === "either" ? horizon! : Number.POSITIVE_INFINITY;
  }

  /** What the mark says in a row. @param steps of the episode, with that of the row */
  ending(steps: number): "terminated" | "truncated" {
    return steps >= this.clockFrom ? "truncated" : "terminated";
  }

  /**
   * Says what was assumed, where the user said nothing.
   * @param asLong episodes that the mark ends and that are as long as the horizon, with the place of the first
   */
  note(notes: ReadingNotes, asLong?: { readonly count: number; readonly place: string }): void {
    const { column, horizon } = this;
    if (column === undefined || this.options.doneMeans !== undefined) return;
    const also = asLong
      ? `, also in ${counted(asLong.count, "episode")} of exactly ${horizon} steps, the horizon (${asLong.place}${asLong.count > 1 ? ", for one" : ""})`
      : "";
    notes.say(
      `${quoted(column)} does not tell whether the task or the clock ended an episode, and was taken for the task${also}; where the clock did, say --done-means clock, or --done-means either --horizon ${horizon ?? "STEPS"}`,
    );
  }
}

/** @throws UsageError for a horizon that would say nothing, in formats that tell episodes apart by their numbers */
export function refuseIdleHorizon(name: string, { horizon, doneMeans }: ReadOptions): void {
  if (horizon === undefined || doneMeans === "either") return;
  throw new UsageError(
    `${name} tells its episodes apart by itself, and a horizon only says which of their ends are the clock's; give it together with --done-means either, or leave it out.`,
  );
}

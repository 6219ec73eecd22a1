/**
 * What a mark such as "done" stands for. Some recorders set it for the end of the task alone, others for the clock's as
 * well, and the difference decides whether the last step keeps its bootstrap. Where a file cannot tell, the user may
 * say it; the reader's own guess, the task, is never made without a note.
 */
import { UsageError } from "../../errors.js";
import { quoted } from "../containers/refusal.js";
import type { ReadingNotes } from "../reading-notes.js";
import type { ReadOptions } from "./format.js";

export class DoneMeaning {
  private readonly means: "task" | "clock" | "either";
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
    const { doneMeans, horizon, fallbackHorizon } = options;
    if (doneMeans !== undefined && column === undefined)
      throw new UsageError(
        `${name} has no mark that leaves open whether the task or the clock ended an episode, so there is nothing to say about it; leave --done-means out.`,
      );
    if (horizon !== undefined && doneMeans !== "either")
      throw new UsageError(
        `${name} tells its episodes apart by itself, and a horizon only says which of their ends are the clock's; give it together with --done-means either, or leave it out.`,
      );
    this.means = doneMeans ?? "task";
    this.horizon = horizon ?? fallbackHorizon;
    if (this.means === "either" && this.horizon === undefined)
      throw new UsageError(
        `Whether the clock ended an episode of ${name} follows from its length; give the environment's with --horizon STEPS.`,
      );
  }

  /** What the mark says in a row. @param steps of the episode, with that of the row */
  ending(steps: number): "terminated" | "truncated" {
    if (this.means === "either") return steps >= this.horizon! ? "truncated" : "terminated";
    return this.means === "clock" ? "truncated" : "terminated";
  }

  /** Says what was assumed, where the user said nothing. */
  note(notes: ReadingNotes): void {
    if (this.column === undefined || this.options.doneMeans !== undefined) return;
    notes.say(
      `${quoted(this.column)} does not tell whether the task or the clock ended an episode, and was taken for the task; where the clock did, say --done-means clock, or --done-means either --horizon STEPS`,
    );
  }
}

/**
 * How many rows an episode of HDF5 groups says that it has, beside those that are there: where these are fewer, its end is
 * missing. Such a file can be read nevertheless, so it is told, and the last row that is there ends no task.
 */
import type { OpenHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readAttributes } from "../../containers/hdf5/hdf5-scalars.js";
import { quoted } from "../../containers/refusal.js";
import { counted } from "../../figures.js";
import type { ReadingNotes } from "../../reading-notes.js";
import { type EpisodeInHand, faulty } from "../faulty-episode.js";
import type { ReadOptions } from "../format.js";
import type { EpisodeGroup, GroupedLayout } from "./layout.js";

/** Compares them in one pass over a file. */
export class DeclaredRows {
  private count = 0;
  private first = "";

  constructor(
    private readonly file: OpenHdf5,
    private readonly layout: Pick<GroupedLayout, "declaredRows">,
    private readonly options: Pick<ReadOptions, "dropFaulty">,
  ) {}

  /** Whether rows of the episode are missing at its end. @throws FaultyEpisode where such ones are to be left out */
  lacksEnd(group: EpisodeGroup, hand: EpisodeInHand): boolean {
    const { declaredRows: key } = this.layout;
    const said = key && group.path !== undefined ? readAttributes(this.file, `/${group.path}`).get(key) : undefined;
    if (said === undefined || said === hand.steps) return false;
    const problem = `${counted(hand.steps, "row")} where its ${quoted(key!)} says ${said}`;
    if (this.options.dropFaulty === true)
      throw faulty(hand, `has ${problem}`, `it has other rows than its ${quoted(key!)} says`);
    if (this.count++ === 0) this.first = `${hand.place} has ${problem}`;
    return said > hand.steps;
  }

  note(notes: ReadingNotes): void {
    if (this.count === 0) return;
    notes.say(
      `episodes of other lengths than the file says: ${this.count}, as where a recording was cut short (${this.first}); where rows are missing, the clock is taken to have ended the episode, and --drop-faulty leaves it out`,
    );
  }
}

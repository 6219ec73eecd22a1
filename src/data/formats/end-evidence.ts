/**
 * Columns that mark ends of episodes under a name that nobody knows beforehand: `finished`, `game_over`, `nonterminal`.
 * What speaks for them is not the name but where they are set: flags (true and false, 0 and 1) that nothing uses, and
 * that are set only in last rows of episodes, or everywhere but there. Passed over, they would lose the very successes;
 * so a recording that has no other mark is refused, and another one is read with a note.
 *
 * The name counts where such a flag is set within an episode: one that speaks of ends there says that two episodes bear
 * one id, with a step across the reset.
 */
import { DataError } from "../../errors.js";
import { printable, quoted } from "../containers/refusal.js";
import { counted } from "../figures.js";
import type { ReadingNotes } from "../reading-notes.js";
import { type Boundary, boundaryOf } from "./boundary-names.js";
import { flagOf } from "./flag-cells.js";

/** What a cell says: a flag, or nothing. */
type Flag = 0 | 1 | undefined;

/** The flags of a row, and of the row before it in its episode. */
interface FlagRow {
  readonly flags: readonly Flag[];
  readonly before: readonly Flag[] | undefined;
  readonly place: string;
}

/** The flags of one episode: those of its last row so far, and of a row without an action that closes it. */
export class EndFlags {
  private held: FlagRow[] = [];
  private before: readonly Flag[] | undefined;
  private marked = false;

  constructor(private readonly evidence: EndEvidence) {}

  /**
   * @param acts a last row without an action is one with the row before it: the end may be marked in either
   * @param marked whether a mark that is used says that the episode ends; @param place the row, e.g. "line 3"
   */
  add(cells: readonly unknown[], acts: boolean, marked: boolean, place: string): void {
    if (acts) {
      for (const row of this.held) this.evidence.countInside(row);
      this.held = [];
    }
    const flags = this.evidence.read(cells);
    this.held.push({ flags, before: this.before, place });
    this.before = flags;
    this.marked = marked || (!acts && this.marked);
  }

  /** After the episode's last row. */
  finish(): void {
    for (const row of this.held) this.evidence.countLast(row, this.marked);
  }
}

/** What the rows of a recording say about such columns. */
export class EndEvidence {
  private readonly found: readonly Evidence[];
  private inside = 0;

  /** @param columns those that nothing uses; @param first where their cells begin in a row */
  constructor(
    private readonly columns: readonly string[],
    private readonly first: number,
  ) {
    this.found = columns.map((column) => ({
      isFlag: true,
      boundary: boundaryOf(column),
      within: 0,
      place: "",
      inside: [0, 0],
      last: [0, 0],
      unmarked: [0, 0],
    }));
  }

  /** The flags of one row. */
  read(cells: readonly unknown[]): readonly Flag[] {
    return this.found.map((found, i) => {
      if (!found.isFlag) return undefined;
      const cell = cells[this.first + i];
      const flag = flagOf(cell);
      if (flag === undefined && cell !== undefined && cell !== null) found.isFlag = false;
      return flag;
    });
  }

  /** A row after which its episode goes on. */
  countInside(row: FlagRow): void {
    const { flags } = row;
    this.countWithin(row, false);
    this.inside++;
    for (let i = 0; i < flags.length; i++) if (flags[i] !== undefined) this.found[i]!.inside[flags[i]!]++;
  }

  /** @param marked whether a mark that is used says the end as well */
  countLast(row: FlagRow, marked: boolean): void {
    const { flags } = row;
    this.countWithin(row, true);
    for (let i = 0; i < flags.length; i++) {
      const flag = flags[i];
      if (flag === undefined) continue;
      this.found[i]!.last[flag]++;
      if (!marked) this.found[i]!.unmarked[flag]++;
    }
  }

  /** Counts flags that by their names say that another episode begins within this one. */
  private countWithin({ flags, before, place }: FlagRow, isLast: boolean): void {
    for (let i = 0; i < flags.length; i++) {
      const found = this.found[i]!;
      if (flags[i] !== 1 || found.boundary === undefined) continue;
      // A flag that stays set may say something of the whole episode ("new"), unless it speaks of ends alone.
      const rises = found.boundary === "last" || (before !== undefined && before[i] !== 1);
      if (!rises || (isLast && found.boundary !== "first")) continue;
      if (found.within++ === 0) found.place = place;
    }
  }

  /**
   * After the last episode.
   * @param steps how the column's mark comes to be used, to go before ", or"
   * @throws DataError where a column that by its name marks ends or beginnings is set within an episode
   */
  refuseWithin(where: string, steps: (column: string) => string): void {
    for (const [i, column] of this.columns.entries()) {
      const { isFlag, boundary, within, place } = this.found[i]!;
      if (!isFlag || within === 0) continue;
      const rows = `${counted(within, "row")} within ${within === 1 ? "an episode" : "episodes"} (${place}${within > 1 ? ", for one" : ""})`;
      const use = boundary === "last" ? ` and ${steps(column)}` : "";
      throw new DataError(
        `${where} has a column ${quoted(column)}, which by its name marks where episodes ${boundary === "last" ? "end" : "begin"}, and is set in ${rows}: give each episode an id of its own${use}, or, if it marks something else, say --ignore ${printable(column)}.`,
      );
    }
  }

  /**
   * After the last episode.
   * @param hasMarks whether the recording has other marks, which are used
   * @param steps how the column's mark comes to be used, to go before ", or"
   * @throws DataError where such a column is the only mark
   */
  end(where: string, hasMarks: boolean, steps: (column: string) => string, notes: ReadingNotes): void {
    if (this.inside === 0) return;
    for (const [i, column] of this.columns.entries()) {
      const { isFlag, boundary, inside, last, unmarked } = this.found[i]!;
      if (boundary === "first") continue;
      const only = isFlag ? ([1, 0] as const).find((flag) => inside[flag] === 0 && last[flag] > 0) : undefined;
      // What a mark says already needs no second one; and a flag that is never the opposite tells nothing.
      if (only === undefined || unmarked[only] === 0 || (only === 0 && inside[1] === 0)) continue;
      const [name, ignored] = [quoted(column), `--ignore ${printable(column)}`];
      const set = `is ${only === 1 ? "set" : "0 or false"} only in last rows of episodes`;
      const use = only === 1 ? steps(column) : "store the opposite as terminated";
      if (!hasMarks)
        throw new DataError(
          `${where} has no mark that says where the task ended, and a column ${name} that ${set}, so that it may be one; ${use}, or say ${ignored}.`,
        );
      notes.say(
        `the column ${name} ${set} but was not used; if it marks where the task ended, ${use}, else say ${ignored}`,
      );
    }
  }
}

/** Counted are rows in which the flag is 0, and in which it is 1. */
interface Evidence {
  isFlag: boolean;
  /** What the column says by its name, in how many rows it says so within an episode, and the first of them. */
  readonly boundary: Boundary | undefined;
  within: number;
  place: string;
  readonly inside: [number, number];
  readonly last: [number, number];
  readonly unmarked: [number, number];
}

/** Whether a cell can be a flag's: one of these, or empty. */
export function mayBeFlag(cell: unknown): boolean {
  return cell === undefined || cell === null || flagOf(cell) !== undefined;
}

/**
 * Columns that mark ends of episodes under a name that nobody knows beforehand: `finished`, `game_over`, `nonterminal`.
 * What speaks for them is not the name but where they are set: flags (true and false, 0 and 1) that nothing uses, and
 * that are set only in last rows of episodes, or everywhere but there. Passed over, they would lose the very successes;
 * so a recording that has no other mark is refused, and another one is read with a note.
 */
import { DataError } from "../../errors.js";
import { printable, quoted } from "../containers/refusal.js";
import type { ReadingNotes } from "../reading-notes.js";

/** What a cell says: a flag, or nothing. */
type Flag = 0 | 1 | undefined;

/** The flags of one episode: those of its last row so far, and of a row without an action that closes it. */
export class EndFlags {
  private held: (readonly Flag[])[] = [];
  private marked = false;

  constructor(private readonly evidence: EndEvidence) {}

  /**
   * @param acts a last row without an action is one with the row before it: the end may be marked in either
   * @param marked whether a mark that is used says that the episode ends
   */
  add(cells: readonly unknown[], acts: boolean, marked: boolean): void {
    if (acts) {
      for (const flags of this.held) this.evidence.countInside(flags);
      this.held = [];
    }
    this.held.push(this.evidence.read(cells));
    this.marked = marked || (!acts && this.marked);
  }

  /** After the episode's last row. */
  finish(): void {
    for (const flags of this.held) this.evidence.countLast(flags, this.marked);
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
    this.found = columns.map(() => ({ isFlag: true, inside: [0, 0], last: [0, 0], unmarked: [0, 0] }));
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
  countInside(flags: readonly Flag[]): void {
    this.inside++;
    for (let i = 0; i < flags.length; i++) if (flags[i] !== undefined) this.found[i]!.inside[flags[i]!]++;
  }

  /** @param marked whether a mark that is used says the end as well */
  countLast(flags: readonly Flag[], marked: boolean): void {
    for (let i = 0; i < flags.length; i++) {
      const flag = flags[i];
      if (flag === undefined) continue;
      this.found[i]!.last[flag]++;
      if (!marked) this.found[i]!.unmarked[flag]++;
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
      const { isFlag, inside, last, unmarked } = this.found[i]!;
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
  readonly inside: [number, number];
  readonly last: [number, number];
  readonly unmarked: [number, number];
}

/** Whether a cell can be a flag's: one of these, or empty. */
export function mayBeFlag(cell: unknown): boolean {
  return cell === undefined || cell === null || flagOf(cell) !== undefined;
}

function flagOf(cell: unknown): Flag {
  if (cell === true || cell === 1) return 1;
  return cell === false || cell === 0 ? 0 : undefined;
}

/**
 * Which columns of a log mark where episodes end: those that the mapping names, and those whose names plainly say it.
 * None of the latter is passed over: it is used, or the log is refused until the user says to ignore it.
 */
import { DataError, unknownName } from "../../../errors.js";
import { printable, quoted } from "../../containers/refusal.js";
import type { ReadingNotes } from "../../reading-notes.js";
import { DoneMeaning, refuseIdleHorizon } from "../done-meaning.js";
import {
  type EndMark,
  endingOf,
  endMarkMeanings,
  endMarkOf,
  type MarkColumns,
  refuseMasks,
  usualEndMarks,
} from "../end-marks.js";
import type { ReadOptions } from "../format.js";
import type { RowEnding } from "../step-rows.js";
import { lastRowsEnd, leaveAside, namedColumns, rowsAreEpisodes } from "./log-columns.js";
import { flagIn, type LogTable } from "./log-features.js";
import type { LogMapping } from "./log-mapping.js";
import { without } from "./log-nested.js";

/** The columns that say how an episode stands after a row. */
export interface LogEnds extends MarkColumns {
  /** Each row is an episode of its own, whatever its columns say. */
  readonly always: boolean;
  /** Names that would mark ends too, and which lines of JSON may still turn out to have. */
  readonly watched: readonly string[];
}

/** @param used the columns that the mapping uses for something else; @throws DataError for two of one meaning */
export function endColumns(
  table: LogTable,
  mapping: LogMapping,
  used: readonly string[],
  { ignore = [] }: Pick<ReadOptions, "ignore">,
): LogEnds {
  refuseUnknown(table, ignore);
  if (rowsAreEpisodes(table, mapping))
    return { always: true, terminated: undefined, truncated: undefined, done: undefined, watched: [] };
  const { truncated, done } = mapping;
  const terminated = lastRowsEnd(table, mapping) ? undefined : mapping.terminated;
  const told = { terminated, truncated, done };
  const named = [terminated, truncated, done].filter((name) => name !== undefined);
  const free = (names: readonly string[]) =>
    without(names, ignore).filter((name) => !used.includes(name) && !named.includes(name));
  const guessed = free(table.columns);
  refuseMasks(guessed, table.where);
  const column = (mark: EndMark) => {
    const marking = [told[mark], ...guessed.filter((name) => endMarkOf(name) === mark)].filter(
      (name) => name !== undefined,
    );
    if (marking.length <= 1) return marking[0];
    const [first, second] = marking as [string, string];
    throw new DataError(
      `${table.where} says in ${quoted(first)} and in ${quoted(second)} ${endMarkMeanings[mark]}; say --ignore ${printable(second)} if the first is right, or name the other in the mapping (${mark}: ${printable(second)}) with --ignore ${printable(first)}.`,
    );
  };
  const ends = { terminated: column("terminated"), truncated: column("truncated"), done: column("done") };
  const known = new Set([...table.columns, ...named]);
  const watched = table.isComplete ? [] : free(usualEndMarks).filter((name) => !known.has(name));
  return { always: false, ...ends, watched };
}

/** A typing error must not lead to a column that is used although the user meant to have it ignored. */
function refuseUnknown({ columns, isComplete }: LogTable, ignore: readonly string[]): void {
  for (const name of ignore)
    if (without(columns, [name]).length === columns.length && (isComplete || !endMarkOf(name)))
      throw unknownName("column to ignore", name, columns.slice(0, 30));
}

/** Reads from rows how their episode stands. */
export class EndCells {
  private readonly meaning: DoneMeaning;
  private readonly places: Readonly<Record<EndMark, number | undefined>>;
  private readonly watched: number;
  private marking: string | undefined;

  /** @param place asks for a column and says where it stands in a row */
  constructor(
    private readonly ends: LogEnds,
    private readonly table: LogTable,
    private readonly mapping: LogMapping,
    place: (column: string) => number,
    options: ReadOptions,
  ) {
    const { terminated, truncated, done, watched } = ends;
    const told = (column: string | undefined) => (column === undefined ? undefined : place(column));
    this.places = { terminated: told(terminated), truncated: told(truncated), done: told(done) };
    this.watched = watched.map(place)[0] ?? 0;
    const open = terminated === undefined && truncated === undefined ? done : undefined;
    refuseIdleHorizon(table.where, options);
    this.meaning = new DoneMeaning(table.where, open, options);
  }

  /** Whether a column says where the task ended. */
  get tellTaskEnds(): boolean {
    return (
      this.ends.always ||
      lastRowsEnd(this.table, this.mapping) ||
      this.ends.terminated !== undefined ||
      this.ends.done !== undefined
    );
  }

  /** What to do about marks that contradict the rows. */
  get ignoring(): string {
    const columns = [this.ends.terminated, this.ends.truncated, this.ends.done].filter((name) => name !== undefined);
    const guessed = columns.filter((name) => !namedColumns(this.table, this.mapping).has(name));
    return (guessed.length > 0 ? guessed : columns)
      .map((column) => `, ${leaveAside(column, this.table, this.mapping)} if that column does not mark ends`)
      .join("");
  }

  /** The columns that say it, where the mapping does not. */
  note(notes: ReadingNotes): void {
    this.meaning.note(notes);
    for (const mark of ["terminated", "truncated", "done"] as const) {
      const column = this.ends[mark];
      if (column !== undefined && column !== mark && this.mapping[mark] !== column)
        notes.say(`the column ${quoted(column)} was read as saying ${endMarkMeanings[mark]}`);
    }
  }

  /** The column that marked the row that was read last as an end. */
  get markedBy(): string | undefined {
    return this.marking;
  }

  /** @param steps of the episode, with that of the row; @throws CellProblem */
  read(cells: readonly unknown[], steps: number): RowEnding {
    if (this.ends.always) return "terminated";
    this.refuseWatched(cells);
    this.marking = undefined;
    return endingOf((mark) => this.flag(cells, mark), this.places, this.meaning, steps);
  }

  private flag(cells: readonly unknown[], mark: EndMark): boolean {
    const place = this.places[mark];
    if (place === undefined) return false;
    const column = this.ends[mark]!;
    const isSet = flagIn(cells[place], column, () => leaveAside(column, this.table, this.mapping));
    if (isSet) this.marking = column;
    return isSet;
  }

  /** The first lines had no such column, so that nothing was decided about it. */
  private refuseWatched(cells: readonly unknown[]): void {
    const { watched } = this.ends;
    for (let i = 0; i < watched.length; i++) {
      if (cells[this.watched + i] === undefined) continue;
      const column = quoted(watched[i]!);
      throw new DataError(
        `${this.table.where} has a column ${column}, which marks ends of episodes, but not in its first lines; name it in the mapping (${endMarkOf(watched[i]!) ?? "done"}: ${watched[i]}), or say --ignore ${watched[i]}.`,
      );
    }
  }
}

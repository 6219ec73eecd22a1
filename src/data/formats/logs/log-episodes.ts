/**
 * To which episode the rows of a log belong, and in which order those of an episode stand.
 */
import { type CellProblem, cellProblem, isEmpty, type LogRow } from "./log-features.js";

export type EpisodeName = string | number;

/** The places in a row of the columns that name its episode and that rows are sorted by. */
interface EpisodeColumns {
  readonly episode: number | undefined;
  readonly order: number | undefined;
}

export class EpisodeCells {
  /** @param columns of a row's cells, in their order */
  constructor(
    private readonly columns: readonly string[],
    private readonly places: EpisodeColumns,
    private readonly rowsAreEpisodes: boolean,
  ) {}

  /** Which episode a row belongs to. @throws CellProblem */
  episodeOf(row: LogRow): EpisodeName {
    const { episode } = this.places;
    return this.rowsAreEpisodes || episode === undefined ? row.number : this.named(row, episode);
  }

  /** Of rows that are episodes: what their column calls the episode, where there is such a column and the row has it. */
  nameOf(row: LogRow): EpisodeName | undefined {
    const { episode } = this.places;
    return episode === undefined || isEmpty(row.cells[episode]) ? undefined : this.named(row, episode);
  }

  /** Whether the rows of an episode are to be sorted. */
  get sorts(): boolean {
    return this.places.order !== undefined;
  }

  /** Where a row stands among those of its episode. @throws CellProblem */
  rankOf({ cells }: LogRow): number | string {
    const order = this.places.order!;
    const cell = cells[order];
    if (typeof cell === "string" || (typeof cell === "number" && !Number.isNaN(cell))) return cell;
    throw this.problem(order, cell, "a time or number to sort by");
  }

  private named({ cells }: LogRow, episode: number): EpisodeName {
    const cell = cells[episode];
    if (typeof cell === "string") return cell;
    if (typeof cell !== "number" || !Number.isFinite(cell))
      throw this.problem(episode, cell, "the text or number of an episode");
    if (Number.isInteger(cell) && !Number.isSafeInteger(cell))
      throw this.problem(episode, cell, "a number below 2^53, or a text (larger ones cannot be told apart),");
    return cell;
  }

  private problem(place: number, cell: unknown, expected: string): CellProblem {
    return cellProblem(this.columns[place]!, cell, expected);
  }
}

/**
 * One pass over the rows of a log, which become episodes one after the other: as they stand, sorted, or mixed.
 */

import { DataError } from "../../../errors.js";
import { shown } from "../../../requirement.js";
import { printable, quoted } from "../../containers/refusal.js";
import type { Episode } from "../../episode.js";
import { counted } from "../../figures.js";
import type { ReadingNotes } from "../../reading-notes.js";
import { type EndEvidence, EndFlags } from "../end-evidence.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { StepEpisodes } from "../step-episodes.js";
import { StepRows } from "../step-rows.js";
import type { EpisodeName } from "./log-episodes.js";
import { CellProblem, type LogRow, type LogTable } from "./log-features.js";
import type { LogLayout } from "./log-layout.js";
import type { LogMapping } from "./log-mapping.js";
import { byRank, bytesOf, type RankedRow } from "./log-ranked-rows.js";
import { wordsOf } from "./log-words.js";

/** A row contradicts one of the two before it. */
const MOST_NAMED = 3;
/** So many names of episodes are compared where each row is said to be one. */
const MOST_NAMES = 2 ** 20;

/** An episode whose rows were there: its last row, and what its first one counts. */
interface EndedEpisode {
  readonly number: LogRow["number"];
  readonly first: number | undefined;
}

/** What to do about an id that several episodes share: to sort their rows would join them. */
const UNIQUE = "give each episode an id of its own, such as the run's and the episode's numbers together";

/** The rows of one episode so far. */
interface Gathered {
  readonly rows: StepRows;
  readonly flags: EndFlags;
  /** The column that marks its last row as an end, or the row before it that a row without an action closes. */
  markedBy: string | undefined;
  /** The numbers of the last rows, as messages name them; older ones are not named any more. */
  readonly numbers: LogRow["number"][];
  count: number;
  /** What its first row counts, and its last. */
  readonly first: number | undefined;
  step: number | undefined;
  counter: number | undefined;
  /** Which actions were legal in the last row. */
  legal: Float32Array | undefined;
  success: boolean;
  /** What it contradicts itself by: nothing is gathered of it any more. */
  fault: string | undefined;
}

/** One pass over all rows. */
export class LogPass {
  readonly made: StepEpisodes;
  /** The first mark within an episode, as far as its sentence is known, and how many there are. */
  private marks: { readonly reason: string; readonly next: string; readonly column: string; count: number } | undefined;
  /** Of episodes that are one row each. */
  private readonly names = new Set<EpisodeName>();
  readonly evidence: EndEvidence;
  private readonly memory: EpisodeMemory;

  constructor(
    private readonly table: LogTable,
    private readonly layout: LogLayout,
    private readonly mapping: LogMapping,
    notes: ReadingNotes,
    private readonly options: ReadOptions,
  ) {
    this.made = new StepEpisodes(wordsOf(table, mapping, layout.rewardName), notes, options);
    this.evidence = layout.endEvidence();
    this.memory = new EpisodeMemory(table.where, options).addFile(table.fileBytes);
  }

  /** One episode in memory at a time; one that comes back is an error. */
  *contiguous(): Generator<Episode> {
    const ended = new Map<EpisodeName, EndedEpisode>();
    let name: EpisodeName | undefined;
    let gathered: Gathered | undefined;
    for (const row of this.table.rows(this.layout.columns)) {
      const episode = this.episodeOf(row);
      if (gathered === undefined || episode !== name) {
        if (gathered) {
          yield* this.finish(gathered);
          if (!this.layout.rowsAreEpisodes)
            ended.set(name!, { number: gathered.numbers.at(-1)!, first: gathered.first });
        }
        this.refuseReturn(episode, ended, row);
        name = episode;
        gathered = this.begin(row);
      }
      this.add(gathered, episode, row);
    }
    if (gathered) yield* this.finish(gathered);
  }

  /** All rows in memory, those of an episode in the order that the mapping names. */
  *sorted(): Generator<Episode> {
    const episodes = new Map<EpisodeName, RankedRow[]>();
    let bytes = 0;
    for (const row of this.table.rows(this.layout.columns)) {
      const size = bytesOf(row);
      bytes += size;
      this.memory.take(size, "a log that is to be sorted");
      const episode = this.episodeOf(row);
      const rows = episodes.get(episode) ?? [];
      episodes.set(episode, rows);
      rows.push({
        row: { ...row, cells: [...row.cells] },
        rank: this.checked(row, () => this.layout.episodes.rankOf(row)),
      });
    }
    for (const [episode, rows] of episodes) {
      const sorted = rows.sort(byRank);
      const gathered = this.begin(sorted[0]!.row);
      for (const { row } of sorted) this.add(gathered, episode, row);
      yield* this.finish(gathered);
    }
    this.memory.give(bytes);
  }

  /** All episodes in memory, in the order in which they begin. */
  *mixed(): Generator<Episode> {
    const episodes = new Map<EpisodeName, Gathered>();
    for (const row of this.table.rows(this.layout.columns)) {
      const episode = this.episodeOf(row);
      const gathered = episodes.get(episode) ?? this.begin(row);
      episodes.set(episode, gathered);
      this.add(gathered, episode, row);
    }
    for (const gathered of episodes.values()) yield* this.finish(gathered);
  }

  private episodeOf(row: LogRow): EpisodeName {
    return this.checked(row, () => {
      if (this.layout.rowsAreEpisodes) this.refuseSeveralRows(this.layout.episodes.nameOf(row), row);
      return this.layout.episodes.episodeOf(row);
    });
  }

  /** What is read of a row; its problem with the file and the line. */
  private checked<T>(row: LogRow, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof CellProblem)
        throw new DataError(`${this.table.where}: ${this.place(row)}: ${error.message}.`);
      throw error;
    }
  }

  /** Each row is said to be an episode, but another one bears the same name. */
  private refuseSeveralRows(name: EpisodeName | undefined, row: LogRow): void {
    if (name === undefined) return;
    if (this.names.has(name))
      throw new DataError(
        `${this.table.where}: ${this.place(row)} is one more of episode ${named(name)}, but "terminated: always" in the mapping makes each row an episode of its own; say "terminated: last" where the last row of an episode ends the task, or, if each row does, ${this.mapping.episode === undefined ? "say --ignore episode" : "take the episode out of the mapping"}.`,
      );
    if (this.names.size < MOST_NAMES) this.names.add(name);
  }

  private begin(row: LogRow): Gathered {
    const { observationSize, actionSize, otherParts } = this.layout;
    const rows = new StepRows(observationSize, actionSize, this.memory, otherParts);
    return {
      rows,
      flags: new EndFlags(this.evidence),
      markedBy: undefined,
      numbers: [],
      count: 0,
      first: this.layout.steps.countOf(row),
      step: undefined,
      counter: undefined,
      legal: undefined,
      success: false,
      fault: undefined,
    };
  }

  private add(gathered: Gathered, episode: EpisodeName, row: LogRow): void {
    gathered.count++;
    if (gathered.numbers.push(row.number) > MOST_NAMED) gathered.numbers.shift();
    if (gathered.fault !== undefined) return;
    if (this.marks) {
      this.countMark(gathered, row);
      return;
    }
    const fault = this.faultOf(gathered, episode, row);
    if (fault === undefined) return;
    if (this.options.dropFaulty !== true) throw new DataError(`${this.table.where}: ${fault}.`);
    gathered.fault = fault;
    gathered.rows.drop();
  }

  /** Takes a row in; what is wrong with it, or with one before it. */
  private faultOf(gathered: Gathered, episode: EpisodeName, row: LogRow): string | undefined {
    const { rows, numbers } = gathered;
    try {
      const cells = this.layout.read(row, rows.count + 1, gathered.legal);
      const { observation, action, reward, ending, nextObservation, propensity, legal } = cells;
      gathered.legal = legal?.slice();
      const marked = gathered.markedBy;
      gathered.markedBy = cells.markedBy ?? (action ? undefined : marked);
      const expected = gathered.step === undefined ? cells.step : gathered.step + 1;
      if (cells.step !== expected && cells.step === gathered.first && rows.count > 1)
        return `${this.place(row)} begins episode ${named(episode)} again with step ${cells.step}; ${UNIQUE}`;
      if (cells.counter !== undefined && cells.counter < (gathered.counter ?? cells.counter))
        return `${this.place(row)} falls back from ${this.layout.steps.counterName} ${gathered.counter} to ${cells.counter} within episode ${named(episode)}, as if another one began there; ${UNIQUE}, or say --ignore ${this.layout.steps.counterName} if it does not count steps`;
      gathered.counter = cells.counter ?? gathered.counter;
      if (cells.step !== expected)
        return `${this.place(row)} is ${this.layout.steps.problem(cells.step!, expected!, named(episode))}`;
      gathered.step = cells.step;
      gathered.flags.add(row.cells, action !== undefined, ending !== "goes on", this.place(row));
      gathered.success ||= cells.success;
      const problem = rows.add(observation, action, reward, ending, nextObservation, legal && { legal }, propensity);
      if (problem === undefined) return undefined;
      const wrong = numbers[numbers.length - (rows.count - problem.row)];
      const reason = `${this.table.unit} ${wrong} ${problem.reason}`;
      const steps = `repair or remove the row${this.layout.stepsFor(problem)}, or leave such episodes out with --drop-faulty`;
      if (problem.of !== "mark" || marked === undefined || this.options.dropFaulty) return `${reason}; ${steps}`;
      this.marks = { reason, next: `give each episode an id of its own, ${steps}`, column: marked, count: 1 };
      return undefined;
    } catch (error) {
      if (error instanceof CellProblem) return `${this.place(row)}: ${error.message}`;
      throw error;
    }
  }

  /** A row after the first mark within an episode: no episode is made any more, only such marks are counted. */
  private countMark(gathered: Gathered, row: LogRow): void {
    gathered.rows.drop();
    try {
      const { action, markedBy } = this.layout.read(row, gathered.count);
      if (action && gathered.markedBy !== undefined) this.marks!.count++;
      gathered.markedBy = markedBy ?? (action ? undefined : gathered.markedBy);
    } catch (error) {
      // The first problem is the one that is told.
      if (!(error instanceof CellProblem)) throw error;
    }
  }

  /** After the last row. @throws DataError where marks stand within episodes */
  refuseMarks(): void {
    if (!this.marks) return;
    const { reason, next, column, count } = this.marks;
    const rows = `${counted(count, "row")} within ${count === 1 ? "an episode" : "episodes"}`;
    throw new DataError(`${this.table.where}: ${reason} (the column ${quoted(column)} marks ${rows}); ${next}.`);
  }

  private *finish({ rows, flags, count, numbers, success, fault }: Gathered): Generator<Episode> {
    if (this.marks) return;
    if (fault !== undefined) {
      this.made.leaveOut(count, fault);
      return;
    }
    flags.finish();
    const episode = this.made.finish(rows, `${this.table.unit} ${numbers.at(-1)}`, success, this.layout.lastRowsEnd);
    if (episode) yield episode;
  }

  private refuseReturn(episode: EpisodeName, ended: ReadonlyMap<EpisodeName, EndedEpisode>, row: LogRow): void {
    const { where, unit } = this.table;
    const last = ended.get(episode);
    if (last === undefined || this.marks) return;
    const returns = `${where}: ${this.place(row)} returns to episode ${named(episode)}, which ended at ${unit} ${last.number} when another one began`;
    const count = this.layout.steps.countOf(row);
    if (count !== undefined && count === last.first)
      throw new DataError(`${returns}, and counts from its beginning; ${UNIQUE}.`);
    throw new DataError(
      `${returns}; sort the rows by episode and step, or say "interleaved: true" in the mapping; if they are another episode, ${UNIQUE}.`,
    );
  }

  private place({ number }: LogRow): string {
    return `${this.table.unit} ${number}`;
  }
}

function named(episode: EpisodeName): string {
  return printable(shown(episode));
}

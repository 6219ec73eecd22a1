/**
 * Logs of applications as episodes: the rows of an episode stand together and in the order of their steps, or the
 * mapping says that they are mixed.
 */

import { DataError } from "../../../errors.js";
import { shown } from "../../../requirement.js";
import { vectorParts } from "../../columns.js";
import { printable } from "../../containers/refusal.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import { type EndEvidence, EndFlags } from "../end-evidence.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { StepEpisodes } from "../step-episodes.js";
import { StepRows } from "../step-rows.js";
import { CellProblem, type LogRow, type LogTable } from "./log-features.js";
import { type EpisodeName, LogLayout } from "./log-layout.js";
import { parseMapping } from "./log-mapping.js";

/** A row contradicts one of the two before it. */
const MOST_NAMED = 3;

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
  /** The numbers of the last rows, as messages name them; older ones are not named any more. */
  readonly numbers: LogRow["number"][];
  count: number;
  /** What its first row counts, and its last. */
  readonly first: number | undefined;
  step: number | undefined;
  counter: number | undefined;
  success: boolean;
  /** What it contradicts itself by: nothing is gathered of it any more. */
  fault: string | undefined;
}

/** @param name the path that the user gave; @throws DataError for what is not a log, UsageError for a wrong mapping */
export function openLog(table: LogTable, name: string, options: ReadOptions): EpisodeSource {
  const mapping = parseMapping(options.mapping);
  const layout = new LogLayout(table, mapping, options);
  const { observationSize, actionSize, discreteActions, actionBounds } = layout;
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: vectorParts(observationSize),
    actionSize,
    discreteActions,
    actionBounds,
    steps: table.rowCount,
    notes,
    async *episodes() {
      notes.begin();
      layout.note(notes);
      const pass = new LogPass(table, layout, notes, options);
      yield* mapping.interleaved ? pass.mixed() : pass.contiguous();
      layout.judge(pass.evidence, notes);
      pass.made.end();
    },
  };
}

/** One pass over all rows. */
class LogPass {
  readonly made: StepEpisodes;
  readonly evidence: EndEvidence;
  private readonly memory: EpisodeMemory;

  constructor(
    private readonly table: LogTable,
    private readonly layout: LogLayout,
    notes: ReadingNotes,
    private readonly options: ReadOptions,
  ) {
    const { where, fileBytes } = table;
    const words = {
      where,
      rewards: layout.rewardName,
      singleRows: 'where each row is an episode of its own, say "terminated: always" in the mapping',
      markEnds: "mark the last row of such an episode as terminated",
    };
    this.made = new StepEpisodes(words, notes, options);
    this.evidence = layout.endEvidence();
    this.memory = new EpisodeMemory(where, options).addFile(fileBytes);
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
    try {
      return this.layout.episodeOf(row);
    } catch (error) {
      if (error instanceof CellProblem)
        throw new DataError(`${this.table.where}: ${this.place(row)}: ${error.message}.`);
      throw error;
    }
  }

  private begin(row: LogRow): Gathered {
    const { observationSize, actionSize } = this.layout;
    const rows = new StepRows(observationSize, actionSize, this.memory);
    return {
      rows,
      flags: new EndFlags(this.evidence),
      numbers: [],
      count: 0,
      first: this.layout.countOf(row),
      step: undefined,
      counter: undefined,
      success: false,
      fault: undefined,
    };
  }

  private add(gathered: Gathered, episode: EpisodeName, row: LogRow): void {
    gathered.count++;
    if (gathered.numbers.push(row.number) > MOST_NAMED) gathered.numbers.shift();
    if (gathered.fault !== undefined) return;
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
      const cells = this.layout.read(row, rows.count + 1);
      const { observation, action, reward, ending, nextObservation } = cells;
      const expected = gathered.step === undefined ? cells.step : gathered.step + 1;
      if (cells.step !== expected && cells.step === gathered.first && rows.count > 1)
        return `${this.place(row)} begins episode ${named(episode)} again with step ${cells.step}; ${UNIQUE}`;
      if (cells.counter !== undefined && cells.counter < (gathered.counter ?? cells.counter))
        return `${this.place(row)} falls back from ${this.layout.counterName} ${gathered.counter} to ${cells.counter} within episode ${named(episode)}, as if another one began there; ${UNIQUE}, or say --ignore ${this.layout.counterName} if it does not count steps`;
      gathered.counter = cells.counter ?? gathered.counter;
      if (cells.step !== expected)
        return `${this.place(row)} is step ${cells.step} of episode ${named(episode)}, but step ${expected} comes next; sort the rows by episode and step, and add the missing ones or remove those that are there twice`;
      gathered.step = cells.step;
      gathered.flags.add(row.cells, action !== undefined, ending !== "goes on");
      gathered.success ||= cells.success;
      const problem = rows.add(observation, action, reward, ending, nextObservation);
      if (problem === undefined) return undefined;
      const wrong = numbers[numbers.length - (rows.count - problem.row)];
      const steps = this.layout.stepsFor(problem);
      return `${this.table.unit} ${wrong} ${problem.reason}; repair or remove the row${steps}, or leave such episodes out with --drop-faulty`;
    } catch (error) {
      if (error instanceof CellProblem) return `${this.place(row)}: ${error.message}`;
      throw error;
    }
  }

  private *finish({ rows, flags, count, numbers, success, fault }: Gathered): Generator<Episode> {
    if (fault !== undefined) {
      this.made.leaveOut(count, fault);
      return;
    }
    flags.finish();
    const episode = this.made.finish(rows, `${this.table.unit} ${numbers.at(-1)}`, success);
    if (episode) yield episode;
  }

  private refuseReturn(episode: EpisodeName, ended: ReadonlyMap<EpisodeName, EndedEpisode>, row: LogRow): void {
    const { where, unit } = this.table;
    const last = ended.get(episode);
    if (last === undefined) return;
    const returns = `${where}: ${this.place(row)} returns to episode ${named(episode)}, which ended at ${unit} ${last.number} when another one began`;
    const count = this.layout.countOf(row);
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

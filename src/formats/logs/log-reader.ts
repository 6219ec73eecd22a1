/**
 * Logs of applications as episodes: the rows of an episode stand together and in the order of their steps, or the
 * mapping says that they are mixed.
 */
import type { Episode } from "../../data/episode.js";
import { DataError } from "../../errors.js";
import { shown } from "../../requirement.js";
import type { EpisodeSource, ReadOptions } from "../format.js";
import { printable } from "../refusal.js";
import { isProblem, StepRows } from "../step-rows.js";
import { LogLayout, type StepCells } from "./log-layout.js";
import { parseMapping } from "./log-mapping.js";
import type { LogTable } from "./log-table.js";

type EpisodeName = string | number;

/** The rows of one episode so far. */
interface Gathered {
  readonly rows: StepRows;
  readonly numbers: number[];
  step: number | undefined;
}

/** @param name the path that the user gave; @throws DataError for a log that is none, UsageError for a wrong mapping */
export function openLog(table: LogTable, name: string, options: ReadOptions): EpisodeSource {
  const mapping = parseMapping(options.mapping);
  const layout = new LogLayout(table, mapping, options.allowNonFinite ?? false);
  const { observationSize, actionSize, discreteActions } = layout;
  return {
    source: name,
    observationSize,
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    ...(table.rowCount !== undefined && { steps: table.rowCount }),
    async *episodes() {
      let count = 0;
      for (const episode of mapping.interleaved ? mixed(table, layout) : contiguous(table, layout)) {
        count++;
        yield episode;
      }
      if (count > 0) return;
      throw new DataError(
        `${table.where} holds no step whose next observation is known; mark the last row of an episode as terminated, or record longer episodes.`,
      );
    },
  };
}

/** One episode in memory at a time; one that comes back is an error. */
function* contiguous(table: LogTable, layout: LogLayout): Generator<Episode> {
  const ended = new Map<EpisodeName, number>();
  let name: EpisodeName | undefined;
  let gathered: Gathered | undefined;
  for (const row of table.rows(layout.columns)) {
    const cells = layout.read(row);
    if (gathered === undefined || cells.episode !== name) {
      if (gathered) {
        yield* finish(table, gathered);
        ended.set(name!, gathered.numbers.at(-1)!);
      }
      refuseReturn(table, cells.episode, ended, row.number);
      name = cells.episode;
      gathered = begin(layout);
    }
    add(table, gathered, cells, row.number);
  }
  if (gathered) yield* finish(table, gathered);
}

/** All episodes in memory, in the order in which they begin. */
function* mixed(table: LogTable, layout: LogLayout): Generator<Episode> {
  const episodes = new Map<EpisodeName, Gathered>();
  for (const row of table.rows(layout.columns)) {
    const cells = layout.read(row);
    const gathered = episodes.get(cells.episode) ?? begin(layout);
    episodes.set(cells.episode, gathered);
    add(table, gathered, cells, row.number);
  }
  for (const gathered of episodes.values()) yield* finish(table, gathered);
}

function begin({ observationSize, actionSize }: LogLayout): Gathered {
  return { rows: new StepRows(observationSize, actionSize), numbers: [], step: undefined };
}

function add({ where, unit }: LogTable, gathered: Gathered, cells: StepCells, number: number): void {
  if (cells.step !== undefined && gathered.step !== undefined && cells.step !== gathered.step + 1)
    throw new DataError(
      `${where}: ${unit} ${number} is step ${cells.step} of episode ${named(cells.episode)}, but step ${gathered.step + 1} comes next; sort the rows by episode and step, and add the missing ones or remove those that are there twice.`,
    );
  gathered.step = cells.step;
  gathered.numbers.push(number);
  gathered.rows.add(cells.observation, cells.action, cells.reward, cells.ending, cells.nextObservation);
}

function* finish({ where, unit }: LogTable, { rows, numbers }: Gathered): Generator<Episode> {
  const episode = rows.finish();
  if (episode === undefined) return;
  if (!isProblem(episode)) return yield episode;
  throw new DataError(`${where}: ${unit} ${numbers[episode.row]} ${episode.reason}; repair or remove the row.`);
}

function refuseReturn(
  { where, unit }: LogTable,
  episode: EpisodeName,
  ended: ReadonlyMap<EpisodeName, number>,
  number: number,
): void {
  const last = ended.get(episode);
  if (last === undefined) return;
  throw new DataError(
    `${where}: ${unit} ${number} returns to episode ${named(episode)}, which ended at ${unit} ${last} when another one began; sort the rows by episode and step, or say "interleaved: true" in the mapping.`,
  );
}

function named(episode: EpisodeName): string {
  return printable(shown(episode));
}

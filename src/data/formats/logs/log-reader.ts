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
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { StepRows } from "../step-rows.js";
import type { LogTable } from "./log-features.js";
import { LogLayout, type StepCells } from "./log-layout.js";
import { parseMapping } from "./log-mapping.js";

type EpisodeName = string | number;

/** A row contradicts one of the two before it. */
const MOST_NAMED = 3;

/** The rows of one episode so far. */
interface Gathered {
  readonly rows: StepRows;
  /** The numbers of the last rows, as messages name them; older ones are not named any more. */
  readonly numbers: number[];
  step: number | undefined;
}

/** @param name the path that the user gave; @throws DataError for what is not a log, UsageError for a wrong mapping */
export function openLog(table: LogTable, name: string, options: ReadOptions): EpisodeSource {
  const mapping = parseMapping(options.mapping);
  const layout = new LogLayout(table, mapping, options.allowNonFinite ?? false);
  const { observationSize, actionSize, discreteActions, actionBounds } = layout;
  return {
    source: name,
    observations: vectorParts(observationSize),
    actionSize,
    discreteActions,
    actionBounds,
    steps: table.rowCount,
    async *episodes() {
      let count = 0;
      const memory = new EpisodeMemory(table.where, options).addFile(table.fileBytes);
      for (const episode of mapping.interleaved ? mixed(table, layout, memory) : contiguous(table, layout, memory)) {
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
function* contiguous(table: LogTable, layout: LogLayout, memory: EpisodeMemory): Generator<Episode> {
  const ended = new Map<EpisodeName, number>();
  let name: EpisodeName | undefined;
  let gathered: Gathered | undefined;
  for (const row of table.rows(layout.columns)) {
    const cells = layout.read(row);
    if (gathered === undefined || cells.episode !== name) {
      if (gathered) {
        yield* finish(gathered);
        ended.set(name!, gathered.numbers.at(-1)!);
      }
      refuseReturn(table, cells.episode, ended, row.number);
      name = cells.episode;
      gathered = begin(layout, memory);
    }
    add(table, gathered, cells, row.number);
  }
  if (gathered) yield* finish(gathered);
}

/** All episodes in memory, in the order in which they begin. */
function* mixed(table: LogTable, layout: LogLayout, memory: EpisodeMemory): Generator<Episode> {
  const episodes = new Map<EpisodeName, Gathered>();
  for (const row of table.rows(layout.columns)) {
    const cells = layout.read(row);
    const gathered = episodes.get(cells.episode) ?? begin(layout, memory);
    episodes.set(cells.episode, gathered);
    add(table, gathered, cells, row.number);
  }
  for (const gathered of episodes.values()) yield* finish(gathered);
}

function begin({ observationSize, actionSize }: LogLayout, memory: EpisodeMemory): Gathered {
  return { rows: new StepRows(observationSize, actionSize, memory), numbers: [], step: undefined };
}

function add({ where, unit }: LogTable, gathered: Gathered, cells: StepCells, number: number): void {
  if (cells.step !== undefined && gathered.step !== undefined && cells.step !== gathered.step + 1)
    throw new DataError(
      `${where}: ${unit} ${number} is step ${cells.step} of episode ${named(cells.episode)}, but step ${gathered.step + 1} comes next; sort the rows by episode and step, and add the missing ones or remove those that are there twice.`,
    );
  gathered.step = cells.step;
  const { rows, numbers } = gathered;
  if (numbers.push(number) > MOST_NAMED) numbers.shift();
  const problem = rows.add(cells.observation, cells.action, cells.reward, cells.ending, cells.nextObservation);
  if (problem === undefined) return;
  const wrong = numbers[numbers.length - (rows.count - problem.row)];
  throw new DataError(`${where}: ${unit} ${wrong} ${problem.reason}; repair or remove the row.`);
}

function* finish({ rows }: Gathered): Generator<Episode> {
  const episode = rows.finish();
  if (episode) yield episode;
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

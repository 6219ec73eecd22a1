/**
 * The episodes of trajectories that are read one after the other, each from rows of its own: its end ends an episode, and
 * marks may end others within.
 */

import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { damaged } from "../../containers/numpy/pickle-cursor.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import type { RecordedRows } from "../../recorded-rows.js";
import { splitStretch } from "../../trajectories.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { FlatFile } from "../flat/flat-file.js";
import { FlatPass } from "../flat/flat-pass.js";
import { readStretch } from "../flat/flat-stretch.js";
import { type FlatOptions, type FlatTables, flatTables } from "../flat/flat-tables.js";
import { rowRole } from "../flat/row-names.js";

/**
 * @param trajectories open the rows of each
 * @param mostBytes of all episodes together: a file can name a trajectory often
 * @throws DataError where the rows do not fit together
 */
export function openTrajectories(
  name: string,
  trajectories: readonly (() => FlatFile)[],
  options: FlatOptions,
  mostBytes: number,
): EpisodeSource {
  const { observationSize, actionSize } = flatTables(trajectories[0]!(), options);
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: vectorParts(observationSize),
    actionSize,
    discreteActions: options.discreteActions,
    notes,
    async *episodes() {
      notes.begin();
      let left = mostBytes;
      let pass: FlatPass | undefined;
      for (const [index, read] of trajectories.entries()) {
        const file = read();
        if (actionsIn(file) === 0) continue;
        const tables = flatTables(file, options);
        refuseOtherSizes(file.name, tables, observationSize, actionSize);
        left -= 4 * tables.count * (observationSize + actionSize + 2);
        if (left < 0) throw damaged(`"${file.name}"`, "repeats what is stored once");
        pass ??= new FlatPass(name, tables, options, notes);
        yield* episodesOf(file, tables, options, index, pass);
      }
      pass?.end();
    },
  };
}

function* episodesOf(
  file: FlatFile,
  tables: FlatTables,
  options: FlatOptions,
  index: number,
  pass: FlatPass,
): Generator<Episode> {
  const memory = new EpisodeMemory(`"${file.name}"`, options).addFile(file.size);
  const numbers = 2 * tables.observationSize + tables.actionSize + Object.keys(tables.marks).length + 1;
  if (tables.count > memory.mostRows(4 * numbers)) throw memory.tooLong("the trajectory");
  const rows = readStretch(file, tables, 0, tables.count, options);
  if (tables.marks.masks) refusePadding(file.name, tables.marks.masks.key, rows);
  const split = splitStretch(rows, { ...pass.rules(rows), complete: true });
  yield* pass.handOut(rows, split, (row) => `trajectory ${index}, row ${row}`);
}

function actionsIn({ shapes }: FlatFile): number | undefined {
  const key = [...shapes.keys()].find((name) => rowRole(name) === "actions");
  return key === undefined ? undefined : shapes.get(key)![0];
}

/** A mask of 0 in many steps of one trajectory is of another kind: it tells padding from steps. */
function refusePadding(name: string, key: string, { terminals }: RecordedRows): void {
  const zeros = terminals.reduce((sum, flag) => sum + flag, 0);
  if (zeros > 1)
    throw new DataError(
      `"${name}": "${key}" is 0 in ${zeros} steps, as masks of padding are; cut each trajectory to its own length.`,
    );
}

function refuseOtherSizes(name: string, tables: FlatTables, observationSize: number, actionSize: number): void {
  if (tables.observationSize === observationSize && tables.actionSize === actionSize) return;
  throw new DataError(
    `"${name}" has ${tables.observationSize} numbers an observation and ${tables.actionSize} an action, where trajectory 0 has ${observationSize} and ${actionSize}; all trajectories must be of one task.`,
  );
}

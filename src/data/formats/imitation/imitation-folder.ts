/**
 * imitation's folders, as `datasets.Dataset.save_to_disk` writes them: a row a trajectory in Arrow streams
 * `data-00000-of-00001.arrow` and on, beside dataset_info.json and state.json.
 */

import { DataError } from "../../../errors.js";
import { openArrow } from "../../containers/arrow/arrow.js";
import type { ArrowNumbers } from "../../containers/arrow/arrow-values.js";
import type { DataFiles } from "../../containers/files.js";
import { listed } from "../../containers/refusal.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { noRewards, type StoredRows, type StoredTrajectory } from "./stored-trajectory.js";

/** @throws DataError where files are missing, or hold other columns */
export function* foldedTrajectories(files: DataFiles, options: ReadOptions): Generator<StoredTrajectory> {
  let number = 0;
  for (const path of tablePaths(files)) {
    const where = `"${files.name}": "${path}"`;
    const file = files.open(path);
    const table = openArrow(file, where);
    if (table.rows === 0) continue;
    checkColumns(files.name, table.columns);
    const most = new EpisodeMemory(where, options).addFile(file.size).mostRows(2 * Float32Array.BYTES_PER_ELEMENT);
    for (let row = 0; row < table.rows; row++) {
      const rows = (key: string) => rowsOf(table.row(key, row, most));
      const terminal = table.row("terminal", row, 1).values;
      yield {
        where: `${where}, trajectory ${number++}`,
        obs: rows("obs"),
        acts: rows("acts"),
        rews: rows("rews"),
        terminal,
      };
    }
  }
}

function rowsOf({ shape, bytes, values }: ArrowNumbers): StoredRows {
  const [rows = 1, ...others] = shape;
  return { shape, rows, columns: others.reduce((product, size) => product * size, 1), bytes, values };
}

function checkColumns(name: string, columns: readonly string[]): void {
  if (["obs", "acts", "terminal"].some((key) => !columns.includes(key)))
    throw new DataError(
      `"${name}" is a folder of Hugging Face's datasets with the columns ${listed(columns)}, and not of imitation's trajectories, which have obs, acts, rews and terminal; rename its columns so, one row a trajectory.`,
    );
  if (!columns.includes("rews")) throw noRewards(name);
}

/** The tables in their order, all of those that their names count. */
function tablePaths(files: DataFiles): string[] {
  const paths = files.paths.filter((path) => /^(data-\d{5}-of-\d{5}|dataset)\.arrow$/.test(path));
  const count = Number(/-of-(\d+)/.exec(paths[0] ?? "")?.[1] ?? 1);
  if (paths.length === count) return paths;
  throw new DataError(
    `"${files.name}" has ${paths.length} of its ${count} files of rows; copy the dataset again, with all its files.`,
  );
}

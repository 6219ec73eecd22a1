/**
 * Minari's Arrow and Parquet storages: a folder per episode, named by its number, with one file part-0 in which a Dict
 * is a struct and a Tuple a struct of fields 0, 1 ... All columns have T + 1 rows: those of actions, rewards,
 * terminations and truncations are padded with a row, which is dropped.
 */
import { DataError } from "../../../errors.js";
import { openArrow } from "../../containers/arrow/arrow.js";
import type { DataFile, DataFiles } from "../../containers/files.js";
import { openParquet, type ParquetTable } from "../../containers/parquet/parquet.js";
import { quoted } from "../../containers/refusal.js";
import { counted } from "../../figures.js";
import { bytesFrom, type EpisodeColumns, type MinariStorage } from "./minari-episode.js";
import type { MinariMetadata } from "./minari-metadata.js";

type TableKind = "arrow" | "parquet";

/** A table in memory, as far as an episode needs it. */
interface Table {
  readonly rows: number;
  read(path: readonly string[], perRow: number, rows: number): Float32Array;
  readBytes(path: readonly string[], rows: number): readonly Uint8Array[] | undefined;
}

/**
 * @param folder in which the episodes' folders are: "" or "data/"
 * @throws DataError where an episode is in several parts
 */
export function openColumnStorage(
  files: DataFiles,
  folder: string,
  kind: TableKind,
  metadata: MinariMetadata,
): MinariStorage {
  const episodes = listEpisodes(files, folder, kind);
  return {
    metadata,
    episodes,
    async inferSpace(column) {
      const key = column === "actions" ? "action_space" : "observation_space";
      throw new DataError(`"${files.name}": metadata.json has no "${key}"; write the dataset again with Minari 0.5.`);
    },
    async withEpisode(episode, use) {
      const path = `${folder}${episode}/part-0.${kind}`;
      const where = `"${files.name}": "${path}"`;
      const file = files.open(path);
      const table = kind === "arrow" ? openArrow(file, where) : await parquetTable(file, where);
      return use(columnsOf(table, where, `episode ${episode}`, file.size));
    },
  };
}

function listEpisodes(files: DataFiles, folder: string, kind: TableKind): number[] {
  const episodes: number[] = [];
  for (const path of files.paths) {
    if (!path.startsWith(folder) || !path.endsWith(`.${kind}`)) continue;
    const [, episode, part] = /^(0|[1-9]\d{0,8})\/part-(\d+)\.\w+$/.exec(path.slice(folder.length)) ?? [];
    if (episode === undefined) continue;
    if (part !== "0")
      throw new DataError(`"${files.name}": episode ${episode} is in several files, which Minari does not write.`);
    episodes.push(Number(episode));
  }
  return episodes.sort((a, b) => a - b);
}

function columnsOf(table: Table, where: string, place: string, fileBytes: number): EpisodeColumns {
  const read: EpisodeColumns["read"] = (path, perRow, rows) => table.read(path, perRow, rows);
  const readBytes: EpisodeColumns["readBytes"] = (path, perRow, rows) =>
    bytesFrom(read(path, perRow, rows), `${where}, "${path.join("/")}",`);
  return {
    ...{ where, place, steps: table.rows - 1, fileBytes, read, readBytes },
    readFiles: (path, _, rows) => table.readBytes(path, rows),
  };
}

/** A Parquet file holds each column in one piece, so that columns are read one after the other. */
async function parquetTable(file: DataFile, where: string): Promise<Table> {
  const table = await openParquet(file, where);
  return {
    rows: table.rows,
    read: (path, perRow, rows) => readColumn(table, path.join("."), perRow, rows, where),
    readBytes: (path, rows) => readBytesColumn(table, path.join("."), rows, where),
  };
}

/** The first rows of a column of raw bytes; undefined where it holds something else. */
function readBytesColumn(
  table: ParquetTable,
  name: string,
  rows: number,
  where: string,
): readonly Uint8Array[] | undefined {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column?.kind !== "bytes" || column.list) return undefined;
  const found: Uint8Array[] = [];
  for (const { columns } of table.batches([name], [name]))
    for (const bytes of columns[0]!.bytes) if (found.length < rows) found.push(bytes);
  if (found.length === rows) return found;
  throw new DataError(
    `${where}: column ${quoted(name)} has ${counted(found.length, "row")} of ${rows}; copy it again.`,
  );
}

/** The first rows of a column; the rows of padding after them may hold nothing. */
function readColumn(table: ParquetTable, name: string, perRow: number, rows: number, where: string): Float32Array {
  const values = new Float32Array(rows * perRow);
  let done = 0;
  for (const { columns, rows: count } of table.batches([name])) {
    const { starts, numbers, column } = columns[0]!;
    if (column.kind === "text")
      throw new DataError(`${where}: column ${quoted(name)} holds texts where numbers are expected.`);
    const taken = Math.min(count, rows - done);
    for (let row = 0; row < taken; row++) {
      const found = starts[row + 1]! - starts[row]!;
      if (found !== perRow)
        throw new DataError(
          `${where}: column ${quoted(name)} has ${counted(found, "number")} in row ${done + row} where ${perRow} are expected; copy the dataset again.`,
        );
    }
    values.set(numbers.subarray(0, taken * perRow), done * perRow);
    done += taken;
    if (done === rows) return values;
  }
  throw new DataError(`${where}: column ${quoted(name)} has ${counted(done, "row")} of ${rows}; copy it again.`);
}

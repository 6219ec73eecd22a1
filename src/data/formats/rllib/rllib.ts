/**
 * RLlib's offline data in JSON: each line is a batch of rows, a `SampleBatch`, in which every column is a list with one
 * value a row (layout read from ray's rllib/offline/json_writer.py and json_reader.py). As a table of rows it is a log
 * whose columns have RLlib's names; a batch may hold a part of an episode, or parts of several.
 *
 * - obs, actions, rewards; new_obs, where it is stored, is the observation after the action.
 * - eps_id tells the episodes apart; t counts the steps, 1 more from row to row.
 * - terminateds and truncateds mark ends; the older dones alone leaves open which of both it was, except where infos say
 *   "TimeLimit.truncated".
 *
 * Columns that RLlib compressed hold Python's pickles and are refused; so are batches of several policies.
 */

import { DataError } from "../../../errors.js";
import type { DataFiles } from "../../containers/files.js";
import { listed, quoted } from "../../containers/refusal.js";
import { textFile } from "../../containers/text-file.js";
import { linesOf } from "../../containers/text-lines.js";
import { countOfChoices } from "../../discrete-actions.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import { TIME_LIMIT } from "../end-marks.js";
import type { ReadOptions } from "../format.js";
import type { LogRow, LogTable } from "../logs/log-features.js";
import { cellOf, parseObject } from "../logs/log-jsonl.js";
import { openLog } from "../logs/log-reader.js";

/** A batch has some hundred rows; RLlib begins a new file after 64 MiB. */
const LONGEST_LINE = 2 ** 24;

/** A line, and what messages call it after the word "line": "3", or "3 of a.json" in a folder. */
interface BatchLine {
  readonly text: string;
  readonly number: string;
}

/** @throws DataError where the files hold no such batches */
export function openRllib(files: DataFiles, options: ReadOptions): EpisodeSource {
  const table = openBatches(files);
  const { ignore = [], discreteActions } = options;
  const found = (...names: string[]) =>
    names.find((column) => table.columns.includes(column) && !ignore.includes(column));
  const optional = {
    step: found("t"),
    terminated: found("terminateds"),
    truncated: found("truncateds", TIME_LIMIT),
    done: found("dones"),
    nextObservation: found("new_obs"),
  };
  const mapping = {
    episode: "eps_id",
    observation: "obs",
    action: "actions",
    reward: "rewards",
    // Parts of episodes that were played side by side follow each other.
    interleaved: true,
    ...Object.fromEntries(Object.entries(optional).filter(([, column]) => column !== undefined)),
  };
  if (areWholeNumbers(table)) countOfChoices([1], discreteActions, `${table.where}: "actions"`);
  return openLog(table, files.name, { ...options, mapping });
}

/** Whether the first action is a number, and whole: RLlib writes those of vectors as lists. */
function areWholeNumbers(table: LogTable): boolean {
  for (const { cells } of table.rows(["actions"])) return Number.isInteger(cells[0]);
  return false;
}

function openBatches(files: DataFiles): LogTable {
  const where = `"${files.name}"`;
  return {
    where,
    isMapped: true,
    unit: "line",
    isComplete: true,
    columns: columnsOf(files, where),
    // RLlib's names for ends are known, and columns that nothing uses may be packed.
    scalars: [],
    discreteActions: undefined,
    rowCount: undefined,
    fileBytes: files.paths.reduce((sum, path) => sum + files.open(path).size, 0),
    rows: (columns) => rows(files, where, columns),
  };
}

/** The lines of all files: RLlib begins a new one when one is full, and each of its workers writes its own. */
function* batchLines(files: DataFiles, where: string): Generator<BatchLine> {
  for (const path of files.paths) {
    const of = files.kind === "file" ? "" : ` of ${quoted(path)}`;
    for (const { text, number } of linesOf(textFile(files.open(path), `${where}${of}`), `${where}${of}`, LONGEST_LINE))
      yield { text, number: `${number}${of}` };
  }
}

/** Those of all batches, and the time limit's where infos tell of it. */
function columnsOf(files: DataFiles, where: string): string[] {
  const columns = new Set<string>();
  let isFirst = true;
  for (const line of batchLines(files, where)) {
    for (const column of Object.keys(batchIn(line, where))) columns.add(column);
    isFirst = false;
    if (line.text.includes(`"${TIME_LIMIT}"`)) columns.add(TIME_LIMIT);
  }
  if (isFirst) throw new DataError(`${where} is empty; record some batches first.`);
  if (columns.has("truncateds")) columns.delete(TIME_LIMIT);
  columns.delete("type");
  for (const column of ["eps_id", "obs", "actions", "rewards"])
    if (!columns.has(column))
      throw new DataError(
        `${where}: the batches have no ${quoted(column)}, which RLlib writes for every row; there: ${listed(columns)}.`,
      );
  return [...columns];
}

function* rows(files: DataFiles, where: string, columns: readonly string[]): Generator<LogRow> {
  for (const line of batchLines(files, where)) {
    const batch = batchIn(line, where);
    const lists = columns.map((column) => listIn(batch, column, line, where));
    const count = lists[0]?.length ?? 0;
    for (const [i, list] of lists.entries())
      if (list !== undefined && list.length !== count)
        throw new DataError(
          `${where}: line ${line.number} has ${counted(list.length, "value")} in ${quoted(columns[i]!)} but ${count} in ${quoted(columns[0]!)}; record the batch again, or remove the line.`,
        );
    for (let row = 0; row < count; row++)
      yield { cells: lists.map((list) => list?.[row]), number: `${line.number} (row ${row})` };
  }
}

/** The values of a column, one a row; undefined where the batch does not have it. */
function listIn(batch: object, column: string, line: BatchLine, where: string): readonly unknown[] | undefined {
  if (column === TIME_LIMIT) {
    const infos = cellOf(batch, "infos");
    return Array.isArray(infos) ? infos.map(timeLimitIn) : undefined;
  }
  const values = cellOf(batch, column);
  if (values === undefined || Array.isArray(values)) return values;
  const place = `${where}: line ${line.number}: ${quoted(column)}`;
  if (typeof values === "string")
    throw new DataError(
      `${place} is packed (a pickle, compressed with LZ4), which only Python reads; write the data again with output_compress_columns=[] (compress_columns=[] of the JsonWriter).`,
    );
  throw new DataError(`${place} is no list with one value a row; write observations and actions as plain arrays.`);
}

function timeLimitIn(info: unknown): unknown {
  return typeof info === "object" && info !== null ? cellOf(info, TIME_LIMIT) : undefined;
}

/** The batch of a line; of a batch of several agents the one that there is. @throws DataError where there are several */
function batchIn({ text, number }: BatchLine, where: string): object {
  // RLlib numbers episodes at random up to 10^18, where JavaScript's numbers are no longer told apart: they stay texts.
  const exact = text.replace(/"eps_id"\s*:\s*\[[\d\s,-]*\]/, (ids) => ids.replace(/-?\d+/g, '"$&"'));
  const object = parseObject({ text: exact, number }, { where, unit: "line" });
  const policies = cellOf(object, "policy_batches");
  if (typeof policies !== "object" || policies === null) return object;
  const names = Object.keys(policies);
  const batch = names.length === 1 ? cellOf(policies, names[0]!) : undefined;
  if (typeof batch === "object" && batch !== null) return batch;
  throw new DataError(
    `${where}: line ${number} holds the rows of ${names.length} policies (${listed(names)}); write those of one policy, one agent, to a file of its own.`,
  );
}

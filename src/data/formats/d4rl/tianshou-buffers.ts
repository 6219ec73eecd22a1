/**
 * Tianshou's VectorReplayBuffer in HDF5 (`save_hdf5`): the buffers of several environments share the rows of one group, and
 * arrays beside it tell where each begins (`_offset`), how many of its rows are filled (`_lengths`) and which was written
 * last (`last_index`). A full one is a ring. (The pickled `buffers` beside them hold nothing more.) The layout was read
 * from tianshou/data/buffer/manager.py and tianshou/data/utils/converter.py.
 */
import { DataError } from "../../../errors.js";
import { listKeys } from "../../containers/hdf5/hdf5-listing.js";
import type { OpenHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readHeader, readRowsExactly } from "../../containers/hdf5/hdf5-table.js";
import { quoted } from "../../containers/refusal.js";
import { counted, whole } from "../../figures.js";
import type { RowOrder } from "../flat/flat-file.js";

const KEYS = ["_offset", "_lengths", "last_index"] as const;
/** Every environment is a pass over the file. */
const MOST_ENVIRONMENTS = 1024;

/**
 * The rows of each environment in the order of time; undefined where the file is of one.
 * @param rows of all together
 * @throws DataError where the arrays contradict each other
 */
export function tianshouOrder(file: OpenHdf5, rows: number): RowOrder | undefined {
  const there = listKeys(file);
  if (!there.includes("buffers") && !there.includes("_offset")) return undefined;
  const [offsets, lengths, lasts] = KEYS.map((key) => numbersOf(file, there, key));
  const refuse = (problem: string): never => {
    throw new DataError(
      `"${file.name}" holds several buffers of Tianshou, but ${problem}; save the VectorReplayBuffer again with save_hdf5.`,
    );
  };
  const count = offsets!.length;
  if (count === 0 || count > MOST_ENVIRONMENTS) refuse(`tells of ${count}, where 1 to ${MOST_ENVIRONMENTS} are read`);
  if (lengths!.length !== count || lasts!.length !== count) refuse(`${KEYS.map(quoted).join(", ")} differ in length`);
  const recordings = Array.from(offsets!, (first, i) => {
    const end = offsets![i + 1] ?? rows;
    const [filled, next] = [lengths![i]!, lasts![i]! + 1];
    if (!(first >= 0 && first < end && end <= rows && filled >= 0 && filled <= end - first))
      refuse(`buffer ${i} has ${filled} of the rows ${first} to ${end - 1}, of ${rows}`);
    if (filled < end - first) return [[first, first + filled] as const];
    if (!(next > first && next <= end))
      refuse(`buffer ${i}, rows ${first} to ${end - 1}, was last written in row ${next - 1}`);
    return next === end ? [[first, end] as const] : [[next, end] as const, [first, next] as const];
  }).filter(([span]) => span![1] > span![0]);
  if (recordings.length === 0) refuse("no row of them is filled");
  const filled = lengths!.reduce((sum, length) => sum + length, 0);
  return {
    recordings,
    note: `The buffers of ${counted(count, "environment")} (VectorReplayBuffer) are read one after the other; ${whole(filled)} of ${counted(rows, "row")} are filled.`,
  };
}

function numbersOf(file: OpenHdf5, there: readonly string[], key: string): Float64Array {
  if (!there.includes(key))
    throw new DataError(
      `"${file.name}" holds several buffers of Tianshou (VectorReplayBuffer) and no ${quoted(key)}, which tells them apart; save each of its "buffers" with save_hdf5 and merge them with "calql data merge".`,
    );
  const header = readHeader(file, key);
  const [count = 0] = header.shape;
  return readRowsExactly(file, header, 0, Math.min(count, MOST_ENVIRONMENTS + 1));
}

/**
 * All formats of datasets, and which of them a file is in. A format is a folder here and a line of the list; its reader
 * and writer load when a dataset in it is first opened or written.
 */
import { DataError, suggestion, UsageError } from "../../errors.js";
import type { DataFiles } from "../containers/files.js";
import { calqlFormat } from "./calql/calql-format.js";
import { d3rlpyFormat } from "./d3rlpy/d3rlpy-format.js";
import { d4rlFormat } from "./d4rl/d4rl-format.js";
import { episodeFilesFormat } from "./episode-files/episode-files-format.js";
import type { DatasetFormat } from "./format.js";
import { imitationFormat } from "./imitation/imitation-format.js";
import { lerobotFormat } from "./lerobot/lerobot-format.js";
import { csvFormat, jsonLinesFormat, parquetFormat } from "./logs/log-formats.js";
import { maniskillFormat } from "./maniskill/maniskill-format.js";
import { minariFormat } from "./minari/minari-format.js";
import { ogbenchFormat } from "./ogbench/ogbench-format.js";
import { rllibFormat } from "./rllib/rllib-format.js";
import { robomimicFormat } from "./robomimic/robomimic-format.js";
import { servedFormat } from "./served/served-format.js";
import { adroitNpyFormat, pickleFormat } from "./trajectory-lists/trajectory-list-formats.js";
import { transitionsFormat } from "./transitions/transitions-format.js";

export {
  adroitNpyFormat,
  calqlFormat,
  csvFormat,
  d3rlpyFormat,
  d4rlFormat,
  episodeFilesFormat,
  imitationFormat,
  jsonLinesFormat,
  lerobotFormat,
  maniskillFormat,
  ogbenchFormat,
  parquetFormat,
  pickleFormat,
  rllibFormat,
  robomimicFormat,
  servedFormat,
  transitionsFormat,
};

/** Every format that can be read, in the order in which a file is tried; those with `create` can be written too. */
export const datasetFormats: readonly DatasetFormat[] = [
  calqlFormat,
  minariFormat,
  d4rlFormat,
  lerobotFormat,
  parquetFormat,
  servedFormat,
  jsonLinesFormat,
  csvFormat,
  rllibFormat,
  adroitNpyFormat,
  pickleFormat,
  imitationFormat,
  episodeFilesFormat,
  ogbenchFormat,
  transitionsFormat,
  robomimicFormat,
  maniskillFormat,
  d3rlpyFormat,
];

/**
 * The format that the files are in.
 * @param from the word for it, where the caller knows
 * @throws DataError when no format knows them, or several do; UsageError for a word that names none
 */
export async function recogniseFormat(files: DataFiles, from?: string): Promise<DatasetFormat> {
  if (from !== undefined) return formatNamed(from);
  const found: DatasetFormat[] = [];
  for (const format of datasetFormats) if (await format.recognises(files)) found.push(format);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) await (await import("./known-hdf5.js")).refuseKnownHdf5(files);
  if (found.length > 1)
    throw new DataError(
      `"${files.name}" could be ${found.map(({ description }) => description).join("; or ")}; say which it is with ${found.map(({ id }) => `--from ${id}`).join(" or ")}.`,
    );
  const { refuseKnownLayout, refuseUnknown } = await import("./refuse-layout.js");
  throw new DataError((await refuseKnownLayout(files)) ?? refuseUnknown(files));
}

function formatNamed(id: string): DatasetFormat {
  const format = datasetFormats.find((candidate) => candidate.id === id);
  if (format) return format;
  const known = datasetFormats.map((candidate) => candidate.id);
  throw new UsageError(`Unknown format "${id}".${suggestion(id, known)} Known: ${known.join(", ")}.`);
}

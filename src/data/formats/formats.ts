/**
 * All formats of datasets, in the order in which they are asked whether files are theirs.
 */
import { DataError } from "../../errors.js";
import type { DataFiles } from "../containers/files.js";
import { adroitNpyFormat } from "./adroit/adroit-format.js";
import { calqlFormat } from "./calql/calql-format.js";
import { d4rlFormat } from "./d4rl/d4rl-format.js";
import type { DatasetFormat } from "./format.js";
import { lerobotFormat } from "./lerobot/lerobot-format.js";
import { jsonLinesFormat, parquetFormat } from "./logs/log-format.js";
import { minariFormat } from "./minari/minari-format.js";
import { ogbenchFormat } from "./ogbench/ogbench-format.js";

/** Every format that can be read, in the order in which a file is tried; those with `create` can be written too. */
export const datasetFormats: readonly DatasetFormat[] = [
  calqlFormat,
  minariFormat,
  d4rlFormat,
  lerobotFormat,
  parquetFormat,
  jsonLinesFormat,
  adroitNpyFormat,
  ogbenchFormat,
];

/** The format that the files are in. @throws DataError when no format knows them, with the list of those there are */
export function recogniseFormat(files: DataFiles): DatasetFormat {
  const format = datasetFormats.find((candidate) => candidate.recognises(files));
  if (format) return format;
  throw new DataError(
    `"${files.name}" is in no format of datasets that is known here (${datasetFormats.map(({ description }) => description).join("; ")}); convert it to one of them.`,
  );
}

/**
 * Logs of applications as formats, one for each way in which their rows are written.
 */
import { DataError } from "../../../errors.js";
import { onlyFile } from "../../containers/files.js";
import { looksLikeParquet } from "../../containers/parquet/parquet-footer.js";
import { type DatasetFormat, type ReadOptions, refuseOptions } from "../format.js";
import { holds, startsLike } from "../glance.js";
import { RLLIB_START } from "../rllib/rllib-start.js";
import { SERVED_START } from "../served/served-start.js";

/** What means something to a log, whatever its rows are written in. */
const logOptions: readonly (keyof ReadOptions)[] = [
  "mapping",
  "ignore",
  "doneMeans",
  "horizon",
  "successReward",
  "dropFaulty",
];

const JSON_START = /^\s*(\[\s*)?\{\s*"/;
/** JSON, HDF5, zip, Parquet and NumPy's arrays are no CSV, whatever the file's name. */
const NO_CSV = new RegExp(`${JSON_START.source}|^.HDF\\r|^PK\\x03|^PAR1|^.NUMPY`);

export const parquetFormat: DatasetFormat = {
  id: "parquet",
  description: "Parquet: an application's log, one row a step",
  losesActionBounds: true,
  keepsPropensities: true,
  extensions: [".parquet"],
  recognises: (files) => files.kind === "file" && holds(() => looksLikeParquet(onlyFile(files))),
  async open(files, options) {
    refuseOptions(files.name, "a log in Parquet", options, logOptions);
    const [{ openLog }, { openParquetLog }] = await Promise.all([
      import("./log-reader.js"),
      import("./log-parquet.js"),
    ]);
    return openLog(await openParquetLog(onlyFile(files), `"${files.name}"`), files.name, options);
  },
  create: async (target, header) => (await import("./log-writer.js")).createParquetLog(target, header),
};

export const jsonLinesFormat: DatasetFormat = {
  id: "jsonl",
  description: "JSON lines: an application's log, one object a step",
  losesActionBounds: true,
  keepsPropensities: true,
  extensions: [".jsonl", ".ndjson"],
  recognises: async (files) =>
    files.kind === "file" &&
    (/\.(jsonl|ndjson)(\.gz)?$/i.test(files.name) || (await startsLike(files, JSON_START))) &&
    !(await startsLike(files, RLLIB_START)) &&
    !(await startsLike(files, SERVED_START)),
  async open(files, options) {
    refuseOptions(files.name, "a log of JSON lines", options, logOptions);
    const [{ openLog }, { openJsonLines }] = await Promise.all([import("./log-reader.js"), import("./log-jsonl.js")]);
    return openLog(openJsonLines(onlyFile(files), `"${files.name}"`), files.name, options);
  },
  create: async (target, header) => (await import("./log-writer.js")).createJsonLines(target, header),
};

export const csvFormat: DatasetFormat = {
  id: "csv",
  description: "CSV: an application's log, one row a step",
  losesActionBounds: true,
  extensions: [".csv", ".tsv"],
  recognises: async (files) =>
    files.kind === "file" && /\.(csv|tsv)(\.gz)?$/i.test(files.name) && !(await startsLike(files, NO_CSV)),
  async open(files, options) {
    refuseOptions(files.name, "a log in CSV", options, logOptions);
    if (await startsLike(files, JSON_START))
      throw new DataError(`"${files.name}" holds JSON, not CSV; say --from jsonl, or leave --from out.`);
    const [{ openLog }, { openCsvLog }] = await Promise.all([import("./log-reader.js"), import("./log-csv.js")]);
    return openLog(openCsvLog(onlyFile(files), `"${files.name}"`), files.name, options);
  },
};

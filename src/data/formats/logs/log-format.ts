/**
 * Logs of applications as two of the formats: JSON lines and Parquet tables of one row per step.
 */
import type { DataFiles } from "../../containers/files.js";
import { looksLikeParquet } from "../../containers/parquet/parquet-footer.js";
import type { DatasetFormat } from "../format.js";
import { refuseOptions } from "../refuse-options.js";

const meaningful = ["mapping", "allowNonFinite"] as const;

export const jsonLinesFormat: DatasetFormat = {
  id: "jsonl",
  description: "JSON lines: an application's log, one object a step",
  extensions: [".jsonl", ".ndjson"],
  losesActionBounds: true,
  recognises: (files) => files.kind === "file" && (/\.(jsonl|ndjson)$/i.test(files.name) || beginsWithObject(files)),
  async open(files, options) {
    refuseOptions(files.name, "a log of JSON lines", options, meaningful);
    const [{ openLog }, { openJsonLines }] = await Promise.all([import("./log-reader.js"), import("./log-jsonl.js")]);
    return openLog(openJsonLines(files.open(files.paths[0]!), `"${files.name}"`), files.name, options);
  },
  create: async (target, header) => (await import("./log-writer.js")).createJsonLines(target, header),
};

export const parquetFormat: DatasetFormat = {
  id: "parquet",
  description: "Parquet: an application's log, one row a step",
  extensions: [".parquet"],
  losesActionBounds: true,
  recognises(files) {
    try {
      return files.kind === "file" && looksLikeParquet(files.open(files.paths[0]!));
    } catch {
      return false;
    }
  },
  async open(files, options) {
    refuseOptions(files.name, "a log in Parquet", options, meaningful);
    const [{ openLog }, { openParquetLog }] = await Promise.all([
      import("./log-reader.js"),
      import("./log-parquet.js"),
    ]);
    return openLog(await openParquetLog(files.open(files.paths[0]!), `"${files.name}"`), files.name, options);
  },
  create: async (target, header) => (await import("./log-writer.js")).createParquetLog(target, header),
};

/** Whether the file begins like a JSON object. */
function beginsWithObject(files: DataFiles): boolean {
  try {
    const file = files.open(files.paths[0]!);
    return /^\s*\{\s*"/.test(new TextDecoder().decode(file.read(0, Math.min(file.size, 64))));
  } catch {
    return false;
  }
}

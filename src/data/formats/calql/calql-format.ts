/**
 * calql's own format as one of the formats; see calql-layout.ts for what is in it.
 */

import type { DatasetFormat } from "../format.js";
import { refuseOptions } from "../refuse-options.js";
import { blocksFile, manifestFile } from "./calql-files.js";

export const calqlFormat: DatasetFormat = {
  id: "calql",
  description: "calql: raw arrays in checked blocks, for data larger than memory",
  extensions: [".calql/"],
  recognises: ({ kind, paths }) => kind === "folder" && paths.includes(manifestFile) && paths.includes(blocksFile),
  async open(files, options) {
    refuseOptions(files.name, "in the format calql", options, []);
    const { openCalql } = await import("./calql-reader.js");
    return openCalql(files, options);
  },
  create: async (target, header) => (await import("./calql-writer.js")).createCalql(target, header),
};

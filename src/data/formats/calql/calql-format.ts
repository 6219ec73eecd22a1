/**
 * The house's own format as one among the others; see calql-layout.ts for what is in it.
 */

import { refuseOptions } from "../../containers/refusal.js";
import type { DatasetFormat } from "../format.js";
import { blocksFile, manifestFile } from "./calql-layout.js";
import { openCalql } from "./calql-reader.js";
import { createCalql } from "./calql-writer.js";

export const calqlFormat: DatasetFormat = {
  id: "calql",
  description: "calql: raw arrays in checked blocks, for data larger than memory",
  extensions: [".calql/"],
  recognises: ({ kind, paths }) => kind === "folder" && paths.includes(manifestFile) && paths.includes(blocksFile),
  async open(files, options) {
    refuseOptions(files.name, "in the format calql", options, []);
    return openCalql(files, options);
  },
  create: async (target, header) => createCalql(target, header),
};

/**
 * calql's own format; calql-layout.ts says what is in it.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";
import { withPictures } from "../pictures/with-pictures.js";

/** calql's own; see calql-layout.ts for what is in it. */
export const calqlFormat: DatasetFormat = {
  id: "calql",
  description: "calql: raw arrays in checked blocks, for data larger than memory",
  keepsPropensities: true,
  extensions: [".calql/"],
  recognises: ({ kind, paths }) =>
    kind === "folder" && ["manifest.json", "blocks.u32"].every((path) => paths.includes(path)),
  async open(files, options) {
    refuseOptions(files.name, "in the format calql", options, ["images", "imageSize"]);
    return withPictures((await import("./calql-reader.js")).openCalql(files, options), options, true);
  },
  create: async (target, header) => (await import("./calql-writer.js")).createCalql(target, header),
};

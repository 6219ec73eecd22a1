/**
 * HDF5 files of flat rows as a format: D4RL's, and what has its layout under other names.
 */
import { beginsWith, onlyFile } from "../../containers/files.js";
import { HDF5_SIGNATURE } from "../../containers/hdf5/hdf5-module.js";
import { flatOptions, pictureOptions, withFallbackHorizon } from "../flat/flat-options.js";
import { sayAll } from "../flat/row-names.js";
import { type DatasetFormat, refuseOptions } from "../format.js";
import { hdf5Outline } from "../outline.js";

const needed = ["observations", "actions"] as const;

export const d4rlFormat: DatasetFormat = {
  id: "d4rl",
  description: "D4RL HDF5: flat arrays over all rows",
  extensions: [".hdf5", ".h5"],
  async recognises(files) {
    if (!beginsWith(files, HDF5_SIGNATURE)) return false;
    const outline = await hdf5Outline(files);
    // What is too damaged to be listed is told so by the reader.
    if (outline === undefined) return true;
    return sayAll(outline.arrays.keys(), needed) || sayAll(outline.groups.get("_meta") ?? [], needed);
  },
  async open(files, options) {
    refuseOptions(files.name, "a D4RL HDF5 file", options, [...flatOptions, ...pictureOptions]);
    const { openD4RL } = await import("./d4rl.js");
    return openD4RL(onlyFile(files), files.name, withFallbackHorizon(options));
  },
  create: async (target, header) => (await import("./d4rl-writer.js")).createD4RL(target.create("data.hdf5"), header),
};

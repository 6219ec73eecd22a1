/**
 * Datasets of d3rlpy 2 as a format.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";
import { hdf5Outline } from "../outline.js";

/** Of d3rlpy 2; the files of d3rlpy 1 are in D4RL's layout. */
export const d3rlpyFormat: DatasetFormat = {
  id: "d3rlpy",
  description: "d3rlpy 2 HDF5: arrays numbered by episode",
  extensions: [],
  async recognises(files) {
    const arrays = (await hdf5Outline(files))?.arrays;
    return arrays !== undefined && ["num_episodes", "actions_0", "terminated_0"].every((key) => arrays.has(key));
  },
  async open(files, options) {
    refuseOptions(files.name, "a file of d3rlpy 2", options, [
      "observationKeys",
      "images",
      "imageSize",
      "ignore",
      "successReward",
      "dropFaulty",
    ]);
    return (await import("./d3rlpy.js")).openD3rlpy(files, options);
  },
};

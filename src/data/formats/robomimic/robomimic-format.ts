/**
 * robomimic's and robosuite's demonstrations as a format.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";
import { hdf5Outline } from "../outline.js";
import { demonstration } from "./demonstration.js";

/** robomimic's and robosuite's; see demonstration.ts. */
export const robomimicFormat: DatasetFormat = {
  id: "robomimic",
  description: "robomimic HDF5: a group data/demo_N per demonstration",
  extensions: [],
  async recognises(files) {
    const outline = await hdf5Outline(files);
    return outline?.groups.get("data")?.some((name) => demonstration.test(name)) === true;
  },
  async open(files, options) {
    const meaningful = [
      "observationKeys",
      "images",
      "imageSize",
      "ignore",
      "doneMeans",
      "successReward",
      "dropFaulty",
    ] as const;
    const horizon = options.doneMeans === "either" ? (["horizon"] as const) : [];
    refuseOptions(files.name, "a robomimic file", options, [...meaningful, ...horizon]);
    return (await import("./robomimic.js")).openRobomimic(files, options);
  },
};

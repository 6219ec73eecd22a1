/**
 * The .npy files of the Adroit binary tasks as one of the formats; `adroit-npy.ts` reads them.
 */
import { isNpy, NPY_PREAMBLE } from "../../containers/numpy/npy.js";
import type { DatasetFormat } from "../format.js";
import { refuseOptions } from "../refuse-options.js";

export const adroitNpyFormat: DatasetFormat = {
  id: "adroit-npy",
  description: "Adroit .npy: pickled trajectories of the binary tasks",
  extensions: [".npy"],
  recognises(files) {
    if (files.kind !== "file") return false;
    const file = files.open(files.paths[0]!);
    return file.size >= NPY_PREAMBLE && isNpy(file.read(0, NPY_PREAMBLE));
  },
  async open(files, options) {
    refuseOptions(files.name, "in the Adroit .npy format", options, ["observationKeys"]);
    return (await import("./adroit-npy.js")).openAdroitNpy(files, options);
  },
};

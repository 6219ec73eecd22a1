/**
 * OGBench's archives as a format.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";
import { npzOutline } from "../outline.js";
import { withPictures } from "../pictures/with-pictures.js";
import { mayBeOGBench } from "./ogbench-names.js";

export const ogbenchFormat: DatasetFormat = {
  id: "ogbench",
  description: "OGBench .npz: rows of trajectories, rewards from a goal",
  extensions: [".npz"],
  recognises(files) {
    const names = npzOutline(files);
    return names !== undefined && mayBeOGBench(names);
  },
  async open(files, options) {
    refuseOptions(files.name, "in OGBench's format", options, ["goal", "images", "imageSize"]);
    return withPictures((await import("./ogbench.js")).openOGBench(files, options), options);
  },
};

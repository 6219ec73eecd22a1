/**
 * ManiSkill's trajectories as a format.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";
import { hdf5Outline } from "../outline.js";
import { trajectory, trajectoryFolder } from "./trajectory.js";

export const maniskillFormat: DatasetFormat = {
  id: "maniskill",
  description: "ManiSkill: HDF5 with a group traj_N per episode, or its folder",
  extensions: [],
  async recognises(files) {
    if (files.kind === "folder") return trajectoryFolder(files) !== undefined;
    const groups = (await hdf5Outline(files))?.groups ?? [];
    return [...groups].some(([name, keys]) => trajectory.test(name) && keys.includes("actions"));
  },
  async open(files, options) {
    refuseOptions(files.name, "a ManiSkill file", options, [
      "observationKeys",
      "images",
      "imageSize",
      "ignore",
      "successReward",
      "dropFaulty",
    ]);
    return (await import("./maniskill.js")).openManiSkill(files, options);
  },
};

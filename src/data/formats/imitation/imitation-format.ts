/**
 * The trajectories of the library imitation as a format.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";
import { npzOutline } from "../outline.js";

/** The library imitation's (HumanCompatibleAI). */
export const imitationFormat: DatasetFormat = {
  id: "imitation",
  description: "imitation's trajectories: .npz, or a folder of Hugging Face's datasets",
  extensions: [],
  recognises: (files) =>
    files.kind === "folder"
      ? ["dataset_info.json", "state.json"].every((path) => files.paths.includes(path))
      : ["obs", "acts", "terminal", "indices"].every((key) => npzOutline(files)?.has(key) === true),
  async open(files, options) {
    refuseOptions(files.name, "imitation's trajectories", options, ["dropFaulty"]);
    return (await import("./imitation.js")).openImitation(files, options);
  },
};

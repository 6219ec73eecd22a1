/**
 * The trajectories of the library imitation as a format.
 */
import { pictureOptions } from "../flat/flat-options.js";
import { type DatasetFormat, refuseOptions } from "../format.js";
import { npzOutline } from "../outline.js";
import { withPictures } from "../pictures/with-pictures.js";

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
    refuseOptions(files.name, "imitation's trajectories", options, ["dropFaulty", ...pictureOptions]);
    return withPictures((await import("./imitation.js")).openImitation(files, options), options);
  },
};

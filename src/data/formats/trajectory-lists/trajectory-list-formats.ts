/**
 * Pickled lists of trajectories as formats: in a .npy file, as those of Adroit are, and plain pickles.
 */
import { beginsWith, type DataFiles } from "../../containers/files.js";
import { NPY_MAGIC } from "../../containers/numpy/npy.js";
import { looksLikePickle } from "../../containers/numpy/pickle-signature.js";
import type { EpisodeSource } from "../../episode-source.js";
import { flatOptions, pictureOptions, withFallbackHorizon } from "../flat/flat-options.js";
import { type DatasetFormat, type ReadOptions, refuseOptions } from "../format.js";
import { unpackedStart } from "../glance.js";

export const adroitNpyFormat: DatasetFormat = {
  id: "adroit-npy",
  description: "Adroit .npy: pickled trajectories of the binary tasks",
  extensions: [".npy"],
  recognises: (files) => beginsWith(files, NPY_MAGIC),
  open: openTrajectoryList,
};

/** DAPG's demonstrations, Decision Transformer's data, and others of their kind. */
export const pickleFormat: DatasetFormat = {
  id: "pickle",
  description: "pickled trajectories: a list of dictionaries with observations, actions and rewards",
  extensions: [".pkl", ".pickle"],
  recognises: async (files) => {
    const start = files.kind === "file" ? await unpackedStart(files) : undefined;
    return start !== undefined && looksLikePickle(files.name.replace(/\.gz$/i, ""), start);
  },
  open: openTrajectoryList,
};

async function openTrajectoryList(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  refuseOptions(files.name, "a pickle of trajectories", options, [
    "observationKeys",
    ...flatOptions,
    ...pictureOptions,
  ]);
  const { openTrajectoryList } = await import("./trajectory-list.js");
  return openTrajectoryList(files, withFallbackHorizon(options));
}

/**
 * Folders of one .npz an episode as a format.
 */
import type { DataFiles } from "../../containers/files.js";
import { printable } from "../../containers/refusal.js";
import { zipEntries } from "../../containers/zip/zip.js";
import { flatOptions, pictureOptions, withFallbackHorizon } from "../flat/flat-options.js";
import { rowRole } from "../flat/row-names.js";
import { type DatasetFormat, refuseOptions } from "../format.js";
import { holds } from "../glance.js";
import { withPictures } from "../pictures/with-pictures.js";

/** ExORL's, V-D4RL's and DreamerV2's, and those whose rows have the action that follows their observation. */
export const episodeFilesFormat: DatasetFormat = {
  id: "episode-files",
  description:
    "a folder of one .npz an episode (ExORL, V-D4RL, DreamerV2: with the action that led to each observation; or as flat rows)",
  extensions: [],
  recognises: (files) => files.kind === "folder" && holds(() => orderOf(files) !== undefined),
  async open(files, options) {
    if (orderOf(files) === "flat rows") {
      refuseOptions(files.name, "a folder of episodes as flat rows", options, [...flatOptions, ...pictureOptions]);
      return (await import("./flat-episode-files.js")).openFlatEpisodeFiles(files, withFallbackHorizon(options));
    }
    refuseOptions(files.name, "a folder of episodes", options, [
      "observationKeys",
      "images",
      "imageSize",
      "ignore",
      "dropFaulty",
    ]);
    return withPictures((await import("./episode-files.js")).openEpisodeFiles(files, options), options);
  },
};

/**
 * By the names in the first .npz of a folder: an action, a reward, and what only the layouts with the action that led to
 * an observation have beside them; or the arrays of flat rows.
 */
function orderOf(files: DataFiles): "action first" | "flat rows" | undefined {
  const path = files.paths.find((candidate) => candidate.endsWith(".npz"));
  if (path === undefined) return undefined;
  const entries = [...zipEntries(files.open(path), `"${files.name}": "${printable(path)}"`).keys()].filter((name) =>
    name.endsWith(".npy"),
  );
  const keys = new Set(entries.map((name) => name.slice(0, -".npy".length)));
  if (keys.has("action") && keys.has("reward") && ["discount", "is_first", "is_terminal"].some((key) => keys.has(key)))
    return "action first";
  const said = new Set(Array.from(keys, rowRole));
  const rewarded = said.has("rewards") || said.has("success");
  return said.has("observations") && said.has("actions") && rewarded ? "flat rows" : undefined;
}

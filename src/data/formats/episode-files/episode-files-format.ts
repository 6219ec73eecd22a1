/**
 * Folders of one .npz an episode as a format.
 */
import type { DataFiles } from "../../containers/files.js";
import { zipEntries } from "../../containers/zip/zip.js";
import { type DatasetFormat, refuseOptions } from "../format.js";
import { holds } from "../glance.js";

/** ExORL's, V-D4RL's and DreamerV2's. */
export const episodeFilesFormat: DatasetFormat = {
  id: "episode-files",
  description:
    "a folder of one .npz an episode, with the action that led to each observation (ExORL, V-D4RL, DreamerV2)",
  extensions: [],
  recognises: (files) => files.kind === "folder" && holds(() => hasEpisodeFile(files)),
  async open(files, options) {
    refuseOptions(files.name, "a folder of episodes", options, ["observationKeys", "ignore"]);
    return (await import("./episode-files.js")).openEpisodeFiles(files, options);
  },
};

/** Whether the first .npz of a folder has an action, a reward, and what only these layouts have beside them. */
function hasEpisodeFile(files: DataFiles): boolean {
  const path = files.paths.find((candidate) => candidate.endsWith(".npz"));
  if (path === undefined) return false;
  const keys = zipEntries(files.open(path), "");
  const has = (key: string) => keys.has(`${key}.npy`);
  return has("action") && has("reward") && ["discount", "is_first", "is_terminal"].some(has);
}

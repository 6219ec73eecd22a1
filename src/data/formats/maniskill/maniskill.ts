/**
 * ManiSkill's trajectories: an HDF5 file with a group `traj_N` per episode of T steps: obs [T + 1, ...], an array or
 * groups of them; actions, rewards, terminated, truncated, success and fail of T rows; env_states, the simulator's.
 * Written from ManiSkill/mani_skill/utils/wrappers/record.py, which records them. `terminated` is the task's end,
 * `truncated` the clock's; whoever records demonstrations may go on after either, and the rows are then kept. The JSON
 * beside it tells only how the environment was made, and which episodes succeeded, as `success` does in the last row.
 */
import { DataError } from "../../../errors.js";
import { type DataFiles, onlyFile, readWhole } from "../../containers/files.js";
import { listKeys } from "../../containers/hdf5/hdf5-listing.js";
import { withHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { parsePythonJson } from "../../containers/python-json.js";
import { printable } from "../../containers/refusal.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import type { ReadOptions } from "../format.js";
import { openGrouped } from "../grouped/grouped.js";
import { type EpisodeGroup, type GroupedLayout, numberedGroups } from "../grouped/layout.js";
import { keysOf } from "../grouped/observations.js";
import { trajectory, trajectoryFolder } from "./trajectory.js";

const LARGEST_JSON = 2 ** 26;

const layout: GroupedLayout = {
  observations: "obs",
  rowsBeyond: 1,
  success: "success",
  harmless: new Set(["terminated", "truncated", "success", "fail", "env_states"]),
  episodes: (file) => numberedGroups(file, "", trajectory),
  terminated(marks) {
    if (marks.has("truncated")) marks.flags("truncated");
    return marks.flags("terminated");
  },
  missing,
};

export async function openManiSkill(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  const folder = trajectoryFolder(files);
  if (folder === undefined) return openGrouped(files, layout, options);
  const { name } = files;
  const data: DataFiles = { name, kind: "file", paths: [folder.data], open: () => files.open(folder.data) };
  await checkEpisodes(data, recordedEpisodes(files, folder.json));
  return { ...(await openGrouped(data, layout, options)), source: name };
}

/** The numbers of the episodes that the JSON lists. */
function recordedEpisodes(files: DataFiles, path: string): readonly unknown[] {
  const where = `"${files.name}": "${path}"`;
  const json = parsePythonJson(new TextDecoder().decode(readWhole(files, path, LARGEST_JSON)), where);
  const { episodes } = Object(json) as { readonly episodes?: unknown };
  if (!Array.isArray(episodes)) throw new DataError(`${where} lists no episodes; copy the dataset again.`);
  return episodes.map((episode) => (Object(episode) as { readonly episode_id?: unknown }).episode_id);
}

/** @throws DataError where an episode is missing, or one that is not listed is there */
async function checkEpisodes(data: DataFiles, recorded: readonly unknown[]): Promise<void> {
  const found = await withHdf5(onlyFile(data), data.name, (hdf5) =>
    listKeys(hdf5).filter((name) => trajectory.test(name)),
  );
  const missing = recorded.find((number) => !found.includes(`traj_${number}`));
  if (missing === undefined && recorded.length === found.length) return;
  const example = missing === undefined ? "" : printable(`, without traj_${String(missing).slice(0, 20)}`);
  throw new DataError(
    `"${data.name}" lists ${counted(recorded.length, "episode")} in its JSON but holds ${found.length}${example}; copy it again, with all its files, or give the HDF5 file alone.`,
  );
}

function missing(key: "observations" | "rewards", group: EpisodeGroup, where: string): DataError {
  const replay = "python -m mani_skill.trajectory.replay_trajectory --traj-path FILE --use-env-states --save-traj";
  if (key === "observations")
    return new DataError(
      `${where} is of ManiSkill and holds no observations "obs", but ${keysOf(group)}; replay it with them: ${replay} -o state --record-rewards True.`,
    );
  return new DataError(
    `${where} is of ManiSkill and holds no rewards; replay it with them: ${replay} --record-rewards True; or make them from its successes with --reward success.`,
  );
}

/**
 * ManiSkill's trajectories: an HDF5 file with a group `traj_N` per episode of T steps: obs [T + 1, ...], an array or
 * groups of them; actions, rewards, terminated, truncated, success and fail of T rows; env_states, the simulator's.
 * Written from ManiSkill/mani_skill/utils/wrappers/record.py, which records them. `terminated` is the task's end,
 * `truncated` the clock's; whoever records demonstrations may go on after either, and the rows are then kept. The JSON
 * beside it tells only how the environment was made, and which episodes succeeded, as `success` does in the last row.
 */
import { DataError } from "../../../errors.js";
import type { DataFiles } from "../../containers/files.js";
import type { EpisodeSource } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { openGrouped } from "../grouped/grouped.js";
import { type EpisodeGroup, type GroupedLayout, numberedGroups } from "../grouped/layout.js";
import { keysOf } from "../grouped/observations.js";
import { trajectory } from "./trajectory.js";

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

export function openManiSkill(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  return openGrouped(files, layout, options);
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

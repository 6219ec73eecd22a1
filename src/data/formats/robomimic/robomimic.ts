/**
 * robomimic's HDF5 files, which robosuite, MimicGen and LIBERO write too: a group `data/demo_N` per demonstration with
 * actions, rewards, dones, and the groups obs and next_obs of as many rows. Written from what these say:
 * robomimic/docs/datasets/overview.md, robomimic/robomimic/scripts/dataset_states_to_obs.py and
 * robosuite/robosuite/scripts/collect_human_demonstrations.py.
 *
 * `dones` is 1 "if playing the action in the state should terminate the episode", and robomimic's agents do not
 * bootstrap there, so it means the end of the task. But dataset_states_to_obs sets it in the last row of every
 * demonstration with `--done_mode 1` or `2`, whatever the reason; a file cannot tell, so it is said where no
 * demonstration ends without it, and `doneMeans` settles it.
 */
import { DataError } from "../../../errors.js";
import type { DataFiles } from "../../containers/files.js";
import type { EpisodeSource } from "../../episode-source.js";
import { DoneMeaning } from "../done-meaning.js";
import type { ReadOptions } from "../format.js";
import { openGrouped } from "../grouped/grouped.js";
import { type EndMarks, type EpisodeGroup, type GroupedLayout, numberedGroups } from "../grouped/layout.js";
import { keysOf } from "../grouped/observations.js";
import { demonstration } from "./demonstration.js";

const layout: GroupedLayout = {
  observations: "obs",
  nextObservations: "next_obs",
  rowsBeyond: 0,
  declaredRows: "num_samples",
  harmless: new Set(["dones", "states", "robot_states", "actions_abs", "action_dict", "datagen_info"]),
  episodes: (file) => numberedGroups(file, "data/", demonstration),
  terminated,
  missing,
};

export async function openRobomimic(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  const source = await openGrouped(files, layout, options);
  if (options.doneMeans !== undefined) return source;
  return { ...source, episodes: () => withDonesTold(source) };
}

/** Says it where all demonstrations are done in their last rows, as if each had succeeded. */
async function* withDonesTold(source: EpisodeSource): ReturnType<EpisodeSource["episodes"]> {
  let all = 0;
  let done = 0;
  for await (const episode of source.episodes()) {
    all++;
    if (!episode.truncated) done++;
    yield episode;
  }
  if (done === all)
    source.notes?.say(
      `All ${all} demonstrations end with "dones" = 1, which was read as the task's end; robomimic writes that for the end of any recording too (--done_mode 1 or 2). Where the clock may have ended them, use --done-means clock, or either with --horizon.`,
    );
}

function terminated(marks: EndMarks, options: ReadOptions, where: string): Uint8Array {
  const { steps } = marks;
  const known = marks.has("dones");
  if (!known && options.doneMeans === undefined)
    throw new DataError(
      `${where} has no "dones", so nothing tells whether the task or the clock ended it; say it with --done-means task or --done-means clock.`,
    );
  const done = new DoneMeaning(where, "dones", options);
  const ends = known ? marks.flags("dones") : new Uint8Array(steps).fill(1, steps - 1);
  return ends.map((flag, row) => (done.ending(row + 1) === "terminated" ? flag : 0));
}

function missing(key: "observations" | "rewards", group: EpisodeGroup, where: string): DataError {
  if (key === "rewards")
    return new DataError(
      `${where} has no "rewards"; write them with robomimic's dataset_states_to_obs.py, or make them from successes: --reward success:KEY for an array that marks them, or success:0,3 with the numbers of the demonstrations that succeeded.`,
    );
  if (group.paths.has("states"))
    return new DataError(
      `${where} holds states of the simulator and no observations, as robosuite's collector writes them; extract these first, with robomimic's scripts/conversion/convert_robosuite.py --dataset FILE and then scripts/dataset_states_to_obs.py --dataset FILE --output_name low_dim.hdf5 --done_mode 0.`,
    );
  return new DataError(`${where} has no observations "obs", but ${keysOf(group)}; store them in a group "obs".`);
}

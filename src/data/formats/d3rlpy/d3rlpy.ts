/**
 * The HDF5 files of d3rlpy 2: arrays observations_N, actions_N, rewards_N of T rows and a flag terminated_N for each
 * episode N, in some also truncated_N where the clock ended it, beside `columns`, `num_episodes` and `version`; observations of several parts are observations_N_0,
 * observations_N_1 ... Written from d3rlpy/d3rlpy/dataset/io.py and components.py. As there (`transition_count`), the
 * last row of an episode that the task did not end gives no step, because the observation after it is not stored.
 */
import { DataError } from "../../../errors.js";
import type { DataFiles } from "../../containers/files.js";
import { listKeys } from "../../containers/hdf5/hdf5-listing.js";
import type { OpenHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readScalar } from "../../containers/hdf5/hdf5-scalars.js";
import type { EpisodeSource } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { openGrouped } from "../grouped/grouped.js";
import type { EpisodeGroup, GroupedLayout } from "../grouped/layout.js";
import { keysOf } from "../grouped/observations.js";

const layout: GroupedLayout = {
  observations: "observations",
  rowsBeyond: 0,
  harmless: new Set(["terminated", "truncated", "embeddings"]),
  episodes,
  terminated(marks) {
    const ends = new Uint8Array(marks.steps);
    // Of an episode with both the last step is the task's end, as in all formats; one with neither was cut off.
    if (marks.has("truncated")) marks.flag("truncated");
    if (marks.flag("terminated")) ends[marks.steps - 1] = 1;
    return ends;
  },
  missing: (key, group, where) =>
    new DataError(`${where} has no "${key}", but ${keysOf(group)}; write the file again with d3rlpy's dump.`),
};

export function openD3rlpy(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  return openGrouped(files, layout, options);
}

/** A column, the number of the episode and, where it has several, that of the part. */
const numbered = /^(\D.*?)_(0|[1-9]\d{0,8})(?:_(0|[1-9]\d{0,2}))?$/;

function episodes(file: OpenHdf5): EpisodeGroup[] {
  const found = new Map<number, Map<string, string>>();
  const names = listKeys(file);
  for (const name of inOrder(names)) {
    const [, column, episode, part] = numbered.exec(name) ?? [];
    if (column === undefined) continue;
    const number = Number(episode);
    const paths = found.get(number) ?? new Map<string, string>();
    found.set(number, paths.set(part === undefined ? column : `${column}/${part}`, name));
  }
  const declared = names.includes("num_episodes") ? readScalar(file, "num_episodes") : undefined;
  if (declared !== found.size)
    throw new DataError(
      `"${file.name}" declares ${typeof declared === "number" ? declared : "no number of"} episodes (num_episodes) but holds ${found.size}; write or copy it again.`,
    );
  return [...found].sort(([a], [b]) => a - b).map(([number, paths]) => ({ name: `episode ${number}`, number, paths }));
}

/** Numbers in names count as numbers: episode 2 before 10, and so the parts of observations. */
function inOrder(names: readonly string[]): string[] {
  return names.toSorted(new Intl.Collator("en", { numeric: true }).compare);
}

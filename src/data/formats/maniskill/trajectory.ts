/** What tells ManiSkill's files, apart from the reader, because recognising them needs no more. */
import type { DataFiles } from "../../containers/files.js";

/** The groups of episodes. */
export const trajectory = /^traj_(\d{1,9})$/;

const largestProbe = 2 ** 20;

/** Of a folder with one HDF5 file and, under the same name, the JSON that ManiSkill writes beside it. */
export interface TrajectoryFolder {
  readonly data: string;
  readonly json: string;
}

export function trajectoryFolder(files: DataFiles): TrajectoryFolder | undefined {
  if (files.kind !== "folder") return undefined;
  const [data, ...others] = files.paths.filter((path) => path.endsWith(".h5"));
  if (data === undefined || others.length > 0) return undefined;
  const json = data.replace(/h5$/, "json");
  return files.paths.includes(json) && isRecorded(files, json) ? { data, json } : undefined;
}

function isRecorded(files: DataFiles, path: string): boolean {
  try {
    const file = files.open(path);
    const text = new TextDecoder().decode(file.read(0, Math.min(file.size, largestProbe)));
    return text.includes('"env_info"') && text.includes('"episodes"');
  } catch {
    return false;
  }
}

/**
 * Layouts of HDF5 files that are recognised and not read: what they are, and what turns them into one that is. As
 * known-layouts.ts, asked once no format knows the file.
 *
 * ALOHA's files are written by act/record_sim_episodes.py and aloha_scripts/record_episodes.py: an episode a file, with
 * action, observations/qpos, observations/qvel and observations/images.
 */
import { DataError } from "../../errors.js";
import type { DataFiles } from "../containers/files.js";
import { listed, printable, quoted } from "../containers/refusal.js";
import { rowRole } from "./flat/row-names.js";
import { type Hdf5Outline, hdf5Outline } from "./outline.js";

interface Hdf5Layout {
  /** To follow `"name" is`. */
  readonly what: string;
  /** The next step, a sentence's end. */
  readonly next: string;
}

/** @throws DataError for a file of a layout that is known here; of all others it says nothing */
export async function refuseKnownHdf5(files: DataFiles): Promise<void> {
  const outline = await hdf5Outline(files);
  const layout = outline && (aloha(outline) ?? observationGroup(outline) ?? rowsInGroup(outline) ?? groups(outline));
  if (layout)
    throw new DataError(`"${files.name}" is ${layout.what}, which is not read here; with h5py, ${layout.next}.`);
}

function aloha({ arrays, groups }: Hdf5Outline): Hdf5Layout | undefined {
  if (!arrays.has("action") || !groups.get("observations")?.includes("qpos")) return undefined;
  return {
    what: "one episode of ALOHA or ACT, without rewards",
    next: 'write all its files into one, each as a group "data/demo_N" with "obs", "actions", "rewards" and "dones" (1 in the last row where it succeeded)',
  };
}

function observationGroup({ arrays, groups }: Hdf5Outline): Hdf5Layout | undefined {
  const [name, keys] = [...groups].find(([group]) => rowRole(group) === "observations") ?? [];
  if (name === undefined || !saysActions(arrays.keys())) return undefined;
  return {
    what: `a file of flat rows whose observations are in a group (${listed(
      keys!.map((key) => `${name}/${key}`),
      4,
    )})`,
    next: 'join their columns into one array "observations" at the top, a row a step',
  };
}

function rowsInGroup({ arrays, groups }: Hdf5Outline): Hdf5Layout | undefined {
  const [only, ...others] = [...groups].filter(([, keys]) => saysRows(keys));
  if (only === undefined || others.length > 0 || arrays.size > 0 || /\d$/.test(only[0])) return undefined;
  const [name] = only;
  return {
    what: `a file of flat rows in the group ${quoted(name)}`,
    next: `move its arrays to the top, as in file.move("${printable(name)}/actions", "actions")`,
  };
}

function groups({ groups: found }: Hdf5Outline): Hdf5Layout | undefined {
  const episodes = [...found].filter(([, keys]) => saysActions(keys)).map(([name]) => name);
  if (episodes.length === 0) return undefined;
  return {
    what: `a file with a group an episode of no known library (${listed(episodes, 4)})`,
    next: 'name the groups "data/demo_0", "data/demo_1" and so on, with "obs", "actions", "rewards" and "dones" (1 where the task ended) in each',
  };
}

function saysActions(names: Iterable<string>): boolean {
  return [...names].some((name) => rowRole(name) === "actions");
}

function saysRows(names: readonly string[]): boolean {
  return saysActions(names) && names.some((name) => rowRole(name) === "observations");
}

/**
 * What is said of files that no format knows: the layout that they have and the next step, or what flat rows lack in them.
 */
import { beginsWith, type DataFiles, onlyFile } from "../containers/files.js";
import { HDF5_SIGNATURE } from "../containers/hdf5/hdf5-module.js";
import { listed, quoted } from "../containers/refusal.js";
import { ZIP_SIGNATURE, zipEntries } from "../containers/zip/zip.js";
import { counted, listed as listedInWords } from "../figures.js";

import { isEpisodeFile, rowRole } from "./flat/row-names.js";
import { begins, type Glance, layouts } from "./known-layouts.js";
import { type Hdf5Outline, hdf5Outline, npzOutline } from "./outline.js";

const STARTS = 512;

/** A sentence of what the files are and what to do, where that is known. */
export async function refuseKnownLayout(files: DataFiles): Promise<string | undefined> {
  const outline = await hdf5Outline(files);
  if (outline !== undefined) return hdf5Refusal(files.name, outline);
  const arrays = npzOutline(files);
  if (arrays !== undefined) return npzRefusal(files.name, arrays);
  const seen = glanceAt(files);
  const layout = layouts.find((candidate) => candidate.seen(seen));
  if (layout === undefined) return undefined;
  const what = typeof layout.what === "string" ? layout.what : layout.what(seen);
  return `"${files.name}" is ${what}${layout.obvious ? "" : ", which is not read here"}; ${layout.next}.`;
}

/** A sentence of what files seem to be of which nothing else is known. */
export function refuseUnknown(files: DataFiles): string {
  const seen = glanceAt(files);
  const { kind, start } = seen;
  const isText = kind === "file" && !/[^\t\r\n\x20-\x7e\x80-\xff]/.test(start);
  const isHdf5 = begins(String.fromCharCode(...HDF5_SIGNATURE))(seen);
  const binary = isHdf5 ? "an HDF5 file" : "a binary file";
  const text = /^\s*[[{]/.test(start) ? "JSON" : "text";
  const what = kind === "folder" ? `a folder of ${endingsIn(seen.paths)}` : isText ? text : binary;
  const mapping = isText
    ? '; a log needs a mapping of its columns (--mapping FILE, see "Application logs" in docs/data.md)'
    : "";
  return `"${files.name}" seems to be ${what}, which fits no format of datasets; docs/data.md has a table of those that are read${mapping}.`;
}

/** "12 files .png and 1 file .txt" */
function endingsIn(paths: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const ending = /\.[^./]+$/.exec(path)?.[0] ?? "without an ending";
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return listedInWords(
    sorted.map(([ending, count]) => `${counted(count, "file")} ${ending}`),
    4,
  );
}

/** What flat rows lack in it, which most files of arrays are. */
function hdf5Refusal(name: string, { arrays, groups }: Hdf5Outline): string {
  const lacking = lackingRoles(arrays.keys());
  const holds = [
    ...Array.from(arrays, ([key, shape]) => `${quoted(key)} [${shape.join(", ")}]`),
    ...Array.from(groups.keys(), (key) => `${quoted(`${key}/`)}`),
  ];
  const shown = holds.slice(0, 8).join(", ") || "nothing";
  const more = holds.length > 8 ? ` and ${holds.length - 8} more` : "";
  return `"${name}" is an HDF5 file of an unknown layout; at its top: ${shown}${more}. Flat rows lack ${listed(lacking)} there: store observations, actions and rewards with a row a step, and terminals, timeouts or episode_id.`;
}

function npzRefusal(name: string, arrays: ReadonlySet<string>): string {
  if (isEpisodeFile(arrays))
    return `"${name}" looks like one file of a folder of episodes, whose rows have the action that led to them; give its folder, or, if each row has the action that follows its observation, say --from transitions.`;
  const lacking = lackingRoles(arrays);
  if (lacking.length > 0)
    return `"${name}" has ${listed(arrays)} but no ${lacking.join(", no ")}; add them, one row a step, with terminals, timeouts or episode_id.`;
  if (arrays.has("indices"))
    return `"${name}" has observations, actions and rewards, and "indices" as imitation's trajectories, which also have obs, acts, rews and terminal; name them so, or, if "indices" say nothing about episodes, say --from transitions.`;
  return `"${name}" has observations, actions and rewards but no mark of where episodes end; add terminals, timeouts or episode_id, or say --from transitions --horizon STEPS where all episodes are of one length.`;
}

function lackingRoles(names: Iterable<string>): string[] {
  const said = new Set(Array.from(names, rowRole));
  return (["observations", "actions", "rewards"] as const).filter((role) => !said.has(role));
}

function glanceAt(files: DataFiles): Glance {
  const { name, kind, paths } = files;
  if (kind === "folder") return { name, kind, paths, size: 0, start: "", entries: [] };
  const file = files.open(paths[0]!);
  const start = String.fromCharCode(...file.read(0, Math.min(file.size, STARTS)));
  return { name, kind, paths, size: file.size, start, entries: entriesOf(files) };
}

function entriesOf(files: DataFiles): string[] {
  if (!beginsWith(files, ZIP_SIGNATURE)) return [];
  try {
    return [...zipEntries(onlyFile(files), "").keys()];
  } catch {
    return [];
  }
}

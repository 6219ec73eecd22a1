/**
 * Layouts that are recognised and not read: what is seen of them, what they are, and what to do instead. A refusal that
 * names the layout says more than a list of formats. What stands here is asked last, once no format knows the files.
 */
import { beginsWith, type DataFiles } from "../containers/files.js";
import { HDF5_SIGNATURE } from "../containers/hdf5/hdf5-module.js";
import { isOldTorch } from "../containers/numpy/pickle-signature.js";
import { listed, quoted } from "../containers/refusal.js";
import { ZIP_SIGNATURE, zipEntries } from "../containers/zip/zip.js";
import { counted, listed as listedInWords } from "../figures.js";

import { isEpisodeFile, rowRole } from "./flat/row-names.js";
import { type Hdf5Outline, hdf5Outline, npzOutline } from "./outline.js";

/** What of a dataset is looked at. */
interface Glance {
  readonly name: string;
  readonly kind: "file" | "folder";
  readonly paths: readonly string[];
  readonly size: number;
  /** The first bytes of a file, one character each. */
  readonly start: string;
  /** The names in a zip archive. */
  readonly entries: readonly string[];
}

interface KnownLayout {
  /** To follow `"name" is`. */
  readonly what: string | ((seen: Glance) => string);
  readonly seen: (seen: Glance) => boolean;
  /** The next step, a sentence's end: "unpack it first". */
  readonly next: string;
  /** Set where it goes without saying that this is not read. */
  readonly obvious?: true;
}

const STARTS = 512;
const asD4RL =
  "load it in Python and write its rows with h5py as D4RL does: observations, actions, rewards, terminals and timeouts, a row a step";
const asLog =
  'load it in Python and write a log of JSON lines, one object a step with episode, step, observation, action, reward, terminated and truncated (see "Application logs" in docs/data.md)';
const oneByOne = 'give one of them, and put those together that belong together with "calql data merge"';
const unpacking = "unpack it and give the folder or the file in it";

const asCsv =
  'save its sheet as CSV, one row a step, and say in a mapping which column is what (see "Application logs" in docs/data.md)';
const missingBesidePictures =
  "actions, rewards and the ends of episodes are needed as well; give the dataset that holds them";
const PICTURE = /\.(png|jpe?g|gif|bmp|webp|tiff?)$/i;

const begins =
  (...words: string[]) =>
  ({ start }: Glance) =>
    words.some((word) => start.startsWith(word));
const ending =
  (pattern: RegExp) =>
  ({ paths }: Glance) =>
    paths.some((path) => pattern.test(path));
const folder =
  (...wanted: RegExp[]) =>
  (seen: Glance) =>
    seen.kind === "folder" && wanted.every((pattern) => ending(pattern)(seen));

const office =
  (part: string) =>
  ({ entries }: Glance) =>
    entries.includes("[Content_Types].xml") && entries.some((entry) => entry.startsWith(`${part}/`));

function isOpenDocument({ start, entries }: Glance, kind: string): boolean {
  return entries.includes("content.xml") && start.includes(`application/vnd.oasis.opendocument.${kind}`);
}

/** The files in a folder or an archive. */
function filesIn({ kind, paths, entries }: Glance): readonly string[] {
  return kind === "folder" ? paths : entries.filter((entry) => !entry.endsWith("/"));
}

/** In the order in which they are asked: the particular before the general. */
const layouts: readonly KnownLayout[] = [
  { what: "empty", seen: ({ kind, size }) => kind === "file" && size === 0, next: "copy it again", obvious: true },
  {
    what: "an empty folder",
    seen: ({ kind, paths }) => kind === "folder" && paths.length === 0,
    next: "copy the dataset again",
    obvious: true,
  },
  {
    what: "a pointer of Git LFS and not the data themselves",
    seen: begins("version https://git-lfs"),
    next: 'fetch them with "git lfs pull"',
    obvious: true,
  },
  {
    what: "a web page",
    seen: ({ start }) => /^\s*<(!doctype html|html)/i.test(start),
    next: "download the file itself, which may need a login or another address",
    obvious: true,
  },
  {
    what: "a dataset of TensorFlow (TFDS, RLDS)",
    seen: folder(/(^|\/)(dataset_info|features)\.json$/, /\.tfrecord/),
    next: asLog,
  },
  { what: "in TensorFlow's TFRecord files", seen: ending(/\.tfrecord/), next: asLog },
  {
    what: ({ paths }) => `several of Hugging Face's datasets (${listed(splitsIn(paths), 4)})`,
    seen: folder(/^dataset_dict\.json$/),
    next: "give the folder of one of them",
  },
  {
    what: "in the first version of LeRobot's format",
    seen: folder(/^meta_data\/info\.json$/),
    next: "convert it to version 2.1 or 3.0 with LeRobot",
  },
  { what: "a Zarr store", seen: folder(/(^|\/)(\.zgroup|\.zarray|\.zmetadata|zarr\.json)$/), next: asD4RL },
  {
    what: ({ paths }) => `a folder of ${paths.length} files and no dataset of one (${listed(paths, 4)})`,
    seen: folder(/\.(hdf5|h5|parquet|jsonl|ndjson|csv|pkl|pickle)$/),
    next: oneByOne,
  },
  {
    what: ({ paths }) => `a folder of NumPy's files of an unknown layout (${listed(paths, 4)})`,
    seen: folder(/\.np[yz]$/),
    next: asD4RL,
  },
  {
    what: "a model of Stable-Baselines3 and no data",
    seen: ({ entries }) => entries.includes("policy.pth"),
    next: "give the data",
    obvious: true,
  },
  {
    what: "a file of torch.save",
    seen: ({ entries, start }) =>
      entries.some((entry) => entry.endsWith("/data.pkl")) ||
      isOldTorch(Uint8Array.from(start, (character) => character.charCodeAt(0))),
    next: asD4RL,
  },
  { what: "an Excel workbook", seen: office("xl"), next: asCsv },
  { what: "a spreadsheet of OpenDocument", seen: (seen) => isOpenDocument(seen, "spreadsheet"), next: asCsv },
  {
    what: "a document and no data",
    seen: (seen) => office("word")(seen) || office("ppt")(seen) || isOpenDocument(seen, "") || begins("%PDF-")(seen),
    next: "give the data",
    obvious: true,
  },
  {
    what: "a document of an old Office program",
    seen: begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    next: asCsv,
  },
  {
    what: (seen) =>
      `${seen.kind === "folder" ? "a folder" : "a zip archive"} that holds only pictures (${counted(filesIn(seen).length, "file")})`,
    seen: (seen) => filesIn(seen).length > 0 && filesIn(seen).every((path) => PICTURE.test(path)),
    next: missingBesidePictures,
    obvious: true,
  },
  {
    what: "a picture",
    seen: begins("\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF8"),
    next: missingBesidePictures,
    obvious: true,
  },
  {
    what: "a damaged archive, or one that was cut short",
    seen: (seen) => begins("PK\x03\x04")(seen) && seen.entries.length === 0,
    next: "copy it again",
  },
  {
    what: ({ entries }) => `a zip archive (of ${listed(entries, 4)})`,
    seen: begins("PK\x03\x04"),
    next: unpacking,
  },
  {
    what: "compressed",
    seen: begins("\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd7zXZ\0", "BZh", "7z\xbc\xaf\x27\x1c"),
    next: "unpack it first, e.g. with gunzip, unzstd, unxz, bunzip2 or 7z",
  },
  { what: "a tar archive", seen: ({ start }) => start.slice(257, 262) === "ustar", next: unpacking },
  { what: "a file of MATLAB's", seen: begins("MATLAB 5.0 MAT-file", "MATLAB 7.3 MAT-file"), next: asD4RL },
  { what: "a recording of ROS (bag)", seen: begins("#ROSBAG"), next: asLog },
  { what: "a recording of MCAP", seen: begins("\x89MCAP0\r\n"), next: asLog },
  { what: "a recording of Rerun", seen: begins("RRF"), next: asLog },
  { what: "a database of SQLite, as ROS 2 records", seen: begins("SQLite format 3\0"), next: asLog },
  {
    what: "a table of Arrow (Feather)",
    seen: begins("ARROW1", "\xff\xff\xff\xff"),
    next: 'write it as Parquet, one row a step, with pyarrow.parquet.write_table (see "Application logs" in docs/data.md)',
  },
];

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
    return [...zipEntries(files.open(files.paths[0]!), "").keys()];
  } catch {
    return [];
  }
}

/** The folders at the top. */
function splitsIn(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => (path.includes("/") ? [path.slice(0, path.indexOf("/"))] : [])))];
}

import { isOldTorch } from "../containers/numpy/pickle-signature.js";
import { listed } from "../containers/refusal.js";
import { counted } from "../figures.js";

/** What of a dataset is looked at. */
export interface Glance {
  readonly name: string;
  readonly kind: "file" | "folder";
  readonly paths: readonly string[];
  readonly size: number;
  /** The first bytes of a file, one character each. */
  readonly start: string;
  /** The names in a zip archive. */
  readonly entries: readonly string[];
}

export interface KnownLayout {
  /** To follow `"name" is`. */
  readonly what: string | ((seen: Glance) => string);
  readonly seen: (seen: Glance) => boolean;
  /** The next step, a sentence's end: "unpack it first". */
  readonly next: string;
  /** Set where it goes without saying that this is not read. */
  readonly obvious?: true;
}

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

/** Whether a file begins with one of these. */
export const begins =
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
export const layouts: readonly KnownLayout[] = [
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
    what: ({ paths }) => `a folder of ${counted(paths.length, "file")} and no dataset of one (${listed(paths, 4)})`,
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

/** The folders at the top. */
function splitsIn(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => (path.includes("/") ? [path.slice(0, path.indexOf("/"))] : [])))];
}

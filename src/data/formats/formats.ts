/**
 * All formats of datasets: how each recognises its own files, and which modules read and write it. These load when a
 * dataset in their format is first opened or written.
 */
import { DataError, unknownName } from "../../errors.js";
import { beginsWith, type DataFile, type DataFiles } from "../containers/files.js";
import { HDF5_SIGNATURE } from "../containers/hdf5/hdf5-module.js";
import { NPY_MAGIC } from "../containers/numpy/npy.js";
import { looksLikePickle } from "../containers/numpy/pickle-signature.js";
import { looksLikeParquet } from "../containers/parquet/parquet-footer.js";
import { zipEntries } from "../containers/zip/zip.js";
import type { EpisodeSource } from "../episode-source.js";
import { areTransitions, sayAll } from "./flat/row-names.js";
import { type DatasetFormat, type ReadOptions, refuseOptions } from "./format.js";
import { trajectory, trajectoryFolder } from "./maniskill/trajectory.js";
import { minariFormat } from "./minari/minari-format.js";
import { isOGBench, mayBeOGBench } from "./ogbench/ogbench-names.js";
import { hdf5Outline, npzOutline } from "./outline.js";
import { RLLIB_START } from "./rllib/rllib-start.js";
import { demonstration } from "./robomimic/demonstration.js";

/** calql's own; see calql-layout.ts for what is in it. */
export const calqlFormat: DatasetFormat = {
  id: "calql",
  description: "calql: raw arrays in checked blocks, for data larger than memory",
  extensions: [".calql/"],
  recognises: ({ kind, paths }) =>
    kind === "folder" && ["manifest.json", "blocks.u32"].every((path) => paths.includes(path)),
  async open(files, options) {
    refuseOptions(files.name, "in the format calql", options, []);
    return (await import("./calql/calql-reader.js")).openCalql(files, options);
  },
  create: async (target, header) => (await import("./calql/calql-writer.js")).createCalql(target, header),
};

export const d4rlFormat: DatasetFormat = {
  id: "d4rl",
  description: "D4RL HDF5: flat arrays over all rows",
  extensions: [".hdf5", ".h5"],
  async recognises(files) {
    if (!beginsWith(files, HDF5_SIGNATURE)) return false;
    const outline = await hdf5Outline(files);
    // What is too damaged to be listed is told so by the reader.
    return outline === undefined || sayAll(outline.arrays.keys(), ["observations", "actions"]);
  },
  async open(files, options) {
    refuseOptions(files.name, "a D4RL HDF5 file", options, flatOptions);
    const { openD4RL } = await import("./d4rl/d4rl.js");
    return openD4RL(onlyFile(files), files.name, withFallbackHorizon(options));
  },
  create: async (target, header) =>
    (await import("./d4rl/d4rl-writer.js")).createD4RL(target.create("data.hdf5"), header),
};

/** LeRobot's (Hugging Face). */
export const lerobotFormat: DatasetFormat = {
  id: "lerobot",
  description: "LeRobot v2 and v3: a folder with meta/info.json and data/*.parquet",
  losesActionBounds: true,
  extensions: [".lerobot/"],
  recognises: ({ kind, paths }) => kind === "folder" && paths.includes("meta/info.json"),
  async open(files, options) {
    const meaningful = ["observationKeys", "ignore", "doneMeans", "horizon", "successReward"] as const;
    refuseOptions(files.name, "a LeRobot dataset", options, meaningful);
    return (await import("./lerobot/lerobot.js")).openLeRobot(files, options);
  },
  create: async (target, header) => (await import("./lerobot/lerobot-writer.js")).createLeRobot(target, header),
};

/** What means something to a log, whatever its rows are written in. */
const logOptions: readonly (keyof ReadOptions)[] = ["mapping", "ignore", "doneMeans", "horizon", "successReward"];

export const parquetFormat: DatasetFormat = {
  id: "parquet",
  description: "Parquet: an application's log, one row a step",
  losesActionBounds: true,
  extensions: [".parquet"],
  recognises: (files) => files.kind === "file" && holds(() => looksLikeParquet(onlyFile(files))),
  async open(files, options) {
    refuseOptions(files.name, "a log in Parquet", options, logOptions);
    const [{ openLog }, { openParquetLog }] = await Promise.all([
      import("./logs/log-reader.js"),
      import("./logs/log-parquet.js"),
    ]);
    return openLog(await openParquetLog(onlyFile(files), `"${files.name}"`), files.name, options);
  },
  create: async (target, header) => (await import("./logs/log-writer.js")).createParquetLog(target, header),
};

export const jsonLinesFormat: DatasetFormat = {
  id: "jsonl",
  description: "JSON lines: an application's log, one object a step",
  losesActionBounds: true,
  extensions: [".jsonl", ".ndjson"],
  recognises: async (files) =>
    files.kind === "file" &&
    (/\.(jsonl|ndjson)(\.gz)?$/i.test(files.name) || (await startsLike(files, /^\s*(\[\s*)?\{\s*"/))) &&
    !(await startsLike(files, RLLIB_START)),
  async open(files, options) {
    refuseOptions(files.name, "a log of JSON lines", options, logOptions);
    const [{ openLog }, { openJsonLines }] = await Promise.all([
      import("./logs/log-reader.js"),
      import("./logs/log-jsonl.js"),
    ]);
    return openLog(openJsonLines(onlyFile(files), `"${files.name}"`), files.name, options);
  },
  create: async (target, header) => (await import("./logs/log-writer.js")).createJsonLines(target, header),
};

export const csvFormat: DatasetFormat = {
  id: "csv",
  description: "CSV: an application's log, one row a step",
  losesActionBounds: true,
  extensions: [".csv", ".tsv"],
  recognises: (files) => files.kind === "file" && /\.(csv|tsv)(\.gz)?$/i.test(files.name),
  async open(files, options) {
    refuseOptions(files.name, "a log in CSV", options, logOptions);
    const [{ openLog }, { openCsvLog }] = await Promise.all([
      import("./logs/log-reader.js"),
      import("./logs/log-csv.js"),
    ]);
    return openLog(openCsvLog(onlyFile(files), `"${files.name}"`), files.name, options);
  },
};

export const rllibFormat: DatasetFormat = {
  id: "rllib",
  description: "RLlib's JSON: a batch of rows a line, a file or a folder of such",
  extensions: [".json"],
  recognises: (files) => (files.kind === "file" || files.paths.every(isJson)) && startsLike(files, RLLIB_START),
  async open(files, options) {
    const meaningful = ["ignore", "doneMeans", "horizon", "successReward"] as const;
    refuseOptions(files.name, "in RLlib's format, whose lines hold a batch of rows each", options, meaningful);
    return (await import("./rllib/rllib.js")).openRllib(files, options);
  },
};

export const adroitNpyFormat: DatasetFormat = {
  id: "adroit-npy",
  description: "Adroit .npy: pickled trajectories of the binary tasks",
  extensions: [".npy"],
  recognises: (files) => beginsWith(files, NPY_MAGIC),
  open: openTrajectoryList,
};

/** DAPG's demonstrations, Decision Transformer's data, and others of their kind. */
export const pickleFormat: DatasetFormat = {
  id: "pickle",
  description: "pickled trajectories: a list of dictionaries with observations, actions and rewards",
  extensions: [".pkl", ".pickle"],
  recognises: (files) => files.kind === "file" && holds(() => looksLikePickle(files.name, onlyFile(files))),
  open: openTrajectoryList,
};

export const ogbenchFormat: DatasetFormat = {
  id: "ogbench",
  description: "OGBench .npz: rows of trajectories, rewards from a goal",
  extensions: [".npz"],
  recognises(files) {
    const names = npzOutline(files);
    return names !== undefined && mayBeOGBench(names);
  },
  async open(files, options) {
    refuseOptions(files.name, "in OGBench's format", options, ["goal"]);
    return (await import("./ogbench/ogbench.js")).openOGBench(files, options);
  },
};

/** Transitions as code around Stable-Baselines3, CleanRL, TD3 and JaxRL saves them. */
export const transitionsFormat: DatasetFormat = {
  id: "transitions",
  description: "transitions .npz: arrays over all rows, as replay buffers are saved",
  extensions: [".npz"],
  recognises(files) {
    const names = npzOutline(files);
    return names !== undefined && !isOGBench(names) && areTransitions(names);
  },
  async open(files, options) {
    refuseOptions(files.name, "an .npz file of transitions", options, flatOptions);
    return (await import("./transitions/transitions.js")).openTransitions(files, withFallbackHorizon(options));
  },
};

/** robomimic's and robosuite's; see demonstration.ts. */
export const robomimicFormat: DatasetFormat = {
  id: "robomimic",
  description: "robomimic HDF5: a group data/demo_N per demonstration",
  extensions: [],
  async recognises(files) {
    const outline = await hdf5Outline(files);
    return outline?.groups.get("data")?.some((name) => demonstration.test(name)) === true;
  },
  async open(files, options) {
    const meaningful = ["observationKeys", "ignore", "doneMeans", "successReward"] as const;
    const horizon = options.doneMeans === "either" ? (["horizon"] as const) : [];
    refuseOptions(files.name, "a robomimic file", options, [...meaningful, ...horizon]);
    return (await import("./robomimic/robomimic.js")).openRobomimic(files, options);
  },
};

export const maniskillFormat: DatasetFormat = {
  id: "maniskill",
  description: "ManiSkill: HDF5 with a group traj_N per episode, or its folder",
  extensions: [],
  async recognises(files) {
    if (files.kind === "folder") return trajectoryFolder(files) !== undefined;
    const groups = (await hdf5Outline(files))?.groups ?? [];
    return [...groups].some(([name, keys]) => trajectory.test(name) && keys.includes("actions"));
  },
  async open(files, options) {
    refuseOptions(files.name, "a ManiSkill file", options, ["observationKeys", "ignore", "successReward"]);
    return (await import("./maniskill/maniskill.js")).openManiSkill(files, options);
  },
};

/** Of d3rlpy 2; the files of d3rlpy 1 are in D4RL's layout. */
export const d3rlpyFormat: DatasetFormat = {
  id: "d3rlpy",
  description: "d3rlpy 2 HDF5: arrays numbered by episode",
  extensions: [],
  async recognises(files) {
    const arrays = (await hdf5Outline(files))?.arrays;
    return arrays !== undefined && ["num_episodes", "actions_0", "terminated_0"].every((key) => arrays.has(key));
  },
  async open(files, options) {
    refuseOptions(files.name, "a file of d3rlpy 2", options, ["observationKeys", "ignore", "successReward"]);
    return (await import("./d3rlpy/d3rlpy.js")).openD3rlpy(files, options);
  },
};

const flatOptions = ["horizon", "ignore", "doneMeans"] as const;

function withFallbackHorizon(options: ReadOptions): ReadOptions {
  const { fallbackHorizon, horizon = fallbackHorizon } = options;
  return { ...options, ...(horizon !== undefined && { horizon }) };
}

/** The library imitation's (HumanCompatibleAI). */
export const imitationFormat: DatasetFormat = {
  id: "imitation",
  description: "imitation's trajectories: .npz, or a folder of Hugging Face's datasets",
  extensions: [],
  recognises: (files) =>
    files.kind === "folder"
      ? ["dataset_info.json", "state.json"].every((path) => files.paths.includes(path))
      : ["obs", "acts", "terminal", "indices"].every((key) => npzOutline(files)?.has(key) === true),
  async open(files, options) {
    refuseOptions(files.name, "imitation's trajectories", options, []);
    return (await import("./imitation/imitation.js")).openImitation(files, options);
  },
};

/** ExORL's, V-D4RL's and DreamerV2's. */
export const episodeFilesFormat: DatasetFormat = {
  id: "episode-files",
  description:
    "a folder of one .npz an episode, with the action that led to each observation (ExORL, V-D4RL, DreamerV2)",
  extensions: [],
  recognises: (files) => files.kind === "folder" && holds(() => hasEpisodeFile(files)),
  async open(files, options) {
    refuseOptions(files.name, "a folder of episodes", options, ["observationKeys", "ignore"]);
    return (await import("./episode-files/episode-files.js")).openEpisodeFiles(files, options);
  },
};

/** Every format that can be read, in the order in which a file is tried; those with `create` can be written too. */
export const datasetFormats: readonly DatasetFormat[] = [
  calqlFormat,
  minariFormat,
  d4rlFormat,
  lerobotFormat,
  parquetFormat,
  jsonLinesFormat,
  csvFormat,
  rllibFormat,
  adroitNpyFormat,
  pickleFormat,
  imitationFormat,
  episodeFilesFormat,
  ogbenchFormat,
  transitionsFormat,
  robomimicFormat,
  maniskillFormat,
  d3rlpyFormat,
];

/**
 * The format that the files are in.
 * @param from the word for it, where the caller knows
 * @throws DataError when no format knows them, or several do; UsageError for a word that names none
 */
export async function recogniseFormat(files: DataFiles, from?: string): Promise<DatasetFormat> {
  if (from !== undefined) return formatNamed(from);
  const found: DatasetFormat[] = [];
  for (const format of datasetFormats) if (await format.recognises(files)) found.push(format);
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new DataError(
      `"${files.name}" could be ${found.map(({ description }) => description).join(" or ")}; say which it is with ${found.map(({ id }) => `--from ${id}`).join(" or ")}.`,
    );
  const { refuseKnownLayout } = await import("./known-layouts.js");
  const refusal = refuseKnownLayout(files);
  if (refusal !== undefined) throw new DataError(refusal);
  throw new DataError(
    `"${files.name}" is in no format of datasets that is known here (${datasetFormats.map(({ description }) => description).join("; ")}); convert it to one of them.`,
  );
}

async function openTrajectoryList(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  refuseOptions(files.name, "a pickle of trajectories", options, ["observationKeys", ...flatOptions]);
  const { openTrajectoryList } = await import("./trajectory-lists/trajectory-list.js");
  return openTrajectoryList(files, withFallbackHorizon(options));
}

function formatNamed(id: string): DatasetFormat {
  const format = datasetFormats.find((candidate) => candidate.id === id);
  if (format) return format;
  throw unknownName(
    "format",
    id,
    datasetFormats.map((candidate) => candidate.id),
  );
}

/** Whether the first .npz of a folder has an action, a reward, and what only these layouts have beside them. */
function hasEpisodeFile(files: DataFiles): boolean {
  const path = files.paths.find((candidate) => candidate.endsWith(".npz"));
  if (path === undefined) return false;
  const keys = zipEntries(files.open(path), "");
  const has = (key: string) => keys.has(`${key}.npy`);
  return has("action") && has("reward") && ["discount", "is_first", "is_terminal"].some(has);
}

function onlyFile(files: DataFiles): DataFile {
  return files.open(files.paths[0]!);
}

/** Whether the only file of a dataset, or the first of its files, begins with such a text, packed or not. */
async function startsLike(files: DataFiles, pattern: RegExp): Promise<boolean> {
  if (files.paths.length === 0) return false;
  const { startOf, textFile } = await import("../containers/text-file.js");
  return holds(() => pattern.test(startOf(textFile(onlyFile(files), ""))));
}

function isJson(path: string): boolean {
  return /\.jsonl?(\.gz)?$/i.test(path);
}

/** Whether something holds of a file; what cannot be read is not of the format. */
function holds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}

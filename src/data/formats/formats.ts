/**
 * All formats of datasets: how each recognises its own files, and which modules read and write it. These load when a
 * dataset in their format is first opened or written.
 */
import { DataError, unknownName } from "../../errors.js";
import { beginsWith, type DataFile, type DataFiles } from "../containers/files.js";
import { HDF5_SIGNATURE } from "../containers/hdf5/hdf5-module.js";
import { NPY_MAGIC } from "../containers/numpy/npy.js";
import { looksLikeParquet } from "../containers/parquet/parquet-footer.js";
import { areTransitions, sayAll } from "./flat/row-names.js";
import { type DatasetFormat, type ReadOptions, refuseOptions } from "./format.js";
import { minariFormat } from "./minari/minari-format.js";
import { isOGBench, mayBeOGBench } from "./ogbench/ogbench-names.js";
import { hdf5Outline, npzOutline } from "./outline.js";

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
    refuseOptions(files.name, "a LeRobot dataset", options, ["observationKeys"]);
    return (await import("./lerobot/lerobot.js")).openLeRobot(files, options);
  },
  create: async (target, header) => (await import("./lerobot/lerobot-writer.js")).createLeRobot(target, header),
};

export const parquetFormat: DatasetFormat = {
  id: "parquet",
  description: "Parquet: an application's log, one row a step",
  losesActionBounds: true,
  extensions: [".parquet"],
  recognises: (files) => files.kind === "file" && holds(() => looksLikeParquet(onlyFile(files))),
  async open(files, options) {
    refuseOptions(files.name, "a log in Parquet", options, ["mapping"]);
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
  recognises: (files) =>
    files.kind === "file" &&
    (/\.(jsonl|ndjson)$/i.test(files.name) || holds(() => /^\s*\{\s*"/.test(startOf(onlyFile(files))))),
  async open(files, options) {
    refuseOptions(files.name, "a log of JSON lines", options, ["mapping"]);
    const [{ openLog }, { openJsonLines }] = await Promise.all([
      import("./logs/log-reader.js"),
      import("./logs/log-jsonl.js"),
    ]);
    return openLog(openJsonLines(onlyFile(files), `"${files.name}"`), files.name, options);
  },
  create: async (target, header) => (await import("./logs/log-writer.js")).createJsonLines(target, header),
};

export const adroitNpyFormat: DatasetFormat = {
  id: "adroit-npy",
  description: "Adroit .npy: pickled trajectories of the binary tasks",
  extensions: [".npy"],
  recognises: (files) => beginsWith(files, NPY_MAGIC),
  async open(files, options) {
    refuseOptions(files.name, "in the Adroit .npy format", options, ["observationKeys"]);
    return (await import("./adroit/adroit-npy.js")).openAdroitNpy(files, options);
  },
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

const flatOptions = ["horizon", "ignore", "doneMeans"] as const;

function withFallbackHorizon(options: ReadOptions): ReadOptions {
  const { fallbackHorizon, horizon = fallbackHorizon } = options;
  return { ...options, ...(horizon !== undefined && { horizon }) };
}

/** Every format that can be read, in the order in which a file is tried; those with `create` can be written too. */
export const datasetFormats: readonly DatasetFormat[] = [
  calqlFormat,
  minariFormat,
  d4rlFormat,
  lerobotFormat,
  parquetFormat,
  jsonLinesFormat,
  adroitNpyFormat,
  ogbenchFormat,
  transitionsFormat,
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
  throw new DataError(
    `"${files.name}" is in no format of datasets that is known here (${datasetFormats.map(({ description }) => description).join("; ")}); convert it to one of them.`,
  );
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

function onlyFile(files: DataFiles): DataFile {
  return files.open(files.paths[0]!);
}

/** The first characters of a file. */
function startOf(file: DataFile): string {
  return new TextDecoder().decode(file.read(0, Math.min(file.size, 64)));
}

/** Whether something holds of a file; what cannot be read is not of the format. */
function holds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}

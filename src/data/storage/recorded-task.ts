/**
 * The task that a dataset on disk says it was recorded in, where its format has a place for that: D4RL files from
 * `calql data collect` and calql's own data name theirs, Minari, robomimic and ManiSkill name the environment.
 */
import { existsSync } from "node:fs";
import { type DataFile, type DataFiles, onlyFile, readWhole } from "../containers/files.js";
import { withHdf5 } from "../containers/hdf5/hdf5-module.js";
import { readAttributes } from "../containers/hdf5/hdf5-scalars.js";
import { watchTexts } from "../containers/hdf5/hdf5-texts.js";
import { parsePythonJson } from "../containers/python-json.js";
import { readD4RLMetadata } from "../formats/d4rl/d4rl-metadata.js";
import { recogniseFormat } from "../formats/formats.js";
import { diskFiles } from "./disk-files.js";

const LARGEST_JSON = 2 ** 26;

/** The name of the task; undefined where the data name none, or cannot be read. */
export async function taskNamedIn(path: string, from?: string): Promise<string | undefined> {
  try {
    const files = diskFiles(path);
    try {
      const { id } = await recogniseFormat(files, from);
      const task = Object.hasOwn(places, id) ? await places[id]!(files) : undefined;
      return typeof task === "string" && task !== "" ? task : undefined;
    } finally {
      files.close();
    }
  } catch {
    return undefined; // what is wrong with the file is reported where it is read
  }
}

/** Where the data of a format name their task. */
const places: Readonly<Record<string, (files: DataFiles) => Promise<unknown> | unknown>> = {
  d4rl: async (files) => (await readD4RLMetadata(onlyFile(files), files.name)).task,
  calql: (files) => jsonIn(files, "manifest.json").task,
  minari: async (files) => {
    const json = ["data/metadata.json", "metadata.json"].find((path) => files.paths.includes(path));
    const hdf5 = files.paths.find((path) => path.endsWith(".hdf5"));
    if (json === undefined && hdf5 === undefined) return undefined;
    const told = json ? jsonIn(files, json) : await attributesOf(files.open(hdf5!), "/", ["env_spec", "dataset_id"]);
    return fieldsOf(told.env_spec).id ?? told.dataset_id;
  },
  robomimic: async (files) => {
    // robosuite's own recordings have the name alone.
    const told = await attributesOf(onlyFile(files), "/data", ["env_args", "env_name", "env"]);
    return fieldsOf(told.env_args).env_name ?? told.env_name ?? told.env;
  },
  maniskill: (files) => {
    if (files.kind === "folder") return maniskillTask(files, files.paths.find((path) => path.endsWith(".json"))!);
    const beside = files.name.replace(/\.h5$/, ".json");
    if (beside === files.name || !existsSync(beside)) return undefined;
    const json = diskFiles(beside);
    try {
      return maniskillTask(json, json.paths[0]!);
    } finally {
      json.close();
    }
  },
};

function maniskillTask(files: DataFiles, path: string): unknown {
  return fieldsOf(jsonIn(files, path).env_info).env_id;
}

function jsonIn(files: DataFiles, path: string): Readonly<Record<string, unknown>> {
  return fieldsOf(new TextDecoder().decode(readWhole(files, path, LARGEST_JSON)));
}

/** The fields of an object, or of one that stands there as JSON. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(typeof value === "string" ? parsePythonJson(value, "metadata") : value);
}

async function attributesOf(file: DataFile, group: string, names: readonly string[]): Promise<Record<string, unknown>> {
  const watched = watchTexts(file, names, file.path);
  await withHdf5(watched.file, file.path, (hdf5) => readAttributes(hdf5, group));
  return Object.fromEntries(watched.texts());
}

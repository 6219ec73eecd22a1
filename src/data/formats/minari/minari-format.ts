/**
 * Minari datasets (Farama Foundation) as one of the formats: main_data.hdf5 with attributes (before version 0.5), or
 * metadata.json beside HDF5, Arrow or Parquet data. Given as the dataset's folder, its data folder, or the HDF5 file
 * itself. Episodes come in the order of their numbers, one in memory at a time.
 *
 * Facts: https://minari.farama.org/content/dataset_standards/
 */

import { DataError } from "../../../errors.js";
import { type ObservationParts, vectorParts } from "../../columns.js";
import { beginsWith, type DataFile, type DataFiles } from "../../containers/files.js";
import { HDF5_SIGNATURE } from "../../containers/hdf5/hdf5-module.js";
import { placesOf } from "../../containers/hdf5/hdf5-texts.js";
import { isActionCount } from "../../discrete-actions.js";
import type { EpisodeSource } from "../../episode-source.js";
import { type DatasetFormat, type ReadOptions, refuseOptions } from "../format.js";
import { assembleEpisode, type EpisodeLayout, type MinariStorage } from "./minari-episode.js";
import { readMetadata } from "./minari-metadata.js";
import {
  isPicture,
  type Leaf,
  leavesOf,
  pictureName,
  pictureOf,
  type Space,
  selectKeys,
  widthOf,
} from "./minari-space.js";

const mainFile = "main_data.hdf5";
const metadataFile = "metadata.json";
/** The names of episodes may stand anywhere in a file; so much of it is searched for them. */
const searchedBytes = 2 ** 28;
const blockBytes = 2 ** 22;
const largestProbe = 2 ** 20;

export const minariFormat: DatasetFormat = {
  id: "minari",
  description: "Minari: a folder with data/metadata.json, or main_data.hdf5",
  extensions: ["/"],
  recognises: (files) => (files.kind === "file" ? isEpisodeFile(files) : dataFolder(files) !== undefined),
  async open(files, options) {
    refuseOptions(files.name, "a Minari dataset", options, ["observationKeys"]);
    const storage = await openStorage(files);
    checkEpisodes(files.name, storage.episodes, storage.metadata.episodes);
    return sourceOf(files.name, storage, await layoutOf(files.name, storage, options));
  },
  create: async (target, header) => (await import("./minari-writer.js")).createMinari(target, header),
};

/** "" or "data/": where the data are below the folder that was given. */
function dataFolder(files: DataFiles): string | undefined {
  return ["data/", ""].find(
    (folder) =>
      files.paths.includes(folder + mainFile) ||
      (files.paths.includes(folder + metadataFile) && isMinariMetadata(files, folder + metadataFile)),
  );
}

function isMinariMetadata(files: DataFiles, path: string): boolean {
  try {
    const file = files.open(path);
    const text = new TextDecoder().decode(file.read(0, Math.min(file.size, largestProbe)));
    return text.includes('"data_format"') && text.includes('"total_episodes"');
  } catch {
    return false;
  }
}

/** A single HDF5 file: by its name, or because names of episodes stand in it. */
function isEpisodeFile(files: DataFiles): boolean {
  try {
    if (!beginsWith(files, HDF5_SIGNATURE)) return false;
    const file = files.open(files.paths[0]!);
    return file.path.endsWith(mainFile) || namesEpisodes(file);
  } catch {
    return false;
  }
}

function namesEpisodes(file: DataFile): boolean {
  const word = new TextEncoder().encode("episode_");
  for (let at = 0; at < Math.min(file.size, searchedBytes); at += blockBytes) {
    const bytes = file.read(at, Math.min(blockBytes + word.length, file.size - at));
    if (placesOf(word, bytes).some((place) => /\d/.test(String.fromCharCode(bytes[place + word.length] ?? 0))))
      return true;
  }
  return false;
}

async function openStorage(files: DataFiles): Promise<MinariStorage> {
  if (files.kind === "file")
    return (await import("./minari-hdf5.js")).openHdf5Storage(files, files.paths[0]!, undefined);
  const folder = dataFolder(files);
  if (folder === undefined)
    throw new DataError(`"${files.name}" holds no Minari dataset: it has neither ${metadataFile} nor ${mainFile}.`);
  const hasMetadata = files.paths.includes(folder + metadataFile);
  const metadata = hasMetadata ? readMetadata(files, folder + metadataFile) : undefined;
  if (metadata === undefined || metadata.storage === "hdf5")
    return (await import("./minari-hdf5.js")).openHdf5Storage(files, folder + mainFile, metadata);
  return (await import("./minari-columns.js")).openColumnStorage(files, folder, metadata.storage, metadata);
}

/** @throws DataError where there is no episode, or another number of them than the dataset declares */
function checkEpisodes(name: string, episodes: readonly number[], declared: number | undefined): void {
  if (episodes.length === 0)
    throw new DataError(`"${name}" is a Minari dataset without episodes; copy it again, with all its files.`);
  if (declared !== undefined && declared !== episodes.length)
    throw new DataError(
      `"${name}" declares ${declared} episodes (total_episodes) but holds ${episodes.length}; copy the dataset again, with all its files.`,
    );
}

async function layoutOf(name: string, storage: MinariStorage, options: ReadOptions): Promise<EpisodeLayout> {
  const { metadata } = storage;
  const whole = metadata.observationSpace ?? (await storage.inferSpace("observations"));
  const observed = options.observationKeys ? selectKeys(whole, options.observationKeys, name) : whole;
  const actions = metadata.actionSpace ?? (await storage.inferSpace("actions"));
  const observations = leavesOf(observed, `"${name}": "observations"`);
  const picture = observations.find(({ space }) => metadata.jpeg && space.kind === "box" && space.image);
  if (picture)
    throw new DataError(
      `"${name}": "${["observations", ...picture.path].join("/")}" are pictures stored as JPEG, which are not decoded here; leave the key out with the observation keys, or write the dataset again with jpeg_encoding=False.`,
    );
  const choice = choiceOf(actions);
  return {
    observations,
    actions: choice ? [] : leavesOf(actions, `"${name}": "actions"`),
    choice,
    allowNonFinite: options.allowNonFinite ?? false,
    trusted: options.trusted ?? false,
  };
}

/** A single Discrete space keeps its numbers, counted from 0; anything else becomes a vector. */
function choiceOf(space: Space): EpisodeLayout["choice"] {
  if (space.kind !== "choice" || space.counts.length !== 1 || !isActionCount(space.counts[0])) return undefined;
  return { start: space.starts[0]!, count: space.counts[0] };
}

function sourceOf(name: string, storage: MinariStorage, layout: EpisodeLayout): EpisodeSource {
  const { observations, actions, choice } = layout;
  return {
    source: name,
    observations: partsOf(observations),
    actionSize: choice ? 1 : totalWidth(actions),
    discreteActions: choice?.count,
    actionBounds: boundsOf(actions),
    steps: storage.metadata.steps,
    async *episodes() {
      for (const episode of storage.episodes)
        yield await storage.withEpisode(episode, (columns) => assembleEpisode(columns, layout));
    },
  };
}

/** The bounds of actions that are one box. */
function boundsOf([leaf, ...others]: readonly Leaf[]): EpisodeSource["actionBounds"] {
  return others.length === 0 && leaf?.space.kind === "box" ? leaf.space.bounds : undefined;
}

/** Pictures are parts of their own; all other numbers together are the vector `state`. */
function partsOf(leaves: readonly Leaf[]): ObservationParts {
  const vector = totalWidth(leaves.filter((leaf) => !isPicture(leaf)));
  const pictures = leaves.filter(isPicture).map((leaf) => [pictureName(leaf), pictureOf(leaf)] as const);
  return { ...(vector > 0 && vectorParts(vector)), ...Object.fromEntries(pictures) };
}

function totalWidth(leaves: readonly Leaf[]): number {
  return leaves.reduce((sum, leaf) => sum + widthOf(leaf), 0);
}

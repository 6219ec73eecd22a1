/**
 * Minari datasets (Farama Foundation) as one of the formats: main_data.hdf5 with attributes (before version 0.5), or
 * metadata.json beside HDF5, Arrow or Parquet data. Given as the dataset's folder, its data folder, or the HDF5 file
 * itself. Episodes come in the order of their numbers, one in memory at a time.
 *
 * Facts: https://minari.farama.org/content/dataset_standards/
 */

import { DataError } from "../../../errors.js";
import { type ObservationParts, vectorParts } from "../../columns.js";
import { beginsWith, type DataFiles } from "../../containers/files.js";
import { HDF5_SIGNATURE } from "../../containers/hdf5/hdf5-module.js";
import { loadPictureDecoders } from "../../containers/pictures/picture.js";
import { printable } from "../../containers/refusal.js";
import { isActionCount } from "../../discrete-actions.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import { ReadingNotes } from "../../reading-notes.js";
import { mustBeFinite, nothingLeft, unlessFaulty } from "../faulty-episode.js";
import { type DatasetFormat, type ReadOptions, refuseOptions } from "../format.js";
import { hdf5Outline } from "../outline.js";
import { chosenPictures, pictureName } from "../pictures/picture-choice.js";
import { floatPictureNote, PictureForm } from "../pictures/picture-form.js";
import { refuseNothing, refuseWithoutPictures } from "../pictures/with-pictures.js";
import { assembleEpisode, type EpisodeLayout, type MinariStorage, type PictureLeaf } from "./minari-episode.js";
import { episodeName, readMetadata } from "./minari-metadata.js";
import { type BoxSpace, isPicture, type Leaf, leavesOf, type Space, selectKeys, widthOf } from "./minari-space.js";

const mainFile = "main_data.hdf5";
const metadataFile = "metadata.json";
const largestProbe = 2 ** 20;

export const minariFormat: DatasetFormat = {
  id: "minari",
  description: "Minari: a folder with data/metadata.json, or main_data.hdf5",
  extensions: ["/"],
  recognises: (files) => (files.kind === "file" ? isEpisodeFile(files) : dataFolder(files) !== undefined),
  async open(files, options) {
    refuseOptions(files.name, "a Minari dataset", options, ["observationKeys", "images", "imageSize", "dropFaulty"]);
    const storage = await openStorage(files);
    checkEpisodes(files.name, storage.episodes, storage.metadata.episodes);
    return sourceOf(files.name, storage, await layoutOf(files.name, storage, options), options);
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

/** A single HDF5 file: by the groups in it, or by its name where it is empty. */
async function isEpisodeFile(files: DataFiles): Promise<boolean> {
  if (!beginsWith(files, HDF5_SIGNATURE)) return false;
  const outline = await hdf5Outline(files);
  const named = files.paths[0]!.endsWith(mainFile);
  if (outline === undefined) return false;
  if (outline.groups.size + outline.arrays.size === 0) return named;
  const isEpisode = (keys: readonly string[]) =>
    keys.includes("actions") && (keys.includes("terminations") || keys.includes("truncations"));
  return [...outline.groups].some(([name, keys]) => episodeName.test(name) && (named || isEpisode(keys)));
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
      `"${name}" declares ${counted(declared, "episode")} (total_episodes) but holds ${episodes.length}; copy the dataset again, with all its files.`,
    );
}

async function layoutOf(name: string, storage: MinariStorage, options: ReadOptions): Promise<EpisodeLayout> {
  const { metadata } = storage;
  const whole = metadata.observationSpace ?? (await storage.inferSpace("observations"));
  const observed = options.observationKeys ? selectKeys(whole, options.observationKeys, name) : whole;
  const actions = metadata.actionSpace ?? (await storage.inferSpace("actions"));
  const observations = leavesOf(observed, `"${name}": "observations"`);
  const pictures = picturesIn(observations, name, options);
  const choice = choiceOf(actions);
  return {
    observations: observations.filter((leaf) => !isPicture(leaf)),
    pictures,
    actions: choice ? [] : quantitiesOf(actions, name),
    choice,
    allowNonFinite: !mustBeFinite(options),
    trusted: options.trusted ?? false,
  };
}

/** A single Discrete space keeps its numbers, counted from 0; anything else becomes a vector. */
function choiceOf(space: Space): EpisodeLayout["choice"] {
  if (space.kind !== "choice" || space.counts.length !== 1 || !isActionCount(space.counts[0])) return undefined;
  return { start: space.starts[0]!, count: space.counts[0] };
}

/** Actions that are vectors. @throws DataError where a part of them is a choice, since an agent makes a single one */
function quantitiesOf(space: Space, name: string): readonly Leaf[] {
  const leaves = leavesOf(space, `"${name}": "actions"`);
  const counts = leaves.flatMap(({ space }) => {
    if (space.kind === "choice") return space.counts;
    return space.binary ? new Array<number>(space.size).fill(2) : [];
  });
  if (counts.length === 0) return leaves;
  if (leaves.some(({ space }) => space.kind === "box" && !space.binary))
    throw new DataError(
      `"${name}": the actions hold choices beside quantities, and an agent here has either; store them as one Box or as one Discrete space.`,
    );
  const product = counts.reduce((all, count) => all * count, 1);
  throw new DataError(
    `"${name}": the actions are ${counts.length} choices at once (among ${listOf(counts)}), and an agent here makes one; number their ${product} combinations and store that number as actions of one Discrete space of ${product}.`,
  );
}

function listOf(counts: readonly number[]): string {
  return counts.length <= 8 ? counts.join(" x ") : `${counts.slice(0, 8).join(" x ")} x ...`;
}

function sourceOf(name: string, storage: MinariStorage, layout: EpisodeLayout, options: ReadOptions): EpisodeSource {
  const { observations, pictures, actions, choice } = layout;
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: partsOf(layout, name),
    actionSize: choice ? 1 : totalWidth(actions),
    discreteActions: choice?.count,
    actionBounds: boundsOf(actions),
    names: {
      observations: namesOf(observations),
      ...(!choice && { actions: namesOf(actions) }),
    },
    steps: storage.metadata.steps,
    notes,
    async *episodes() {
      notes.begin();
      if (pictures.length > 0) await loadPictureDecoders();
      for (const { part, form } of pictures) form.note(part, notes);
      for (const { path, space } of observations) {
        const note =
          space.kind === "box" ? floatPictureNote(["observations", ...path].join("/"), space.shape) : undefined;
        if (note) notes.say(note);
      }
      let found = 0;
      for (const number of storage.episodes) {
        const episode = await unlessFaulty(options, notes, () =>
          storage.withEpisode(number, (columns) => assembleEpisode(columns, layout)),
        );
        if (!episode) continue;
        found++;
        yield episode;
      }
      if (found === 0) throw nothingLeft(name, notes);
    },
  };
}

/** The bounds of actions that are one box. */
function boundsOf([leaf, ...others]: readonly Leaf[]): EpisodeSource["actionBounds"] {
  return others.length === 0 && leaf?.space.kind === "box" ? leaf.space.bounds : undefined;
}

/** Pictures are parts of their own; all other numbers together are the vector `state`. */
function partsOf({ observations, pictures }: EpisodeLayout, name: string): ObservationParts {
  const vector = totalWidth(observations);
  const parts = {
    ...(vector > 0 && vectorParts(vector)),
    ...Object.fromEntries(pictures.map(({ part, form }) => [part, form.part])),
  };
  refuseNothing(parts, name);
  return parts;
}

/** The pictures to read. @throws UsageError for one that is not there */
function picturesIn(leaves: readonly Leaf[], name: string, options: ReadOptions): readonly PictureLeaf[] {
  const all = new Map(leaves.filter(isPicture).map((leaf) => [leaf.path.join("."), leaf]));
  refuseWithoutPictures([...all.keys()], options, name);
  return chosenPictures([...all.keys()], options, name).map((stored) => {
    const leaf = all.get(stored)!;
    const place = `"${name}": "${["observations", ...leaf.path].join("/")}"`;
    const { shape } = leaf.space as BoxSpace;
    const form = new PictureForm(shape, options, place);
    const filed = new PictureForm(shape, { ...options, ordered: true }, place);
    return { leaf, part: pictureName(stored), form, filed };
  });
}

/** "achieved_goal[0]": what each number is, where the numbers have more than one key or a name. */
function namesOf(leaves: readonly Leaf[]): string[] | undefined {
  if (leaves.every(({ path }) => path.length === 0)) return undefined;
  return leaves.flatMap((leaf) => {
    const [name, width] = [printable(leaf.path.join(".")), widthOf(leaf)];
    return Array.from({ length: width }, (_, i) => (width === 1 ? name : `${name}[${i}]`));
  });
}

function totalWidth(leaves: readonly Leaf[]): number {
  return leaves.reduce((sum, leaf) => sum + widthOf(leaf), 0);
}

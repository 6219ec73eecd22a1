/**
 * Which features of a LeRobot dataset are the observation: numbers side by side, and pictures, each a part of its own.
 * Videos are left out, unless somebody asks for them or nothing else is there: then they are refused.
 */
import { DataError } from "../../../errors.js";
import type { DataFiles } from "../../containers/files.js";
import { MOST_PIXELS } from "../../containers/pictures/picture.js";
import { listed, printable, quoted } from "../../containers/refusal.js";
import type { ReadOptions } from "../format.js";
import { chosenPictures, pictureName } from "../pictures/picture-choice.js";
import { PictureForm } from "../pictures/picture-form.js";
import { refuseWithoutPictures } from "../pictures/with-pictures.js";
import type { KnownFeature, LeRobotInfo, PictureFeature } from "./lerobot-meta.js";

/**
 * @param where how messages name the description
 * @throws DataError for a feature that cannot be read, and where nothing is left to observe; UsageError for an unknown one
 */
export function chosenObservations(
  features: ReadonlyMap<string, KnownFeature>,
  where: string,
  files: DataFiles,
  options: ReadOptions,
): Pick<LeRobotInfo, "observations" | "pictures" | "videos"> {
  const named = [...features.values()].filter(({ name }) => /^observation(\.|$)/.test(name));
  const numbers = named.filter(({ numeric }) => numeric).map(({ name }) => name);
  const pictures = named.filter(({ dtype }) => dtype === "image").map(({ name }) => name);
  const videos = named.filter(({ dtype }) => dtype === "video").map(({ name }) => name);
  for (const key of [...(options.observationKeys ?? []), ...(options.images ?? [])])
    if (videos.some((name) => name === key || pictureName(name) === key))
      throw videoError(where, files, videos, "leave it out");
  const keys = options.observationKeys ?? [...numbers.sort(byRank), ...pictures.sort()];
  for (const key of keys)
    if (!numbers.includes(key) && !pictures.includes(key))
      throw new DataError(
        `${where} has no observations ${quoted(key)} of numbers or pictures; there: ${listed([...numbers, ...pictures])}.`,
      );
  const there = keys.filter((key) => pictures.includes(key));
  refuseWithoutPictures(there, options, files.name);
  const taken = chosenPictures(there, options, files.name);
  const observations = keys.filter((key) => numbers.includes(key)).map((key) => features.get(key)!);
  if (observations.length + taken.length === 0) {
    if (videos.length > 0 && there.length === 0) throw videoError(where, files, videos, "record the state as well");
    throw new DataError(
      `${where} has no observations of numbers such as "observation.state"${there.length > 0 ? ", and its pictures were not chosen" : ""}; record the state as well.`,
    );
  }
  const found = taken.map((name) => pictureOf(features.get(name)!, where, options));
  return { observations, pictures: found, videos: videos.map(printable) };
}

function pictureOf({ name, shape }: KnownFeature, where: string, options: ReadOptions): PictureFeature {
  const place = `${where}: the feature ${quoted(name)}`;
  const declared = new PictureForm(shape, {}, place).size;
  if (declared.width * declared.height > MOST_PIXELS)
    throw new DataError(
      `${place} has pictures of ${declared.width} x ${declared.height} pixels, more than the ${MOST_PIXELS} that are read of one; record smaller ones.`,
    );
  // Whatever channels a file has, it is decoded to three colours.
  const form = new PictureForm([declared.height, declared.width, 3], options, place);
  return { name, column: `${name}.bytes`, part: pictureName(name), form };
}

function videoError(where: string, files: DataFiles, videos: readonly string[], otherwise: string): DataError {
  const path = files.paths.find((candidate) => candidate.startsWith("videos/"));
  const place = path === undefined ? "" : ` (${quoted(path)})`;
  return new DataError(
    `${where}: ${listed(videos, 3)} ${videos.length === 1 ? "is a video" : "are videos"}${place}, and LeRobot's videos are not read; record or convert with use_videos=False, which stores each frame as a PNG in the table, or ${otherwise}.`,
  );
}

function byRank(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function rank(name: string): number {
  return name === "observation.state" ? 0 : 1;
}

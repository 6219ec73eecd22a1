/**
 * Flat rows whose observations are pictures, bytes of three axes a row. Where episodes end is found as for vectors: the
 * pictures pass as rows of numbers and become bytes again when an episode is handed out. While it is taken apart a
 * stretch of rows thus takes four times its bytes.
 */
import { STATE } from "../../columns.js";
import { type Episode, stateOf } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { withPictures } from "../pictures/with-pictures.js";
import { columnsOf, type FlatFile } from "./flat-file.js";
import { rowRole } from "./row-names.js";

const PICTURE_AXES = 4;
/** The part that they become. */
const IMAGE = "image";

/** The shape of the pictures that the observations of a file are; undefined where they are none. */
export function pictureShape(file: FlatFile): readonly number[] | undefined {
  const [key] = keysOf(file, "observations");
  if (key === undefined || file.shapes.get(key)!.length !== PICTURE_AXES) return undefined;
  return file.array(key).bytes === true ? file.shapes.get(key)!.slice(1) : undefined;
}

/** The file with pictures as rows of numbers, those of next observations as well. */
export function picturesAsRows(file: FlatFile): FlatFile {
  if (pictureShape(file) === undefined) return file;
  const pictures = ["observations", "nextObservations"].flatMap((role) => keysOf(file, role));
  const flat = (shape: readonly number[]) => [shape[0]!, columnsOf({ shape })];
  return {
    ...file,
    shapes: new Map([...file.shapes].map(([key, shape]) => [key, pictures.includes(key) ? flat(shape) : shape])),
    array(key) {
      const array = file.array(key);
      return pictures.includes(key) ? { ...array, shape: flat(array.shape) } : array;
    },
  };
}

/** The source of such rows with their pictures as a part. */
export function withFlatPictures(
  source: EpisodeSource,
  shape: readonly number[] | undefined,
  options: ReadOptions,
): EpisodeSource {
  if (shape === undefined) return withPictures(source, options);
  const asBytes = ({ observations, ...episode }: Episode): Episode => ({
    ...episode,
    observations: { [IMAGE]: Uint8Array.from(stateOf(observations)) },
  });
  const { [STATE]: _, ...others } = source.observations;
  const pictures: EpisodeSource = {
    ...source,
    observations: { [IMAGE]: { type: "uint8", shape }, ...others },
    async *episodes() {
      for await (const episode of source.episodes()) yield asBytes(episode);
    },
  };
  return withPictures(pictures, options);
}

function keysOf({ shapes }: FlatFile, role: string): string[] {
  return [...shapes.keys()].filter((key) => rowRole(key) === role && shapes.get(key)!.length === PICTURE_AXES);
}

/**
 * The pictures of a source whose reader hands them out as they are stored, in the form in which they are learned from:
 * those that the user names, channels last, in the size that was asked for. For readers of arrays; those of PNG and JPEG
 * bring each frame into its form when it is decoded.
 */
import { UsageError } from "../../../errors.js";
import type { ObservationParts } from "../../columns.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { chosenPictures } from "./picture-choice.js";
import { PictureForm } from "./picture-form.js";

/** Whether a part is a picture. */
export function isPicturePart({ type, shape }: ObservationParts[string]): boolean {
  return type === "uint8" && (shape.length === 3 || shape.length === 2);
}

/**
 * @param ordered whether the source's pictures have their channels last by its own definition
 * @throws UsageError for pictures that are not there, and where nothing is left to observe
 */
export function withPictures(source: EpisodeSource, options: ReadOptions, ordered = false): EpisodeSource {
  const changed = options.images !== undefined || options.imageSize !== undefined;
  if (ordered && !changed) return source;
  const parts = source.observations;
  const pictures = Object.keys(parts).filter((name) => isPicturePart(parts[name]!));
  refuseWithoutPictures(pictures, options, source.source);
  const taken = chosenPictures(pictures, options, source.source);
  const forms = new Map(
    taken.map((name) => [
      name,
      new PictureForm(parts[name]!.shape, { ...options, ordered }, `"${source.source}": ${name}`),
    ]),
  );
  const others = Object.entries(parts).filter(([name]) => !pictures.includes(name));
  const observations = Object.fromEntries([
    ...others,
    ...Array.from(forms, ([name, { part }]) => [name, part] as const),
  ]);
  refuseNothing(observations, source.source);
  const asTaken = (episode: Episode): Episode => ({
    ...episode,
    observations: Object.fromEntries([
      ...others.map(([name]) => [name, episode.observations[name]!] as const),
      ...Array.from(forms, ([name, form]) => [name, form.writeAll(episode.observations[name] as Uint8Array)] as const),
    ]),
  });
  const { blocks } = source;
  return {
    ...source,
    observations,
    async *episodes() {
      let told = false;
      for await (const episode of source.episodes()) {
        if (!told && source.notes) for (const [name, form] of forms) form.note(name, source.notes);
        told = true;
        yield asTaken(episode);
      }
    },
    ...(blocks && {
      blocks: {
        ...blocks,
        identity: `${blocks.identity} ${JSON.stringify(observations)}`,
        read: (block: number) => blocks.read(block).map(asTaken),
      },
    }),
  };
}

/** @throws UsageError for options of pictures where there are none */
export function refuseWithoutPictures(
  there: readonly string[],
  { images, imageSize }: Pick<ReadOptions, "images" | "imageSize">,
  name: string,
): void {
  if (there.length > 0) return;
  const option = images !== undefined && images.length > 0 ? "--images" : imageSize && "--image-size";
  if (option) throw new UsageError(`"${name}" has no pictures that are read; leave ${option} out.`);
}

/** @throws UsageError where observations have no parts */
export function refuseNothing(observations: ObservationParts, name: string): void {
  if (Object.keys(observations).length > 0) return;
  throw new UsageError(`"${name}" has observations of pictures alone, and none were chosen; name some with --images.`);
}

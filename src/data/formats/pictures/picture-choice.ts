/**
 * Which of a recording's pictures are read: all, or those that the user names (`ReadOptions.images`), in that order; and
 * under which names they become parts of observations.
 */
import { UsageError, unknownName } from "../../../errors.js";
import { STATE } from "../../columns.js";
import { printable } from "../../containers/refusal.js";
import type { ReadOptions } from "../format.js";

/** Names of parts are names of files as well. */
const unfit = /[^A-Za-z0-9_.]/g;
const LONGEST = 100;

/** The name of the part that pictures become: that of their array, with dots; `image` where it would be the vector's. */
export function pictureName(stored: string): string {
  const name = stored
    .replace(/^observations?[./]/, "")
    .replace(unfit, ".")
    .replace(/^[._]+/, "")
    .slice(0, LONGEST);
  return ["", STATE, "observation", "observations", "obs"].includes(name) ? "image" : name;
}

/**
 * The pictures to read.
 * @param there all, by their stored names
 * @param name the data, for the error
 * @throws UsageError for a name that is not there, and for two pictures that would be the same part
 */
export function chosenPictures(
  there: readonly string[],
  { images }: Pick<ReadOptions, "images">,
  name: string,
): readonly string[] {
  const chosen = images === undefined ? there : named(there, images, name);
  const parts = chosen.map(pictureName);
  const twice = parts.find((part, i) => parts.indexOf(part) < i);
  if (twice === undefined) return chosen;
  throw new UsageError(
    `"${printable(name)}" has two pictures that both become the part "${twice}"; take one of them with --images, by the name of its array.`,
  );
}

function named(there: readonly string[], images: readonly string[], name: string): readonly string[] {
  return images.map((wanted) => {
    const found = there.includes(wanted) ? wanted : there.find((stored) => pictureName(stored) === wanted);
    if (found !== undefined) return found;
    throw unknownName(
      `picture of "${printable(name)}"`,
      wanted,
      there.slice(0, 30).map((stored) => printable(pictureName(stored))),
    );
  });
}

/**
 * All public datasets that are known by name, and where in the cache each has its place: one file, or a folder of the
 * set's name.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { unknownName } from "../../../errors.js";
import { d4rlSets } from "./d4rl-sets.js";
import { adroitBinarySets, minariSets, ogbenchSets } from "./other-sets.js";

/** What is known of a public dataset, and of its files what their publisher or a catalogue has written down. */
export interface PublicSet {
  /** The name under which its publisher documents it. */
  readonly name: string;
  readonly family: "D4RL" | "Minari" | "OGBench" | "Adroit binary";
  readonly files: readonly PublicFile[];
  /** Where a person reads about it and downloads it with a browser. */
  readonly page: string;
  /** Set where no program can download it: what to do by hand. */
  readonly byHand?: string;
}

export interface PublicFile {
  /** Its place below the set's folder; of a set of one file, that file's name in the cache. */
  readonly path: string;
  readonly url: string;
  readonly bytes?: number | undefined;
  /** As published; where it is unknown, the first download's is recorded and held against later ones. */
  readonly sha256?: string | undefined;
}

/** The bytes of all files, where they are known. */
export function bytesOf({ files }: PublicSet): number | undefined {
  return files.every(({ bytes }) => bytes !== undefined)
    ? files.reduce((sum, { bytes }) => sum + bytes!, 0)
    : undefined;
}

export const publicSets: readonly PublicSet[] = [...d4rlSets, ...adroitBinarySets, ...minariSets, ...ogbenchSets];

/** @throws UsageError for a name that is not known, with the nearest that is */
export function publicSet(name: string): PublicSet {
  const found = publicSets.find((set) => set.name === name);
  if (found) return found;
  const names = publicSets.map((set) => set.name);
  throw unknownName("public dataset", name, names);
}

/** The folder for data that can be recreated or downloaded again: CALQL_CACHE, else .calql in the working folder. */
export function cacheFolder(): string {
  return process.env.CALQL_CACHE ?? ".calql";
}

/** The file or folder that a set is, once it is downloaded. */
export function placeOfSet(set: PublicSet): string {
  const folder = join(cacheFolder(), "public");
  return set.files.length === 1 ? join(folder, set.files[0]!.path) : join(folder, ...set.name.split("/"));
}

export function placeOfFile(set: PublicSet, { path }: PublicFile): string {
  return set.files.length === 1 ? placeOfSet(set) : join(placeOfSet(set), ...path.split("/"));
}

/** The path of a public dataset whose files are all in the cache; undefined for any other word. */
export function cachedPublicSet(name: string): string | undefined {
  const set = publicSets.find((candidate) => candidate.name === name);
  return set?.files.every((file) => existsSync(placeOfFile(set, file))) ? placeOfSet(set) : undefined;
}

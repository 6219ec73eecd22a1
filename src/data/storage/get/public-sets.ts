/**
 * All public datasets that are known by name, and where in the cache each has its place: one file, or a folder of the
 * set's name.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { unknownName } from "../../../errors.js";
import { cacheFolder } from "../cache.js";
import { d4rlSets } from "./d4rl-sets.js";
import { adroitBinarySets, minariSets, ogbenchSets } from "./other-sets.js";
import type { PublicFile, PublicSet } from "./public-set.js";

export const publicSets: readonly PublicSet[] = [...d4rlSets, ...adroitBinarySets, ...minariSets, ...ogbenchSets];

/** @throws UsageError for a name that is not known, with the nearest that is */
export function publicSet(name: string): PublicSet {
  const found = publicSets.find((set) => set.name === name);
  if (found) return found;
  const names = publicSets.map((set) => set.name);
  throw unknownName("public dataset", name, names);
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

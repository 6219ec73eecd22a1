/**
 * The recordings with pictures that fixtures/formats/write_pictures.py wrote, and what Pillow decoded them to.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type DataFiles, filesInMemory } from "../../containers/files.js";

const root = fileURLToPath(new URL("../../../../fixtures/formats/pictures/", import.meta.url));

interface ExpectedPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: readonly number[];
}

/** Arrays of one episode by what they are, flat. */
export type ExpectedArrays = Readonly<Record<string, readonly number[]>>;

export const expected = JSON.parse(readFileSync(join(root, "expected.json"), "utf8")) as {
  readonly files: Readonly<Record<string, ExpectedPicture>>;
  readonly [recording: string]: readonly ExpectedArrays[] | Readonly<Record<string, ExpectedPicture>>;
};

export function expectedOf(recording: string): readonly ExpectedArrays[] {
  return expected[recording] as readonly ExpectedArrays[];
}

export function pictureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(root, name)));
}

/** A recording of one file. */
export function recordingFile(name: string): DataFiles {
  return filesInMemory(name, pictureBytes(name));
}

/**
 * A recording of several files.
 * @param change what becomes of each file
 */
export function recordingFolder(
  name: string,
  change: (bytes: Uint8Array<ArrayBuffer>, path: string) => Uint8Array = (bytes) => bytes,
): DataFiles {
  const contents = new Map<string, Uint8Array>();
  for (const entry of readdirSync(join(root, name), { recursive: true, withFileTypes: true })) {
    const path = relative(join(root, name), join(entry.parentPath, entry.name));
    if (entry.isFile()) contents.set(path, change(new Uint8Array(readFileSync(join(root, name, path))), path));
  }
  return filesInMemory(name, contents);
}

/** A recording's description, changed as the object that it is. */
export function withJson<T>(name: string, path: string, change: (json: T) => void): DataFiles {
  return recordingFolder(name, (bytes, found) => {
    if (found !== path) return bytes;
    const json = JSON.parse(new TextDecoder().decode(bytes)) as T;
    change(json);
    return new TextEncoder().encode(JSON.stringify(json));
  });
}

/** The largest difference of two pictures; infinite where they are of different sizes. */
export function largestDifference(found: ArrayLike<number>, wanted: readonly number[]): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(found[i]! - value)), 0);
}

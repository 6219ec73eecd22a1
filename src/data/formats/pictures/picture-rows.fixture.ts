/** Pictures in pickles and in imitation's files, and what they hold (fixtures/formats/write_picture_rows.py). */
import { readdirSync, readFileSync } from "node:fs";
import { type DataFiles, filesInMemory } from "../../containers/files.js";

const root = new URL("../../../../fixtures/formats/picture-rows/", import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, root)));

/** A file by its name, or a folder by a name without an ending. */
export function pictureRows(name: string): DataFiles {
  if (name.includes(".")) return filesInMemory(name, bytesOf(name));
  const paths = readdirSync(new URL(name, root));
  return filesInMemory(name, new Map(paths.map((path) => [path, bytesOf(`${name}/${path}`)])));
}

/** Of each episode the frames, [steps + 1, 5, 6, 3], and the actions, [steps, 2]. */
export const expectedFrames = JSON.parse(new TextDecoder().decode(bytesOf("expected.json"))) as readonly {
  readonly frames: readonly number[];
  readonly actions: readonly number[];
}[];

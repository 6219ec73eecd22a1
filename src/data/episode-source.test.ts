/** Loading a dataset as a whole: what does not fit is told before it is read. */
import { expect, test } from "vitest";
import { type EpisodeSource, loadDataset, MOST_PICTURE_BYTES } from "./episode-source.js";

/** A source that must not be read beyond the episodes that are allowed. */
function source(steps: number | undefined, shape: readonly number[], allowed: number): EpisodeSource {
  return {
    source: "robots",
    observations: { state: { type: "float32", shape: [2] }, cam: { type: "uint8", shape } },
    actionSize: 1,
    steps,
    async *episodes() {
      for (let i = 0; ; i++) {
        if (i >= allowed) throw new Error("read too far");
        yield {
          length: 99_999,
          observations: { state: new Float32Array(0), cam: new Uint8Array(0) },
          actions: new Float32Array(0),
          rewards: new Float32Array(0),
          terminated: new Uint8Array(0),
          truncated: true,
        };
      }
    },
  };
}

test("more pictures than memory should hold are refused before they are read, with what can be done", async () => {
  await expect(loadDataset(source(100_000, [480, 640, 3], 0))).rejects.toThrow(
    '"robots" has at least 100,000 observations of cam uint8 [480, 640, 3], which take 92.2 GB in memory, more than the 4.3 GB of pictures that are loaded at once; make them smaller with --image-size 48x48 or take fewer with --images, and to train from them write them so with "calql data convert" to a .calql folder, which is learned from on disk.',
  );
});

test("where their number is not known they are counted while they are read", async () => {
  const rows = Math.ceil(MOST_PICTURE_BYTES / (48 * 48 * 3) / 100_000);
  await expect(loadDataset(source(undefined, [48, 48, 3], rows))).rejects.toThrow(
    /at least 700,000 observations of cam/,
  );
});

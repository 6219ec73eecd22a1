/**
 * D4RL's HDF5 layout as a format among the others.
 */
import { readD4RL } from "../data/d4rl.js";
import { countSteps } from "../data/episode.js";
import type { DatasetFormat } from "./format.js";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export const d4rlFormat: DatasetFormat = {
  id: "d4rl",
  description: "D4RL HDF5: flat arrays over all rows",
  extensions: [".hdf5", ".h5"],
  recognises(files) {
    if (files.kind !== "file") return false;
    const file = files.open(files.paths[0]!);
    return file.size >= 8 && file.read(0, 8).every((byte, i) => byte === SIGNATURE[i]);
  },
  async open(files, { horizon, allowNonFinite = false }) {
    const file = files.open(files.paths[0]!);
    const dataset = await readD4RL(file.read(0, file.size), files.name, {
      allowNonFinite,
      ...(horizon !== undefined && { horizon }),
    });
    return {
      ...dataset,
      steps: countSteps(dataset),
      async *episodes() {
        yield* dataset.episodes;
      },
    };
  },
};

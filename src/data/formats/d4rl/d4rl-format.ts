/**
 * D4RL's HDF5 layout as one of the formats.
 */

import type { DatasetFormat } from "../format.js";
import { refuseOptions } from "../refuse-options.js";

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
  async open(files, options) {
    refuseOptions(files.name, "a D4RL HDF5 file", options, ["horizon"]);
    const { fallbackHorizon, horizon = fallbackHorizon, allowNonFinite = false, trusted = false } = options;
    const { openD4RL } = await import("./d4rl.js");
    return openD4RL(files.open(files.paths[0]!), files.name, {
      allowNonFinite,
      trusted,
      ...(horizon !== undefined && { horizon }),
    });
  },
  create: async (target, header) => (await import("./d4rl-writer.js")).createD4RL(target.create("data.hdf5"), header),
};

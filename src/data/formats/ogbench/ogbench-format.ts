/**
 * OGBench's .npz files as one of the formats; `ogbench.ts` reads them.
 */
import type { DataFile } from "../../containers/files.js";
import { isZip, zipEntries } from "../../containers/zip/zip.js";
import type { DatasetFormat } from "../format.js";
import { refuseOptions } from "../refuse-options.js";

export const ogbenchFormat: DatasetFormat = {
  id: "ogbench",
  description: "OGBench .npz: rows of trajectories, rewards from a goal",
  extensions: [".npz"],
  recognises(files) {
    if (files.kind !== "file") return false;
    const file = files.open(files.paths[0]!);
    if (file.size < 4 || !isZip(file.read(0, 4))) return false;
    return files.paths[0]!.endsWith(".npz") || hasObservations(file);
  },
  async open(files, options) {
    refuseOptions(files.name, "in OGBench's format", options, ["goal"]);
    return (await import("./ogbench.js")).openOGBench(files, options);
  },
};

function hasObservations(file: DataFile): boolean {
  try {
    return zipEntries(file, "").has("observations.npy");
  } catch {
    return false;
  }
}

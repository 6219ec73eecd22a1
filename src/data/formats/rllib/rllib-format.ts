/**
 * RLlib's batches as a format.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";
import { startsLike } from "../glance.js";
import { RLLIB_START } from "./rllib-start.js";

export const rllibFormat: DatasetFormat = {
  id: "rllib",
  description: "RLlib's JSON: a batch of rows a line, a file or a folder of such",
  extensions: [".json"],
  recognises: (files) => (files.kind === "file" || files.paths.every(isJson)) && startsLike(files, RLLIB_START),
  async open(files, options) {
    const meaningful = ["ignore", "doneMeans", "horizon", "successReward", "dropFaulty"] as const;
    refuseOptions(files.name, "in RLlib's format, whose lines hold a batch of rows each", options, meaningful);
    return (await import("./rllib.js")).openRllib(files, options);
  },
};

function isJson(path: string): boolean {
  return /\.jsonl?(\.gz)?$/i.test(path);
}

/**
 * The log of `calql serve` as a format: it says itself what its columns are.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";
import { startsLike } from "../glance.js";
import { SERVED_START } from "./served-start.js";

export const servedFormat: DatasetFormat = {
  id: "served",
  description: "the log of calql serve: decisions, rewards and ends, a line each",
  extensions: [],
  recognises: async (files) => files.kind === "file" && (await startsLike(files, SERVED_START)),
  async open(files, options) {
    refuseOptions(files.name, "the log of a policy server", options, []);
    return (await import("./served-log.js")).openServed(files);
  },
};

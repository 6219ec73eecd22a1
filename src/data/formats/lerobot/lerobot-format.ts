/**
 * LeRobot datasets (Hugging Face) as one of the formats; `lerobot.ts` reads them.
 */
import type { DatasetFormat } from "../format.js";
import { refuseOptions } from "../refuse-options.js";
import { infoPath } from "./lerobot-files.js";

export const lerobotFormat: DatasetFormat = {
  id: "lerobot",
  description: "LeRobot v2 and v3: a folder with meta/info.json and data/*.parquet",
  extensions: [".lerobot/"],
  losesActionBounds: true,
  recognises: ({ kind, paths }) => kind === "folder" && paths.includes(infoPath),
  async open(files, options) {
    refuseOptions(files.name, "a LeRobot data set", options, ["observationKeys", "allowNonFinite"]);
    return (await import("./lerobot.js")).openLeRobot(files, options);
  },
  create: async (target, header) => (await import("./lerobot-writer.js")).createLeRobot(target, header),
};

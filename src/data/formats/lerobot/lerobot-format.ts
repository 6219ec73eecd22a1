/**
 * LeRobot's datasets (Hugging Face) as a format.
 */
import { type DatasetFormat, refuseOptions } from "../format.js";

/** LeRobot's (Hugging Face). */
export const lerobotFormat: DatasetFormat = {
  id: "lerobot",
  description: "LeRobot v2 and v3: a folder with meta/info.json and data/*.parquet",
  losesActionBounds: true,
  extensions: [".lerobot/"],
  recognises: ({ kind, paths }) => kind === "folder" && paths.includes("meta/info.json"),
  async open(files, options) {
    const meaningful = [
      "observationKeys",
      "images",
      "imageSize",
      "ignore",
      "doneMeans",
      "horizon",
      "successReward",
      "dropFaulty",
    ] as const;
    refuseOptions(files.name, "a LeRobot dataset", options, meaningful);
    return (await import("./lerobot.js")).openLeRobot(files, options);
  },
  create: async (target, header) => (await import("./lerobot-writer.js")).createLeRobot(target, header),
};

/**
 * Transitions in an .npz archive as a format.
 */
import { flatOptions, pictureOptions, withFallbackHorizon } from "../flat/flat-options.js";
import { areTransitions } from "../flat/row-names.js";
import { type DatasetFormat, refuseOptions } from "../format.js";
import { isOGBench } from "../ogbench/ogbench-names.js";
import { npzOutline } from "../outline.js";

/** Transitions as code around Stable-Baselines3, CleanRL, TD3 and JaxRL saves them. */
export const transitionsFormat: DatasetFormat = {
  id: "transitions",
  description: "transitions .npz: arrays over all rows, as replay buffers are saved",
  extensions: [".npz"],
  recognises(files) {
    const names = npzOutline(files);
    return names !== undefined && !isOGBench(names) && areTransitions(names);
  },
  async open(files, options) {
    refuseOptions(files.name, "an .npz file of transitions", options, [...flatOptions, ...pictureOptions]);
    return (await import("./transitions.js")).openTransitions(files, withFallbackHorizon(options));
  },
};

/**
 * On what a run was made: recorded in its configuration, because speed and the last bits depend on it.
 */
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import type { RunConfig } from "./record.js";

export function describeHardware(): RunConfig["hardware"] {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    platform: `${platform()} ${arch()}`,
    node: process.version,
  };
}

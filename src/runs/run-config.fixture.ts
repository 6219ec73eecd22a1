/**
 * A config.json for tests that write a run folder without a run.
 */
import type { RunConfig } from "./record.js";

export const config: RunConfig = {
  calqlVersion: "0.1.0",
  startedAt: "2025-01-01T00:00:00.000Z",
  settings: { task: "pointmaze-umaze", agent: "cal-ql", onlineAgent: null, seed: 3, hiddenSizes: [256, 256] },
  dataset: { source: "a.hdf5", episodes: 2, steps: 10, observationSize: 6, actionSize: 2 },
  hardware: { processor: "x", cores: 2, memoryGiB: 8, platform: "linux", node: "20" },
};

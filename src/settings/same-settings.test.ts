/** Runs that were recorded by older versions are compared by the names and defaults of today. */
import { describe, expect, it } from "vitest";
import { differingSetting, settingsAt } from "./same-settings.js";

describe("a setting recorded under a former name", () => {
  it("is the setting of today", () => {
    expect(differingSetting({ offlineShare: 0.5 }, { mixingRatio: 0.5 })).toBeUndefined();
    expect(differingSetting({ offlineShare: 0.25 }, { mixingRatio: 0.5 })).toEqual({
      name: "mixingRatio",
      was: 0.25,
      is: 0.5,
    });
  });

  it("is its default where it did not exist yet, of the run and of its agents, online too", () => {
    const online = { batchSize: 64, encoder: "small", randomShift: 4 };
    const now = { agent: "cal-ql", batchSize: 64, encoder: "small", sharedEncoder: true, online };
    expect(differingSetting({ agent: "cal-ql", batchSize: 64, online: { batchSize: 64 } }, now)).toBeUndefined();
    expect(differingSetting({ agent: "cal-ql", batchSize: 64, online }, { ...now, encoder: "cog" })).toEqual({
      name: "encoder",
      was: "small",
      is: "cog",
    });
    const other = { ...now, online: { ...online, randomShift: 0 } };
    expect(differingSetting({ ...now, online: { batchSize: 64 } }, other)?.name).toBe("online");
  });

  it("is what a checkpoint holds, over what config.json says", () => {
    expect(settingsAt({ offlineShare: 0.25 }, { mixingRatio: 0.5, seed: 1 })).toEqual({ mixingRatio: 0.25, seed: 1 });
  });
});

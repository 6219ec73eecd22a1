import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { beyondTolerance, parseRecording, replayRecording } from "./parity.js";

/** Of the authors' implementation, and of an independent one in JAX (fixtures/golden/variants.py). */
const recordings = [
  "calql-lagrange",
  "calql-fixed-weight",
  "calql-no-importance-sampling",
  "cql-lagrange",
  "sac",
  "variant-calql-entropy-backup",
  "variant-cql-temperature",
  "variant-sac-best-of-n",
];

describe("parity with the reference implementation", () => {
  it.each(recordings)("%s: losses to 1e-5 relative, parameters to 1e-6 absolute", async (name) => {
    const file = new URL(`../../fixtures/golden/${name}.json`, import.meta.url);
    const recording = parseRecording(JSON.parse(readFileSync(file, "utf8")), name);
    const result = await replayRecording(recording, name);
    expect(beyondTolerance(result)).toEqual([]);
    expect([...result.losses.keys()]).toEqual(expect.arrayContaining(["actorLoss", "critic1Loss", "targetQMean"]));
    expect([...result.parameters.keys()]).toEqual(
      expect.arrayContaining(["actor", "critics", "targetCritics", "logAlpha"]),
    );
  });
});

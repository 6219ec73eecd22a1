/** Recordings of reference implementations, replayed: every loss to 1e-5 relative, every parameter to 1e-6 absolute. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { beyondTolerance, parseRecording, replayRecording } from "./parity.js";

const family = { losses: ["actorLoss", "critic1Loss", "targetQMean"], parameters: ["actor", "critics", "logAlpha"] };
const critics = ["critics", "targetCritics"];
const td3 = { losses: ["actorLoss", "criticLoss"], parameters: ["actor", "targetActor", ...critics] };
const iql = { losses: ["valueLoss", "criticLoss", "actorLoss"], parameters: ["actor", "value", ...critics] };
const awac = { losses: ["actorLoss", "criticLoss"], parameters: ["actor", ...critics] };
const bc = { losses: ["actorLoss"], parameters: ["actor"] };

/** Of the authors' implementations, and of independent ones in JAX ("variant-", see fixtures/golden/variants*.py). */
const recordings = {
  "calql-lagrange": family,
  "calql-fixed-weight": family,
  "calql-no-importance-sampling": family,
  "cql-lagrange": family,
  sac: family,
  "variant-calql-entropy-backup": family,
  "variant-cql-temperature": family,
  "variant-sac-best-of-n": family,
  iql,
  awac,
  "td3-bc": td3,
  "variant-iql-cosine": iql,
  "variant-awac": awac,
  "variant-td3-bc-decay": td3,
  "variant-rebrac": td3,
  "variant-bc": bc,
  "variant-bc-mse": bc,
};

function read(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../../fixtures/golden/${name}.json`, import.meta.url), "utf8"));
}

describe("parity with the reference implementation", () => {
  it.each(Object.entries(recordings))("%s", async (name, { losses, parameters }) => {
    const result = await replayRecording(parseRecording(read(name), name), name);
    expect(beyondTolerance(result)).toEqual([]);
    expect([...result.losses.keys()]).toEqual(expect.arrayContaining(losses));
    expect([...result.parameters.keys()]).toEqual(expect.arrayContaining(parameters));
  });
});

describe("a recording", () => {
  const replay = (recording: Record<string, unknown>) => replayRecording(parseRecording(recording, "it"), "it");
  const recording = read("td3-bc") as Record<"hyperparameters" | "initial", Record<string, unknown>> & {
    steps: Record<string, unknown>[];
  };

  it("with another option is not reproduced", async () => {
    const hyperparameters = { ...recording.hyperparameters, actorDelay: 3 };
    const beyond = beyondTolerance(await replay({ ...recording, hyperparameters }));
    expect(beyond.join()).toMatch(/actor .*targetActor .*targetCritics/);
  });

  it("with an unknown option, algorithm or a missing network is refused", async () => {
    const hyperparameters = { ...recording.hyperparameters, tangent: 1 };
    await expect(replay({ ...recording, hyperparameters })).rejects.toThrow(
      'it was recorded with "tangent", an option that calql does not have',
    );
    expect(() => parseRecording({ ...recording, algorithm: "ppo" }, "it")).toThrow('it records "ppo"');
    const { targetActor: _, ...initial } = recording.initial;
    await expect(replay({ ...recording, initial })).rejects.toThrow("initial parameters lack targetActor");
  });

  it("of an agent that learns from next actions must hold them", async () => {
    const steps = (read("variant-rebrac").steps as Record<string, Record<string, unknown>>[]).map((step) => {
      const { nextActions: _, ...batch } = step.batch!;
      return { ...step, batch };
    });
    await expect(replay({ ...read("variant-rebrac"), steps })).rejects.toThrow(
      "The batch has no nextActions, from which rebrac learns",
    );
  });
});

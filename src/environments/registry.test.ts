import { describe, expect, it } from "vitest";
import { RunFailure, UsageError } from "../errors.js";
import { actionVectorSize, box, type Environment } from "./environment.js";
import { environmentNames, makeEnvironment, registerEnvironment } from "./registry.js";
import { makeSync } from "./sync.fixture.js";

function still(length: number): Environment {
  return {
    name: "still",
    observationSpace: box(1, 0, 0),
    actionSpace: box(1, -1, 1),
    horizon: length,
    reset: () => ({ observation: new Float32Array(1), info: { success: false } }),
    step: () => ({
      observation: new Float32Array(1),
      reward: 0,
      terminated: false,
      truncated: true,
      info: { success: false },
    }),
    close: () => undefined,
  };
}

describe("the registry of environments", () => {
  it("makes each of the mazes, which reset and step", async () => {
    const mazes = environmentNames().slice(0, 14);
    expect(mazes).toEqual([
      "pointmaze-umaze",
      "pointmaze-medium",
      "pointmaze-large",
      "pointmaze-umaze-diverse",
      "pointmaze-medium-diverse",
      "pointmaze-large-diverse",
      "antmaze-umaze",
      "antmaze-medium",
      "antmaze-large",
      "antmaze-umaze-diverse",
      "antmaze-medium-play",
      "antmaze-medium-diverse",
      "antmaze-large-play",
      "antmaze-large-diverse",
    ]);
    for (const name of mazes) {
      const environment = await makeSync(name);
      expect(environment.name).toBe(name);
      environment.reset({ seed: 0 });
      const { observation, reward } = environment.step(new Float32Array(actionVectorSize(environment.actionSpace)));
      expect([observation.length, reward]).toEqual([environment.observationSpace.size, 0]);
      environment.close();
    }
  });

  it("waits for a factory that promises its environment, and says why one could not be made", async () => {
    registerEnvironment("promised", async () => still(1));
    const environment = await makeEnvironment("promised");
    expect([environment.name, environment.horizon]).toEqual(["promised", 1]);
    registerEnvironment("promised in vain", () => Promise.reject(new Error("no licence")));
    const failing = makeEnvironment("promised in vain");
    await expect(failing).rejects.toThrow(RunFailure);
    await expect(failing).rejects.toThrow(
      "The environment promised in vain could not be made: no licence. Mend it and run again.",
    );
  });

  it("suggests the nearest name for an unknown one", async () => {
    await expect(makeSync("antmaze-medum")).rejects.toThrow(UsageError);
    await expect(makeSync("antmaze-medum")).rejects.toThrow(
      'Unknown environment "antmaze-medum". Did you mean "antmaze-medium"? Known: antmaze-large, antmaze-large-play, antmaze-medium, antmaze-medium-play, antmaze-umaze, pointmaze-large, pointmaze-medium, pointmaze-umaze and ',
    );
  });

  it("makes a user's environment by name, with its options and inside the guard", async () => {
    registerEnvironment("still-for-a-while", (options) => still(options.length as number));
    expect(environmentNames()).toContain("still-for-a-while");
    const environment = await makeSync("still-for-a-while", { length: 12 });
    expect([environment.name, environment.horizon]).toEqual(["still-for-a-while", 12]);
    expect(() => environment.step(new Float32Array(1))).toThrow("still-for-a-while: step() was called before");
  });

  it("keeps names unique and not empty", () => {
    expect(() => registerEnvironment("antmaze-umaze", () => still(1))).toThrow(
      'An environment "antmaze-umaze" is registered already; register yours under another name.',
    );
    expect(() => registerEnvironment(" ", () => still(1))).toThrow(UsageError);
  });
});

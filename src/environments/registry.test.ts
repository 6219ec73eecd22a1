import { describe, expect, it } from "vitest";
import { RunFailure, UsageError } from "../errors.js";
import { actionVectorSize, box, type Environment } from "./environment.js";
import { environmentNames, makeEnvironment, registerEnvironment } from "./registry.js";

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
  it("makes each of the mazes, which reset and step", () => {
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
      const environment = makeEnvironment(name);
      expect(environment.name).toBe(name);
      environment.reset({ seed: 0 });
      const { observation, reward } = environment.step(new Float32Array(actionVectorSize(environment.actionSpace)));
      expect([observation.length, reward]).toEqual([environment.observationSpace.size, 0]);
      environment.close();
    }
  });

  it.each([
    ["resolves", () => Promise.resolve(still(1))],
    ["rejects", () => Promise.reject(new Error("no licence"))],
  ])("refuses a factory whose promise %s", async (how, factory) => {
    registerEnvironment(`promised, and ${how}`, factory as unknown as () => Environment);
    const make = () => makeEnvironment(`promised, and ${how}`);
    expect(make).toThrow(RunFailure);
    expect(make).toThrow(
      `The environment promised, and ${how} could not be made: its factory returned a Promise; environments are synchronous, so return one that is ready. Mend it and run again.`,
    );
    // A rejection is seen to be unhandled once the microtasks are over.
    await new Promise((resolve) => setTimeout(resolve));
  });

  it("suggests the nearest name for an unknown one", () => {
    expect(() => makeEnvironment("antmaze-medum")).toThrow(UsageError);
    expect(() => makeEnvironment("antmaze-medum")).toThrow(
      'Unknown environment "antmaze-medum". Did you mean "antmaze-medium"? Known: ant-direction, antmaze-large,',
    );
  });

  it("makes a user's environment by name, with its options and inside the guard", () => {
    registerEnvironment("still-for-a-while", (options) => still(options.length as number));
    expect(environmentNames()).toContain("still-for-a-while");
    const environment = makeEnvironment("still-for-a-while", { length: 12 });
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

/** Data and environment must agree on what an action is: a vector of some size, or a choice among so many. */
import { describe, expect, it } from "vitest";
import { randomDataset } from "../data/example-data.fixture.js";
import { discrete, type Environment } from "../environments/environment.js";
import { makeEnvironment } from "../environments/registry.js";
import { DataError } from "../errors.js";
import { registerLine } from "../runs/tiny-run.fixture.js";
import { dataInMemory } from "./learning-data.js";
import { refuseMismatch } from "./mismatch.js";

const line = await makeEnvironment(registerLine("mismatch-line"));
const vectors = randomDataset(1, [5], { observationSize: 2, actionSize: 1 });
const choices = { ...vectors, discreteActions: 3 };
const levers: Environment = {
  name: "levers",
  observationSpace: line.observationSpace,
  actionSpace: discrete(3),
  horizon: 10,
  reset: () => line.reset(),
  step: (action) => line.step(action),
  close: () => {},
};

const refused = (environment: Environment, dataset: typeof vectors) => () =>
  refuseMismatch(environment, dataInMemory(dataset), "the task");

describe("refuseMismatch", () => {
  it("lets equal kinds pass", () => {
    expect(refused(line, vectors)).not.toThrow();
    expect(refused(levers, choices)).not.toThrow();
  });

  it("refuses vectors for a discrete task, and says how a file tells that they are not", () => {
    expect(refused(levers, vectors)).toThrow(DataError);
    expect(refused(levers, vectors)).toThrow(
      "The actions of example are vectors, but those of the task are a choice among 3; say how many there are with " +
        "discreteActions (--discrete-actions 3; in a file metadata/discrete_actions), or use data of the same task.",
    );
  });

  it("refuses discrete actions for a task of vectors, and another number of them", () => {
    expect(refused(line, choices)).toThrow(
      "The actions of example are a choice among 3, but those of the task are vectors; use data of the same task.",
    );
    expect(refused(levers, { ...choices, discreteActions: 4 })).toThrow(
      "are a choice among 4, but those of the task are a choice among 3; use data of the same task.",
    );
  });
});

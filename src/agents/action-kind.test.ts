/** An agent for one kind of actions refuses the other before anything is built; a number that is no action is named. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { sizes, withAgent } from "./agent.fixture.js";
import { Agent, exportUpdate } from "./agent.js";
import { discreteBatch, discreteNames, discreteSizes, withDiscreteAgent } from "./discrete.fixture.js";

const refusal = async (attempt: Promise<unknown>): Promise<string> => {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
};

describe("the kind of an agent's actions", () => {
  it.each(["sac", "cql", "cal-ql"])("of %s is not discrete", async (name) => {
    expect(await refusal(Agent.create(name, discreteSizes))).toBe(
      `The agent ${name} acts with vectors, but there are 4 discrete actions to choose from; take an agent for discrete ` +
        "actions, such as cal-ql-discrete.",
    );
  });

  it.each(discreteNames)("of %s is discrete", async (name) => {
    const message =
      `The agent ${name} chooses among discrete actions, but these are vectors of 2 numbers; take an agent for ` +
      "vectors, such as cal-ql, or say how many actions there are (discreteActions) where they are numbers of choices.";
    expect(await refusal(Agent.create(name, sizes))).toBe(message);
    expect(() => exportUpdate(name, sizes)).toThrow(message);
    expect(await refusal(Agent.create(name, { ...sizes, discreteActions: 4 }))).toContain("give actionSize 1");
    expect(await refusal(Agent.create(name, { ...discreteSizes, discreteActions: 2.5 }))).toContain(
      "among 2.5 actions",
    );
  });

  it("does not change when an agent continues as another", async () => {
    await withAgent("cql", {}, async (agent) => {
      expect(await refusal(agent.continueAs("cql-discrete"))).toContain("chooses among discrete actions");
    });
  });
});

describe("an update", () => {
  it.each([4, -1, 0.5, Number.NaN])("refuses %d as one of four actions", async (wrong) => {
    await withDiscreteAgent("dqn", {}, async (agent) => {
      const batch = discreteBatch(new RandomStream(1));
      batch.actions[3] = wrong;
      expect(await refusal(agent.update(batch))).toBe(
        `The action of the batch's row 3 holds ${wrong}, which is no whole number from 0 to 3; give the indices of actions.`,
      );
      expect(agent.updates).toBe(0);
    });
  });
});

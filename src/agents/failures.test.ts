/** What an agent refuses, in which words, and that nothing it has learned is lost by it. */
import { describe, expect, it } from "vitest";
import { RunFailure, UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { filled, makeUpdates, randomBatch, smallAgent, snapshot, withAgent } from "./agent.fixture.js";
import type { Agent, AgentBatch } from "./agent.js";
import type { AgentSettings } from "./registry.js";

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("It was accepted.");
}

const batch = randomBatch(new RandomStream(1));
const withNaN = (name: keyof AgentBatch): AgentBatch => ({ ...batch, [name]: batch[name]!.with(2, Number.NaN) });

describe("a non-finite update", () => {
  it("is refused with its number and what is damaged; the state before it is kept and goes on", async () => {
    await withAgent("cal-ql", { lagrange: true }, async (agent) => {
      await makeUpdates(agent, 2);
      const before = snapshot(agent);
      const error = await errorOf(agent.update(withNaN("rewards")));
      expect(error).toBeInstanceOf(RunFailure);
      expect(error.message).toMatch(
        /^Update 3 of cal-ql is not finite: .*critic1Loss = NaN.* \(in critics, .*\)\. The state before it is kept\. Likely causes: /,
      );
      expect(error.message).not.toMatch(/actorLoss|\(in [^)]*actor/); // the actor does not see the rewards
      expect(snapshot(agent)).toEqual(before);
      expect(agent.updates).toBe(2);
      await agent.update(batch);
      expect(agent.updates).toBe(3);
      expect(Number.isFinite(agent.metrics.criticLoss)).toBe(true);
    });
  });

  it.each(["cal-ql", "cql", "sac"])(
    "of %s is found wherever the batch has a NaN that is learned from",
    async (name) => {
      const fields: (keyof AgentBatch)[] = ["observations", "actions", "rewards", "nextObservations", "terminated"];
      if (name === "cal-ql") fields.push("returnsToGo");
      await withAgent(name, {}, async (agent) => {
        for (const field of fields) {
          const error = await errorOf(agent.update(withNaN(field))).catch(() => new Error("accepted"));
          expect(error, String(field)).toBeInstanceOf(RunFailure);
        }
        expect(agent.updates).toBe(0);
      });
    },
  );

  it("is one with infinite rewards or overflowing values too", async () => {
    await withAgent("sac", {}, async (agent) => {
      expect(await errorOf(agent.update(filled(batch, { rewards: Infinity })))).toBeInstanceOf(RunFailure);
      expect(await errorOf(agent.update(filled(batch, { rewards: 1e30 })))).toBeInstanceOf(RunFailure);
    });
  });

  it("is not one because of returns that only describe the batch", async () => {
    await withAgent("sac", {}, async (agent) => {
      await agent.update(filled(batch, { returnsToGo: Number.NaN }));
      expect(agent.metrics.returnToGoMean).toBeNaN();
      expect(agent.updates).toBe(1);
    });
  });
});

describe("a request that cannot be carried out", () => {
  const refused = async (promise: Promise<unknown>): Promise<string> => {
    const error = await errorOf(promise);
    expect(error).toBeInstanceOf(UsageError);
    return error.message;
  };

  it("names a batch's wrong field, its size and the size that is expected", async () => {
    await withAgent("cql", {}, async (agent) => {
      const before = snapshot(agent);
      const long = { ...batch, nextObservations: new Float32Array(20) };
      expect(await refused(agent.update(long))).toBe(
        "The batch's nextObservations has 20 numbers where cql expects 18; batchSize is 6.",
      );
      expect(await refused(agent.update(batch, { actor: new Float32Array(1) }))).toContain("noise/");
      expect(snapshot(agent)).toEqual(before);
    });
  });

  it("names the observation's size when it cannot act", async () => {
    await withAgent("sac", {}, async (agent) => {
      const act = (length: number) => agent.act(new Float32Array(length), { deterministic: true });
      expect(await refused(act(4))).toBe("Cannot act on 4 numbers: give rows of 3, the observation's size.");
      expect(await refused(act(0))).toContain("Cannot act on 0 numbers");
    });
  });

  it.each([
    ["calql", {}, 'Unknown agent "calql". Did you mean "cal-ql"? Known: '],
    ["toString", {}, 'Unknown agent "toString".'],
    ["sac", { conservativeWeight: 1 }, 'Unknown setting of agent "sac" "conservativeWeight". Did you mean "'],
    [
      "cql",
      { conservativeWait: 1 },
      'Unknown setting of agent "cql" "conservativeWait". Did you mean "conservativeWeight"?',
    ],
    ["cql", { calibrationSource: "network" }, 'Unknown setting of agent "cql" "calibrationSource".'],
    ["sac", { discount: 1.5 }, 'The setting discount of agent "sac" is 1.5; it must be at most 1.'],
    ["sac", { batchSize: 0 }, 'The setting batchSize of agent "sac" is 0; it must be at least 1.'],
    ["sac", { actorLearningRate: 0 }, 'The setting actorLearningRate of agent "sac" is 0; it must be above 0.'],
    ["sac", { actorHidden: [] }, 'The setting actorHidden of agent "sac" is []; it must have at least 1 entry.'],
    ["sac", { criticHidden: [8, 0] }, 'The setting criticHidden of agent "sac" is [8,0]; entry 2 must be at least 1.'],
    [
      "cal-ql",
      { calibrationSource: "monte" },
      'The setting calibrationSource of agent "cal-ql" is "monte"; it must be one of',
    ],
    ["cal-ql", { discount: Number.NaN }, 'The setting discount of agent "cal-ql" is NaN; it must be a finite number.'],
  ])("creating %s with %j", async (name, settings, message) => {
    const creation = smallAgent(name, settings as AgentSettings).then((agent: Agent) => agent.release());
    expect((await refused(creation)).slice(0, message.length)).toBe(message);
  });
});

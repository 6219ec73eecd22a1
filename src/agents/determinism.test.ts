/** The same seed, machine and thread count give the same bits, and another seed does not. */
import { describe, expect, it } from "vitest";
import { makeUpdates, snapshot, withAgent } from "./agent.fixture.js";
import type { AgentSettings } from "./registry.js";

const UPDATES = 50;

/** All states after the updates, and one stochastic action, as the bits they are. */
function bitsAfter(name: string, settings: AgentSettings, seed: number, threads: number) {
  const run = withAgent(
    name,
    settings,
    async (agent) => {
      await makeUpdates(agent, UPDATES);
      const action = (await agent.act(Float32Array.of(0.1, 0.2, 0.3), { deterministic: false })).slice();
      const states = { ...snapshot(agent), action };
      return new Map(Object.entries(states).map(([state, values]) => [state, new Uint32Array(values.buffer)]));
    },
    { seed, threads },
  );
  return run;
}

describe("50 updates", () => {
  const cases: readonly (readonly [string, AgentSettings, threads: number])[] = [
    ["cal-ql", { lagrange: true, batchSize: 64, actorHidden: [32, 32], criticHidden: [64, 64] }, 2],
    ["cal-ql", { calibrationSource: "network", importanceSampling: false }, 1],
    ["cql", {}, 1],
    ["sac", { backupEntropy: true }, 1],
  ];

  it.each(cases)(
    "of %s %j on %i threads leave the same bits twice, and others for another seed",
    async (name, settings, threads) => {
      const first = await bitsAfter(name, settings, 5, threads);
      const again = await bitsAfter(name, settings, 5, threads);
      const other = await bitsAfter(name, settings, 6, threads);
      expect([...again.keys()]).toEqual([...first.keys()]);
      expect(first.size).toBeGreaterThan(9);
      for (const [state, bits] of first) {
        expect(again.get(state), state).toEqual(bits);
        if (!/^updates$|\/steps$/.test(state)) expect(other.get(state), state).not.toEqual(bits);
      }
    },
  );

  it("on another number of threads differ by no more than rounding, while they are few", async () => {
    const settings = { batchSize: 256, actorHidden: [64, 64], criticHidden: [64, 64] };
    const statesOn = (threads: number) =>
      withAgent(
        "cal-ql",
        settings,
        async (agent) => {
          await makeUpdates(agent, 5);
          return snapshot(agent);
        },
        { seed: 5, threads },
      );
    const [one, three] = [await statesOn(1), await statesOn(3)];
    for (const name of ["actor", "critics"]) {
      const largest = Math.max(...one[name]!.map(Math.abs));
      const difference = Math.max(...one[name]!.map((value, i) => Math.abs(value - three[name]![i]!)));
      expect(difference / largest, name).toBeLessThan(1e-5);
    }
  });

  it("are driven by the noise of the agent's seed, not by its first networks alone", async () => {
    const criticsAfter = (seed: number) =>
      withAgent(
        "sac",
        {},
        async (agent) => {
          for (const name of ["actor", "critics", "targetCritics"]) agent.state(name).fill(0.1);
          await makeUpdates(agent, 3);
          return snapshot(agent).critics;
        },
        { seed },
      );
    expect(await criticsAfter(1)).toEqual(await criticsAfter(1));
    expect(await criticsAfter(1)).not.toEqual(await criticsAfter(2));
  });
});

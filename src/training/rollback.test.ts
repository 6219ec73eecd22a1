/** When the net under the switch catches, what it gives back, and that a checkpoint keeps it. */
import { describe, expect, it } from "vitest";
import { randomBatch, withAgent } from "../agents/agent.fixture.js";
import type { Agent } from "../agents/agent.js";
import { packEpisode } from "../data/episode.js";
import { RandomStream } from "../random.js";
import type { EvaluationLine } from "./record.js";
import { Rollback } from "./rollback.js";

/** An episode of one step with this return. */
const episode = (reward: number) =>
  packEpisode([Float32Array.of(0), Float32Array.of(0)], [Float32Array.of(0)], [reward], false);

const line = (onlineSteps: number, returnMean: number): EvaluationLine => ({
  ...({ phase: onlineSteps > 0 ? "online" : "offline", updates: 5, onlineSteps, seconds: 0 } as const),
  ...{ episodes: 1, successRate: 0, returnMean, returnStandardDeviation: 0, lengthMean: 1 },
});
/** The policy returned -10 at the switch; what it returned before and later does not matter. */
const evaluations = [line(0, -50), line(0, -10), line(100, -90)];

const settings = { below: 5, episodes: 3, restore: true };

function copyOf(agent: Agent): Float32Array[] {
  return agent.stateNames.map((name) => agent.state(name).slice());
}

async function learn(agent: Agent, random: RandomStream): Promise<void> {
  for (let update = 0; update < 3; update++) await agent.update(randomBatch(random));
}

describe("the net under the switch", () => {
  it("gives the agent back as it was, once enough episodes are on average too low", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const random = new RandomStream(1);
      await learn(agent, random);
      const atSwitch = copyOf(agent);
      const net = new Rollback(settings);
      net.keep(agent);
      await learn(agent, random);
      const later = copyOf(agent);
      expect(later).not.toEqual(atSwitch);
      // Means of the last three: -14.7, -15, -15.3.
      const said = [-14, -15, -15, -15, -16].map((reward) => net.see(episode(reward), evaluations, agent));
      expect(said.slice(0, 4)).toEqual(Array(4).fill(undefined));
      expect(said[4]).toBe(
        "The last 3 online episodes returned -15.33 on average, 5.333 below the policy that went online: the run continues with the agent as it was at the switch, and with all that was collected.",
      );
      expect(copyOf(agent)).toEqual(atSwitch);
      // It begins to count anew.
      expect([-90, -90].map((reward) => net.see(episode(reward), evaluations, agent))).toEqual([undefined, undefined]);
      expect(net.see(episode(-90), evaluations, agent)).toContain("80 below");
    }));

  it("only says so where nothing is to be restored, once a fall", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const net = new Rollback({ ...settings, episodes: 1, restore: false });
      net.keep(agent);
      await learn(agent, new RandomStream(1));
      const before = copyOf(agent);
      const said = [-20, -20, -10, -30].map((reward) => net.see(episode(reward), evaluations, agent) !== undefined);
      expect(said).toEqual([true, false, false, true]);
      expect(copyOf(agent)).toEqual(before);
    }));

  it("goes on from a checkpoint with the same returns and the same switch", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const net = new Rollback(settings);
      net.keep(agent);
      const atSwitch = copyOf(agent);
      net.see(episode(-90), evaluations, agent);
      net.see(episode(-90), evaluations, agent);
      const { state, tensors } = net.save();
      await learn(agent, new RandomStream(1));
      const resumed = new Rollback(settings);
      resumed.restore(state, tensors, agent, "c");
      expect(resumed.see(episode(-90), evaluations, agent)).toContain("80 below");
      expect(copyOf(agent)).toEqual(atSwitch);
      const foreign = new Map([["switch/actor", new Float32Array(1)]]);
      expect(() => new Rollback(settings).restore(state, foreign, agent, "c")).toThrow(
        /^The checkpoint c holds another agent's state at the switch/,
      );
    }));
});

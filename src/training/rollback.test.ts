/** When the net under the switch catches, what it gives back and how often, and that a checkpoint keeps it. */
import { describe, expect, it } from "vitest";
import { randomBatch, withAgent } from "../agents/agent.fixture.js";
import type { Agent } from "../agents/agent.js";
import { packEpisode } from "../data/episode.js";
import { RandomStream } from "../random.js";
import type { Policy } from "./ports.js";
import { Rollback, type RollbackSettings, silentRollback } from "./rollback.js";

/** An episode of two steps with this return. */
const episode = (reward: number) =>
  packEpisode(
    [0, 0, 0].map((value) => Float32Array.of(value)),
    [0, 0].map((value) => Float32Array.of(value)),
    [reward + 1, -1],
    false,
  );

const settings = { below: 5, episodes: 3, restore: true, restores: 3 };

/** A net whose policy returns -10 at the switch, and the noise that it acted with there. */
function netOf(changed: Partial<RollbackSettings> = {}) {
  const acted: number[][] = [];
  let closed = 0;
  const evaluator = {
    evaluate: async (policy: Policy) => {
      const observation = Float32Array.of(0.1, 0.2, 0.3);
      acted.push([...(await policy.act(observation, { deterministic: true }))]);
      const zeros = { successRate: 0, returnStandardDeviation: 0, lengthMean: 2 };
      return { episodes: 3, returnMean: -10, ...zeros };
    },
    close: async () => {
      closed++;
    },
  };
  return {
    net: new Rollback({ settings: { ...settings, ...changed }, seed: 4, evaluator }),
    acted,
    closed: () => closed,
  };
}

function copyOf(agent: Agent): Float32Array[] {
  return agent.stateNames.map((name) => agent.state(name).slice());
}

async function learn(agent: Agent, random: RandomStream): Promise<void> {
  for (let update = 0; update < 3; update++) await agent.update(randomBatch(random));
}

const falls = (net: Rollback, agent: Agent, rewards: readonly number[]) =>
  rewards.map((reward) => net.see(episode(reward), agent));

describe("the net under the switch", () => {
  it("gives the agent back as it was, once enough episodes are on average too low", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const random = new RandomStream(1);
      await learn(agent, random);
      const atSwitch = copyOf(agent);
      const { net } = netOf();
      await net.keep(agent);
      await learn(agent, random);
      expect(copyOf(agent)).not.toEqual(atSwitch);
      // Means of the last three: -14.7, -15, -15.3.
      const said = falls(net, agent, [-14, -15, -15, -15, -16]);
      expect(said.slice(0, 4)).toEqual(Array(4).fill(undefined));
      expect(said[4]).toBe(
        "The last 3 online episodes returned -15.33 on average (undiscounted), 5.333 below the policy that went online, which returned -10 when it sampled its actions at the switch: restored, 1 of 3. The run continues with the agent as it was at the switch, and with all that was collected.",
      );
      expect(copyOf(agent)).toEqual(atSwitch);
      // It begins to count anew.
      expect(falls(net, agent, [-90, -90])).toEqual([undefined, undefined]);
      expect(net.see(episode(-90), agent)).toContain("80 below");
    }));

  it("restores no more often than it may, and then says so once a fall", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const { net } = netOf({ episodes: 1, restores: 2 });
      await net.keep(agent);
      const said = falls(net, agent, [-20, -20]);
      expect(said.map((one) => one?.match(/restored, \d of \d/)?.[0])).toEqual([
        "restored, 1 of 2",
        "restored, 2 of 2",
      ]);
      expect(said[0]).toMatch(/^The last online episode returned -20 \(undiscounted\), 10 below /);
      await learn(agent, new RandomStream(1));
      const before = copyOf(agent);
      const later = falls(net, agent, [-20, -20, -10, -20]);
      expect(later.map((one) => one !== undefined)).toEqual([true, false, false, true]);
      expect(later[0]).toContain(": the run goes on as it is, because rollback.restores allows no more than 2.");
      expect(copyOf(agent)).toEqual(before);
    }));

  it("only says so where nothing is to be restored, once a fall", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const { net } = netOf({ episodes: 1, restore: false });
      await net.keep(agent);
      await learn(agent, new RandomStream(1));
      const before = copyOf(agent);
      // A fall is over where half of it is made good: -14.9 is no fall, but still part of one.
      const said = falls(net, agent, [-20, -14.9, -20, -12.4, -30]).map((one) => one !== undefined);
      expect(said).toEqual([true, false, false, false, true]);
      expect(copyOf(agent)).toEqual(before);
      expect(net.save().tensors.size).toBe(0);
    }));

  it("compares with the sampling policy, once, with noise of its own", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const observation = Float32Array.of(0.1, 0.2, 0.3);
      const stream = [...agent.streams.exploration.state()];
      const { net, acted, closed } = netOf();
      await net.keep(agent);
      await net.keep(agent);
      expect([acted.length, closed()]).toEqual([1, 1]);
      expect(agent.streams.exploration.state()).toEqual(stream);
      const act = async (deterministic: boolean) => [...(await agent.act(observation, { deterministic }))];
      expect(acted[0]).not.toEqual(await act(true));
      expect(acted[0]).not.toEqual(await act(false));
      agent.streams.exploration.restore(new RandomStream(4, "rollback").state());
      expect(acted[0]).toEqual(await act(false));
    }));
});

describe("a net that cannot trigger", () => {
  const told = (episodes: number, onlineSteps: number, warmupSteps = 0) =>
    silentRollback({ rollback: { ...settings, episodes }, onlineSteps, warmupSteps }, 60);

  it.each([
    [1, 0, 0, "rollback takes the mean of 1 online episode after the warm-up, and the run has 0 steps for them"],
    [10, 9, 0, "has 9 steps"],
    [10, 500, 491, "has 9 steps"],
    [10, 500, 800, "has 0 steps"],
  ])("because %d episodes are more than %d steps with a warm-up of %d hold", (episodes, steps, warmup, part) => {
    expect(told(episodes, steps, warmup)).toMatch(/^The rollback can never trigger: /);
    expect(told(episodes, steps, warmup)).toContain(part);
  });

  it("unless its episodes end early", () => {
    expect(told(500, 1500)).toBe(
      "The rollback may never trigger: rollback takes the mean of 500 online episodes after the warm-up, and the run has 1,500 steps for them, enough for 500 episodes only if they end after 3 steps on average (the task's horizon is 60); give fewer rollback.episodes.",
    );
    expect(told(10, 540)).toContain("may never trigger: rollback takes the mean of 10 online episodes");
    expect(told(10, 532)).toContain("only if they end after 53.2 steps on average");
  });

  it("is not one whose episodes the run holds at full length", () => {
    expect(told(10, 541)).toBeUndefined(); // the last is played to its end
    expect(told(1, 1)).toBeUndefined();
    expect(silentRollback({ rollback: null, onlineSteps: 0, warmupSteps: 0 }, 60)).toBeUndefined();
  });
});

describe("a checkpoint of the net", () => {
  const at = { checkpoint: "c", begun: true };

  it("holds the same returns, the same switch and how often it was restored", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const { net } = netOf({ restores: 2 });
      await net.keep(agent);
      const atSwitch = copyOf(agent);
      falls(net, agent, [-90, -90, -90, -90, -90]);
      const { state, tensors } = net.save();
      await learn(agent, new RandomStream(1));
      const { net: resumed, acted } = netOf({ restores: 2 });
      resumed.restore(state, tensors, agent, at);
      await resumed.keep(agent);
      expect(acted).toEqual([]);
      expect(resumed.see(episode(-90), agent)).toContain("80 below");
      expect(copyOf(agent)).toEqual(atSwitch);
      expect(falls(resumed, agent, [-90, -90, -90])[2]).toContain("allows no more than 2");
    }));

  it("knows that a fall was told, so that a run which goes on does not tell it again", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const { net } = netOf({ episodes: 1, restore: false });
      await net.keep(agent);
      expect(net.see(episode(-20), agent)).toContain("10 below");
      const { state, tensors } = net.save();
      const { net: resumed } = netOf({ episodes: 1, restore: false });
      resumed.restore(state, tensors, agent, at);
      expect(falls(resumed, agent, [-20, -12.4, -20]).map((one) => one !== undefined)).toEqual([false, false, true]);
    }));

  it("is refused where it lacks any part of the switch, or what was returned there", () =>
    withAgent("cal-ql", {}, async (agent) => {
      const { net } = netOf();
      await net.keep(agent);
      const { state, tensors } = net.save();
      const restore = (changed: Partial<typeof state>, parts: typeof tensors, place = at) =>
        netOf().net.restore({ ...state, ...changed }, parts, agent, place);
      for (const name of agent.stateNames) {
        const partial = new Map([...tensors].filter(([other]) => other !== `switch/${name}`));
        expect(() => restore({}, partial)).toThrow(`The checkpoint c does not hold ${name} of cal-ql at the switch`);
      }
      const foreign = new Map([...tensors, [`switch/${agent.stateNames[0]!}`, new Float32Array(0)]]);
      expect(() => restore({}, foreign)).toThrow(/^The checkpoint c does not hold /);
      expect(() => restore({ expected: null }, tensors)).toThrow(
        /^The checkpoint c does not say what the policy returned at the switch/,
      );
      expect(() => netOf().net.restore(undefined, tensors, agent, at)).toThrow(/does not say what the policy returned/);
      restore({ expected: null }, new Map(), { ...at, begun: false });
    }));
});

/** The table's exact values against simple iteration, and what the parts of the regret say about the two critics. */
import { describe, expect, it } from "vitest";
import { actionCount, follow, optimalValues, policyValues, rowOf, uniformTable } from "./corridor-model.js";
import { measureRegret, offlineSweeps, type Regret, type RegretSettings } from "./regret.js";
import { fitCritic, policyOf } from "./tabular-critic.js";

const model = { cells: 20, discount: 0.97, exitReward: -25 };
const behaviour = [0.7, 0.28, 0.02];

/** The values to which repeated backups converge, where `worth` says what a cell's three backed-up actions are worth. */
function converged(worth: (backedUp: readonly number[], cell: number) => number, of = model): Float64Array {
  const values = new Float64Array(of.cells);
  for (let round = 0; round < 3000; round++)
    for (let cell = 0; cell < of.cells; cell++) {
      const backedUp = Array.from({ length: actionCount }, (_, action) => {
        const [reward, next] = follow(of, cell, action);
        return reward + (next === undefined ? 0 : of.discount * values[next]!);
      });
      values[cell] = worth(backedUp, cell);
    }
  return values;
}

/** Of a policy, by `converged`. */
function iterated(policy: Float64Array): Float64Array {
  return converged((backedUp, cell) =>
    backedUp.reduce((sum, value, action) => sum + rowOf(policy, cell)[action]! * value, 0),
  );
}

describe("exact values", () => {
  it("are those to which repeated backups converge", () => {
    const policy = uniformTable(model.cells, behaviour);
    const values = iterated(policy);
    for (const [cell, value] of policyValues(model, policy).entries()) expect(value).toBeCloseTo(values[cell]!, 9);
  });

  it("of the optimal policy are those of walking, or of the exit where that is better", () => {
    const walking = -(1 - model.discount ** 19) / (1 - model.discount);
    expect(optimalValues(model)[0]).toBeCloseTo(walking, 12);
    expect(optimalValues({ ...model, exitReward: -3 })[0]).toBe(-3);
  });
});

describe("the values of the optimal policy", () => {
  it.each([
    [20, 0.97, -25],
    [20, 0.97, -5],
    [60, 0.97, -50], // walking is hardly better than waiting forever, -33.3
    [200, 0.9, -1000],
    [5, 0.5, -1.7],
  ])(
    "in %d cells, with discount %d and an exit for %d, are those of the best of three actions",
    (cells, discount, exitReward) => {
      const other = { cells, discount, exitReward };
      const best = converged((backedUp) => Math.max(...backedUp), other);
      for (const [cell, value] of optimalValues(other).entries()) expect(value).toBeCloseTo(best[cell]!, 9);
    },
  );
});

describe("the critic at the switch", () => {
  it("is held against V^mu by what it expects of the behaviour policy's actions, not of its best", () => {
    // Without a conservative term and with every action in the data, Q is Q*.
    const short = { cells: 3, discount: 0.97, exitReward: -25 };
    const found = measureRegret({
      ...{ model: short, behaviour, recordedEpisodes: 2000, onlineEpisodes: 1, seed: 1 },
      critic: { weight: 0, temperature: 0, actingTemperature: 0.3 },
    });
    const [step, wait, exit] = [-1.97, -1 - 0.97 * 1.97, -25];
    const expected = 0.7 * step + 0.28 * wait + 0.02 * exit;
    const mu = converged((backedUp) => backedUp.reduce((sum, value, a) => sum + behaviour[a]! * value, 0), short);
    expect(found.belowBehaviour).toBeCloseTo(expected - mu[0]!, 4);
    expect(Math.abs(step - expected)).toBeGreaterThan(0.5);
  });
});

function total({ regret }: Regret): number {
  return regret.reduce((sum, one) => sum + one, 0);
}

describe("the regret of going online", () => {
  const settings: RegretSettings = {
    ...{ model, behaviour, recordedEpisodes: 200, onlineEpisodes: 100, seed: 1 },
    critic: { weight: 1, temperature: 5, actingTemperature: 0.3 },
  };
  const reference = policyValues(model, uniformTable(model.cells, [0.95, 0.03, 0.02]));
  const cql = measureRegret(settings);
  const calQl = measureRegret({ ...settings, critic: { ...settings.critic, reference } });
  const greedy = measureRegret({ ...settings, critic: { ...settings.critic, temperature: 0 } });

  it("of CQL with a soft backup is that of leaving through the exit, which looks better than its values", () => {
    expect(cql.belowBehaviour).toBeLessThan(-5);
    expect(cql.regret.at(-1)).toBeCloseTo(optimalValues(model)[0]! - model.exitReward, 0);
  });

  it("is small for Cal-QL with a good reference, and for CQL with a greedy backup, which cannot lie below V^mu", () => {
    expect(total(calQl)).toBeLessThan(total(cql) / 5);
    expect(greedy.belowBehaviour).toBeGreaterThan(0);
    expect(total(greedy)).toBeLessThan(total(cql) / 5);
  });

  it("is the sum of what the critic holds the start to be worth too little and what the policy falls short of it", () => {
    // Data that only ever step on are the same in every seed, so that the critic is known before the one episode.
    const onward = { ...settings, behaviour: [1, 0, 0], onlineEpisodes: 1 };
    const counts = uniformTable(model.cells, [settings.recordedEpisodes, 0, 0]);
    const best = converged((backedUp) => Math.max(...backedUp));
    for (const critic of [settings.critic, { ...settings.critic, reference }]) {
      const values = new Float64Array(model.cells * actionCount);
      fitCritic(model, values, counts, critic, offlineSweeps);
      const promised = Math.max(...rowOf(values, 0));
      const reached = iterated(policyOf(values, critic.actingTemperature))[0]!;
      const found = measureRegret({ ...onward, critic });
      expect(found.miscalibration[0]).toBeCloseTo(best[0]! - promised, 9);
      expect(found.overestimation[0]).toBeCloseTo(promised - reached, 9);
      expect(found.regret[0]).toBeCloseTo(best[0]! - reached, 9);
      expect(Math.abs(found.miscalibration[0]! - found.overestimation[0]!)).toBeGreaterThan(1); // the two are told apart
    }
  });

  it("is no less than nothing, whatever the critic", () => {
    for (const run of [cql, calQl, greedy]) for (const regret of run.regret) expect(regret).toBeGreaterThan(0);
  });
});

describe("a step of the critic", () => {
  const one = { cells: 1, discount: 0.97, exitReward: -25 };
  const before = [-5, -9, -3];
  const stepped = (reference?: number) => {
    const values = Float64Array.from(before);
    const held = reference === undefined ? {} : { reference: Float64Array.of(reference) };
    fitCritic(
      one,
      values,
      Float64Array.of(10, 0, 0),
      { weight: 1, temperature: 5, actingTemperature: 0.3, ...held },
      1,
    );
    return [...values];
  };
  /** 0.2 of (share·(target - Q) - weight/2·(down - share)), where the data hold the step to the goal alone. */
  const expected = (down: readonly number[]) =>
    before.map((value, action) => {
      const share = action === 0 ? 1 : 0;
      return value + 0.2 * (share * (0 - value) - 0.5 * (down[action]! - share));
    });

  it("pushes every action down in CQL, by its share of the softmax", () => {
    const sizes = before.map(Math.exp);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    for (const [i, value] of expected(sizes.map((size) => size / total)).entries())
      expect(stepped()[i]).toBeCloseTo(value, 12);
  });

  it("pushes down in Cal-QL what lies above the reference alone", () => {
    const above = Math.E / (Math.E + 2); // of -3 beside two that the reference of -4 holds up
    for (const [i, value] of expected([0, 0, above]).entries()) expect(stepped(-4)[i]).toBeCloseTo(value, 12);
    expect(stepped(-4)[1]).toBe(-9);
  });
});

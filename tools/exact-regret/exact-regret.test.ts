/** The table's exact values against simple iteration, and what the parts of the regret say about the two critics. */
import { describe, expect, it } from "vitest";
import { actionCount, follow, optimalValues, policyValues, rowOf, uniformTable } from "./corridor-model.js";
import { measureRegret, type RegretSettings } from "./regret.js";

const model = { cells: 20, discount: 0.97, exitReward: -25 };
const behaviour = [0.7, 0.28, 0.02];

describe("exact values", () => {
  it("are those to which repeated backups converge", () => {
    const policy = uniformTable(model.cells, behaviour);
    const values = new Float64Array(model.cells);
    for (let round = 0; round < 3000; round++)
      for (let cell = 0; cell < model.cells; cell++) {
        let value = 0;
        for (let action = 0; action < actionCount; action++) {
          const [reward, next] = follow(model, cell, action);
          value += rowOf(policy, cell)[action]! * (reward + (next === undefined ? 0 : model.discount * values[next]!));
        }
        values[cell] = value;
      }
    for (const [cell, value] of policyValues(model, policy).entries()) expect(value).toBeCloseTo(values[cell]!, 9);
  });

  it("of the optimal policy are those of walking, or of the exit where that is better", () => {
    const walking = -(1 - model.discount ** 19) / (1 - model.discount);
    expect(optimalValues(model)[0]).toBeCloseTo(walking, 12);
    expect(optimalValues({ ...model, exitReward: -3 })[0]).toBe(-3);
  });
});

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
    expect(cql.last).toBeCloseTo(optimalValues(model)[0]! - model.exitReward, 0);
  });

  it("is small for Cal-QL with a good reference, and for CQL with a greedy backup, which cannot lie below V^mu", () => {
    expect(calQl.regret).toBeLessThan(cql.regret / 5);
    expect(greedy.belowBehaviour).toBeGreaterThan(0);
    expect(greedy.regret).toBeLessThan(cql.regret / 5);
  });

  it("is the sum of its two parts, exactly", () => {
    for (const { regret, miscalibration, overestimation } of [cql, calQl, greedy]) {
      expect(miscalibration + overestimation).toBeCloseTo(regret, 9);
      expect(regret).toBeGreaterThan(0);
    }
  });
});

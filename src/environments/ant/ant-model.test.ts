import { afterAll, describe, expect, it } from "vitest";
import { Simulation } from "../../physics/mujoco.js";
import { itHasTheFigures } from "../compiled-model.fixture.js";
import { expectActuators, readFigures } from "../model-figures.fixture.js";
import { antMjcf } from "./ant-model.js";

const figures = readFigures<{ actions: number[][]; qposAfter: number[][] }>("ant");
const simulation = new Simulation(antMjcf(), "ant");
afterAll(() => simulation.close());

describe("the ant's compiled model", () => {
  itHasTheFigures(simulation, figures);
  it("has the actuators of the figures, in D4RL's order", () => {
    simulation.inspect((model, api) => expectActuators(model, api, figures));
  });

  it("follows the reference motion for 20 actions to 1e-5", () => {
    simulation.reset();
    const { actions, qposAfter } = figures.referenceMotion;
    let largest = 0;
    actions.forEach((action, t) => {
      simulation.ctrl.set(action.map((value) => 30 * value));
      simulation.step(5);
      qposAfter[t]!.forEach((value, i) => {
        largest = Math.max(largest, Math.abs(simulation.qpos[i]! - value));
      });
    });
    expect(actions.length).toBe(20);
    expect(largest).toBeLessThan(1e-5);
  });
});

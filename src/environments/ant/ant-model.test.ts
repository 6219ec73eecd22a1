import { afterAll, describe, expect, it } from "vitest";
import {
  expectActuators,
  expectBodies,
  expectGeoms,
  expectJoints,
  expectOptionsAndSizes,
  readFigures,
} from "../model-figures.fixture.js";
import { Simulation } from "../mujoco.js";
import { antMjcf } from "./ant-model.js";

const figures = readFigures<{ actions: number[][]; qposAfter: number[][] }>("ant");
const simulation = new Simulation(antMjcf(), "ant");
afterAll(() => simulation.close());

describe("the ant's compiled model", () => {
  it("has the options and sizes of the figures", () => {
    simulation.inspect((model, api) => expectOptionsAndSizes(model, api, figures));
  });
  it("has the bodies, masses and inertias of the figures", () => {
    simulation.inspect((model) => expectBodies(model, figures));
  });
  it("has the joints of the figures, in their order", () => {
    simulation.inspect((model, api) => expectJoints(model, api, figures));
  });
  it("has the geoms of the figures", () => {
    simulation.inspect((model, api) => expectGeoms(model, api, figures));
  });
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

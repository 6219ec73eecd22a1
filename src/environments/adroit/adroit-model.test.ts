import { afterAll, describe, expect, it } from "vitest";
import { Simulation } from "../../physics/mujoco.js";
import { itHasTheFigures } from "../compiled-model.fixture.js";
import {
  expectActuators,
  expectContactPairs,
  expectSites,
  expectTendons,
  readFigures,
} from "../model-figures.fixture.js";
import { adroitMjcf, doorScene, penScene, relocateScene } from "./adroit-model.js";

describe.each([penScene, doorScene, relocateScene])("the compiled model of $name", (scene) => {
  const figures = readFigures<{ actions: number[][]; after: { qpos: number[] }[] }>(`adroit-${scene.name}`);
  const simulation = new Simulation(adroitMjcf(scene), scene.name);
  afterAll(() => simulation.close());

  itHasTheFigures(simulation, figures);
  it("has the sites of the figures", () => {
    simulation.inspect((model) => expectSites(model, figures));
  });
  it("has the tendons of the figures", () => {
    simulation.inspect((model, api) => expectTendons(model, api, figures));
  });
  it("has the actuators of the figures", () => {
    simulation.inspect((model, api) => expectActuators(model, api, figures));
  });
  it("has the contact pairs of the figures", () => {
    simulation.inspect((model) => expectContactPairs(model, figures));
  });

  it("follows the reference motion to 1e-6 for 60 actions", () => {
    simulation.reset();
    const { actions, after } = figures.referenceMotion;
    const deviations = actions.map((action, t) => {
      action.forEach((value, i) => {
        const [low, high] = figures.actuators[i]!.ctrlRange as [number, number];
        simulation.ctrl[i] = (low + high) / 2 + (value * (high - low)) / 2;
      });
      simulation.step(5);
      return Math.max(...after[t]!.qpos.map((value, i) => Math.abs(simulation.qpos[i]! - value)));
    });
    expect(actions.length).toBe(60);
    expect(Math.max(...deviations)).toBeLessThan(1e-6);
  });
});

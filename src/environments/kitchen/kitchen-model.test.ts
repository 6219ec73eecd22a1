import { afterAll, describe, expect, it } from "vitest";
import { Simulation } from "../../physics/mujoco.js";
import { itHasTheFigures } from "../compiled-model.fixture.js";
import { expectActuators, expectEqualities, expectMeshes, expectSites, readFigures } from "../model-figures.fixture.js";
import { kitchenMjcf } from "./kitchen-model.js";

interface ReferenceMotion {
  readonly controls: number[][];
  readonly after: { readonly qpos: number[]; readonly contacts: number }[];
}

describe("the compiled model of the kitchen", () => {
  const figures = readFigures<ReferenceMotion>("kitchen");
  const simulation = new Simulation(kitchenMjcf(), "kitchen");
  afterAll(() => simulation.close());

  itHasTheFigures(simulation, figures);
  it("has the sites of the figures", () => {
    simulation.inspect((model) => expectSites(model, figures));
  });
  it("has the actuators of the figures, with their limits of force", () => {
    simulation.inspect((model, api) => expectActuators(model, api, figures));
  });
  it("has the equality constraints of the figures", () => {
    simulation.inspect((model, api) => expectEqualities(model, api, figures));
  });
  it("has the hulls of the figures", () => {
    simulation.inspect((model, api) => expectMeshes(model, api, figures));
  });

  it("follows the reference motion to 1e-6 for 60 control steps", () => {
    simulation.reset();
    simulation.qpos.set(figures.initialQpos!);
    const { controls, after } = figures.referenceMotion;
    const deviations = controls.map((control, t) => {
      simulation.ctrl.set(control);
      simulation.step(40);
      return Math.max(...after[t]!.qpos.map((value, i) => Math.abs(simulation.qpos[i]! - value)));
    });
    expect(controls.length).toBe(60);
    expect(Math.max(...deviations)).toBeLessThan(1e-6);
  });
});

/**
 * What every compiled model must have of its figures, as tests.
 */
import { it } from "vitest";
import type { Simulation } from "../physics/mujoco.js";
import {
  expectBodies,
  expectGeoms,
  expectJoints,
  expectOptionsAndSizes,
  type ModelFigures,
} from "./model-figures.fixture.js";

export function itHasTheFigures(simulation: Simulation, figures: ModelFigures): void {
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
}

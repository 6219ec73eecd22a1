import { describe, expect, it } from "vitest";
import { UsageError } from "../errors.js";
import { Simulation } from "./mujoco.js";

/** A mass of 2 kg on a slide, pushed by a motor of 3 N. */
const slide = `<mujoco>
  <option timestep="0.01" gravity="0 0 0"/>
  <worldbody><body><joint name="x" type="slide" axis="1 0 0"/><geom size="0.1" mass="2"/></body></worldbody>
  <actuator><motor joint="x" gear="3" ctrllimited="true" ctrlrange="-1 1"/></actuator>
</mujoco>`;

describe("a simulation", () => {
  it("moves as Newton says, with the control clamped to its range", () => {
    const simulation = new Simulation(slide, "slide");
    simulation.ctrl[0] = 7;
    simulation.step(100);
    expect(simulation.qvel[0]).toBeCloseTo((3 / 2) * 1, 10);
    expect(simulation.qpos[0]).toBeCloseTo(0.01 ** 2 * (3 / 2) * ((100 * 101) / 2), 10); // semi-implicit Euler
    simulation.reset();
    expect([simulation.qpos[0], simulation.qvel[0], simulation.ctrl[0]]).toEqual([0, 0, 0]);
    simulation.close();
  });

  it("keeps its state readable when the WebAssembly memory grows under it", () => {
    const simulation = new Simulation(slide, "slide");
    const before = simulation.qpos;
    simulation.qpos[0] = 4.5;
    const others: Simulation[] = [];
    while (before.length > 0 && others.length < 500)
      others.push(new Simulation(slide.replace("<worldbody>", '<size memory="64M"/><worldbody>'), "big"));
    expect(before.length).toBe(0); // the old view is dead: this test would prove nothing otherwise
    expect(simulation.qpos[0]).toBe(4.5);
    expect(simulation.ctrl.length).toBe(1);
    simulation.step();
    expect(simulation.qvel.length).toBe(1);
    for (const other of [simulation, ...others]) other.close();
  });

  it("reports a state that left the finite numbers", () => {
    const simulation = new Simulation(slide, "slide");
    simulation.step(10);
    simulation.qvel[0] = 1e300;
    expect(() => simulation.step(5)).toThrow(/The physics of slide became unstable at 0\.10 s/);
    simulation.close();
  });

  it("continues from a saved state to the bit, and leaves the rest of MuJoCo's memory alone", () => {
    const [simulation, fresh] = [new Simulation(slide, "slide"), new Simulation(slide, "slide")];
    simulation.ctrl[0] = 0.3;
    simulation.step(7);
    const beginning = new Uint8Array(simulation.qpos.buffer, 0, 4096).slice();
    const state = simulation.saveState();
    expect(new Uint8Array(simulation.qpos.buffer, 0, 4096)).toEqual(beginning);
    expect([...state.slice(1, 3)]).toEqual([simulation.qpos[0], simulation.qvel[0]]);
    simulation.step(5);
    const later = simulation.saveState();
    expect(later).not.toEqual(state);
    for (const each of [simulation, fresh]) {
      each.restoreState(state);
      each.step(5);
      expect(each.saveState()).toEqual(later);
      each.close();
    }
  });

  it("says which body or site it does not find", () => {
    const simulation = new Simulation(slide, "slide");
    expect(() => simulation.body("hand")).toThrow('The MuJoCo model of slide has no body "hand"; correct the name.');
    expect(() => simulation.site("grip")).toThrow('The MuJoCo model of slide has no site "grip"; correct the name.');
    simulation.close();
  });

  it("tells why a model does not compile", () => {
    const make = () => new Simulation("<mujoco><worldbod/></mujoco>", "mine");
    expect(make).toThrow(UsageError);
    expect(make).toThrow(/The MuJoCo model of mine does not compile \(.*worldbod.*\); correct its MJCF text\./);
  });

  it("is closed once, however often it is asked to", () => {
    const simulation = new Simulation(slide, "slide");
    simulation.close();
    expect(() => simulation.close()).not.toThrow();
  });
});

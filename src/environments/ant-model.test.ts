import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { antMjcf } from "./ant-model.js";
import { Simulation } from "./mujoco.js";

/** What fixtures/ant.json holds, as far as it is compared here. */
interface Figures {
  option: Record<string, number | string | number[]>;
  size: Record<string, number>;
  qpos0: number[];
  bodies: (Record<"pos" | "quat" | "inertialPos" | "inertialQuat" | "inertia", number[]> & {
    name: string | null;
    parent: string;
    mass: number;
  })[];
  joints: ({ name: string; type: string; limited: boolean } & Record<
    "pos" | "axis" | "rangeRad" | "solrefLimit" | "solimpLimit",
    number[]
  > &
    Record<"stiffness" | "margin" | "damping" | "armature" | "frictionLoss", number>)[];
  geoms: ({ name: string; type: string } & Record<
    "size" | "pos" | "quat" | "friction" | "solref" | "solimp" | "rgba",
    number[]
  > &
    Record<"contype" | "conaffinity" | "condim" | "margin" | "gap" | "solmix" | "priority" | "group", number>)[];
  actuators: ({
    target: string;
    ctrlLimited: boolean;
    forceLimited: boolean;
    gainType: number;
    biasType: number;
  } & Record<"gear" | "ctrlRange" | "gainPrm" | "biasPrm", number[]>)[];
  referenceMotion: { actions: number[][]; qposAfter: number[][] };
}

const figures: Figures = JSON.parse(readFileSync(new URL("../../fixtures/ant.json", import.meta.url), "utf8"));
const simulation = new Simulation(antMjcf(), "ant");
afterAll(() => simulation.close());

type Inspected = Parameters<Parameters<typeof simulation.inspect>[0]>;
type Model = Inspected[0];

/** Row `index` of a model array whose rows have `width` entries. */
const row = (values: ArrayLike<number>, index: number, width: number) =>
  Array.from({ length: width }, (_, i) => values[index * width + i]!);

/** Every entry within 1e-6, with the place in the message. */
function expectClose(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `${what}[${i}]: ${value} instead of ${expected[i]}`).toBeLessThan(1e-6);
  });
}

const look = (check: (model: Model, api: Inspected[1]) => void) => simulation.inspect(check);

describe("the ant's compiled model", () => {
  it("has the options and sizes of the figures", () => {
    look((model, api) => {
      const option = model.opt;
      expect(option.timestep).toBe(figures.option.timestep);
      expect(option.integrator).toBe(api.mjtIntegrator.mjINT_RK4.value);
      expectClose(row(option.gravity, 0, 3), figures.option.gravity as number[], "gravity");
      expect(option.iterations).toBe(figures.option.iterations);
      expect(option.noslip_iterations).toBe(figures.option.noslipIterations);
      expect(option.cone).toBe(figures.option.cone);
      expect(option.solver).toBe(figures.option.solver);
      expect(option.impratio).toBe(figures.option.impratio);
      expect(option.tolerance).toBe(figures.option.tolerance);
      expect(option.disableflags).toBe(figures.option.disableflags);
      expect(option.enableflags).toBe(figures.option.enableflags);
      option.delete();
      const sizes = model as unknown as Record<string, number>;
      for (const [key, count] of Object.entries(figures.size)) expect(sizes[key], key).toBe(count);
      expectClose(row(model.qpos0, 0, 15), figures.qpos0, "qpos0");
    });
  });

  it("has the bodies, masses and inertias of the figures", () => {
    look((model) => {
      // mj_id2name answers nonsense for a body without a name, so the table of names is read instead.
      const nameOf = (body: number) => {
        const start = model.name_bodyadr[body];
        const end = model.names.indexOf(0, start);
        return String.fromCharCode(...model.names.slice(start, end)) || null;
      };
      figures.bodies.forEach((body, i) => {
        const what = `body ${i} ${body.name}`;
        expect(nameOf(i), what).toBe(body.name);
        expect(nameOf(model.body_parentid[i]), what).toBe(body.parent);
        expectClose([model.body_mass[i]], [body.mass], `${what} mass`);
        expectClose(row(model.body_inertia, i, 3), body.inertia, `${what} inertia`);
        expectClose(row(model.body_pos, i, 3), body.pos, `${what} pos`);
        expectClose(row(model.body_quat, i, 4), body.quat, `${what} quat`);
        expectClose(row(model.body_ipos, i, 3), body.inertialPos, `${what} inertialPos`);
        expectClose(row(model.body_iquat, i, 4), body.inertialQuat, `${what} inertialQuat`);
      });
    });
  });

  it("has the joints of the figures, in their order", () => {
    look((model, api) => {
      const types: Record<string, number> = {
        free: api.mjtJoint.mjJNT_FREE.value,
        hinge: api.mjtJoint.mjJNT_HINGE.value,
      };
      figures.joints.forEach((joint, i) => {
        const dof = model.jnt_dofadr[i];
        expect(api.mj_id2name(model, api.mjtObj.mjOBJ_JOINT.value, i)).toBe(joint.name);
        expect(model.jnt_type[i], joint.name).toBe(types[joint.type]);
        const accessor = model.jnt(i); // the whole array of booleans cannot be read in this build of MuJoCo
        expect(accessor.limited, joint.name).toBe(joint.limited);
        accessor.delete();
        expectClose(row(model.jnt_pos, i, 3), joint.pos, `${joint.name} pos`);
        expectClose(row(model.jnt_axis, i, 3), joint.axis, `${joint.name} axis`);
        expectClose(row(model.jnt_range, i, 2), joint.rangeRad, `${joint.name} range`);
        expectClose(row(model.jnt_solref, i, 2), joint.solrefLimit, `${joint.name} solref`);
        expectClose(row(model.jnt_solimp, i, 5), joint.solimpLimit, `${joint.name} solimp`);
        expectClose(
          [
            model.jnt_stiffness[i],
            model.jnt_margin[i],
            model.dof_damping[dof],
            model.dof_armature[dof],
            model.dof_frictionloss[dof],
          ],
          [joint.stiffness, joint.margin, joint.damping, joint.armature, joint.frictionLoss],
          `${joint.name} stiffness, margin, damping, armature, frictionLoss`,
        );
      });
    });
  });

  it("has the geoms of the figures", () => {
    look((model, api) => {
      const types: Record<string, number> = {
        plane: api.mjtGeom.mjGEOM_PLANE.value,
        sphere: api.mjtGeom.mjGEOM_SPHERE.value,
        capsule: api.mjtGeom.mjGEOM_CAPSULE.value,
      };
      figures.geoms.forEach((geom, i) => {
        expect(api.mj_id2name(model, api.mjtObj.mjOBJ_GEOM.value, i)).toBe(geom.name);
        expect(model.geom_type[i], geom.name).toBe(types[geom.type]);
        for (const key of ["size", "pos", "friction"] as const)
          expectClose(row(model[`geom_${key}`], i, 3), geom[key], `${geom.name} ${key}`);
        expectClose(row(model.geom_quat, i, 4), geom.quat, `${geom.name} quat`);
        expectClose(row(model.geom_solref, i, 2), geom.solref, `${geom.name} solref`);
        expectClose(row(model.geom_solimp, i, 5), geom.solimp, `${geom.name} solimp`);
        expectClose(row(model.geom_rgba, i, 4), geom.rgba, `${geom.name} rgba`);
        for (const key of ["contype", "conaffinity", "condim", "margin", "gap", "solmix", "priority", "group"] as const)
          expectClose([model[`geom_${key}`][i]], [geom[key]], `${geom.name} ${key}`);
      });
    });
  });

  it("has the actuators of the figures, in D4RL's order", () => {
    look((model, api) => {
      figures.actuators.forEach((actuator, i) => {
        const joint = model.actuator_trnid[2 * i];
        expect(api.mj_id2name(model, api.mjtObj.mjOBJ_JOINT.value, joint)).toBe(actuator.target);
        expect(model.actuator_trntype[i]).toBe(api.mjtTrn.mjTRN_JOINT.value);
        const accessor = model.actuator(i);
        expect([accessor.ctrllimited, accessor.forcelimited]).toEqual([actuator.ctrlLimited, actuator.forceLimited]);
        accessor.delete();
        expect(model.actuator_gaintype[i]).toBe(actuator.gainType);
        expect(model.actuator_biastype[i]).toBe(actuator.biasType);
        const widthOfParameters = model.actuator_gainprm.length / model.nu;
        expectClose(row(model.actuator_gainprm, i, widthOfParameters).slice(0, 3), actuator.gainPrm, "gainPrm");
        expectClose(row(model.actuator_biasprm, i, widthOfParameters).slice(0, 3), actuator.biasPrm, "biasPrm");
        expectClose(row(model.actuator_gear, i, 6), actuator.gear, "gear");
        expectClose(row(model.actuator_ctrlrange, i, 2), actuator.ctrlRange, "ctrlRange");
      });
    });
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

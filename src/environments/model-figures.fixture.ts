/**
 * The figures of compiled models (fixtures/ant.json, adroit-*.json, kitchen.json; each with a reference motion) and how a model is
 * checked against them. Independent of the product's code: they were read out of the original models.
 */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Simulation } from "../physics/mujoco.js";

type Vector = readonly number[];

/** What such a file holds, as far as it is compared. */
export interface ModelFigures {
  readonly option: Record<string, number | string | Vector>;
  readonly size: Record<string, number>;
  readonly qpos0: Vector;
  readonly bodies: ({ name: string | null; parent: string | null; mass: number; mocap: boolean } & Record<
    "pos" | "quat" | "inertialPos" | "inertialQuat" | "inertia",
    Vector
  >)[];
  readonly joints: ({ name: string; body: string | null; type: string; limited: boolean } & Record<
    "pos" | "axis" | "rangeRad" | "solrefLimit" | "solimpLimit",
    Vector
  > &
    Record<"stiffness" | "margin" | "damping" | "armature" | "frictionLoss", number>)[];
  readonly geoms: ({ name: string | null; body: string | null; type: string } & Record<
    "size" | "pos" | "quat" | "friction" | "solref" | "solimp" | "rgba",
    Vector
  > &
    Record<"contype" | "conaffinity" | "condim" | "margin" | "gap" | "solmix" | "priority" | "group", number>)[];
  readonly sites?: ({ name: string; body: string } & Record<"pos" | "quat" | "size", Vector>)[];
  readonly tendons?: {
    name: string;
    limited: boolean;
    range: Vector;
    stiffness: number;
    damping: number;
    wraps: { type: string; joint: string; coefficient: number }[];
  }[];
  readonly actuators: ({
    name: string | null;
    target: string;
    ctrlLimited: boolean;
    forceLimited: boolean;
    gainType: number;
    biasType: number;
  } & Record<"gear" | "ctrlRange" | "forceRange" | "gainPrm" | "biasPrm", Vector>)[];
  /** Between two joints or two bodies, by number. */
  readonly equalities?: ({ type: "joint" | "weld"; a: number; b: number; active: boolean } & Record<
    "data" | "solref" | "solimp",
    Vector
  >)[];
  readonly meshes?: { name: string; vertices: Vector[] }[];
  readonly initialQpos?: Vector;
  /** Two geoms, condim, friction, margin, solref, solimp. */
  readonly pairs?: [string, string, number, Vector, number, Vector, Vector][];
}

/** The figures of fixtures/{name}.json; `Motion` is what its reference motion looks like. */
export function readFigures<Motion>(name: string): ModelFigures & { readonly referenceMotion: Motion } {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), "utf8"));
}

type Inspected = Parameters<Parameters<Simulation["inspect"]>[0]>;
type Model = Inspected[0];
type Api = Inspected[1];

/** Row `index` of a model array whose rows have `width` entries. */
const row = (values: ArrayLike<number>, index: number, width: number) =>
  Array.from({ length: width }, (_, i) => values[index * width + i]!);

/** Every entry within 1e-6, with the place in the message. */
function expectClose(actual: Vector, expected: Vector, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `${what}[${i}]: ${value} instead of ${expected[i]}`).toBeLessThan(1e-6);
  });
}

/** The name at a place in the model's table of names; mj_id2name answers nonsense for what has none. */
function nameAt(model: Model, start: number): string | null {
  const end = model.names.indexOf(0, start);
  return String.fromCharCode(...model.names.slice(start, end)) || null;
}

export function expectOptionsAndSizes(model: Model, api: Api, figures: ModelFigures): void {
  const option = model.opt;
  expect(option.timestep).toBe(figures.option.timestep);
  const integrators: Record<string, number> = {
    mjINT_EULER: api.mjtIntegrator.mjINT_EULER.value,
    mjINT_RK4: api.mjtIntegrator.mjINT_RK4.value,
  };
  expect(option.integrator).toBe(integrators[figures.option.integrator as string]);
  expectClose(row(option.gravity, 0, 3), figures.option.gravity as Vector, "gravity");
  expect(option.noslip_iterations).toBe(figures.option.noslipIterations);
  for (const key of ["iterations", "cone", "solver", "impratio", "tolerance", "disableflags", "enableflags"] as const)
    expect(option[key], key).toBe(figures.option[key]);
  option.delete();
  const sizes = model as unknown as Record<string, number>;
  for (const [key, count] of Object.entries(figures.size)) expect(sizes[key], key).toBe(count);
  expectClose(row(model.qpos0, 0, figures.qpos0.length), figures.qpos0, "qpos0");
}

export function expectBodies(model: Model, figures: ModelFigures): void {
  const nameOf = (body: number) => nameAt(model, model.name_bodyadr[body]);
  figures.bodies.forEach((body, i) => {
    const what = `body ${body.name}`;
    expect(nameOf(i)).toBe(body.name);
    expect(nameOf(model.body_parentid[i]), what).toBe(body.parent);
    expect(model.body_mocapid[i] >= 0, what).toBe(body.mocap);
    expectClose([model.body_mass[i]], [body.mass], `${what} mass`);
    expectClose(row(model.body_inertia, i, 3), body.inertia, `${what} inertia`);
    expectClose(row(model.body_pos, i, 3), body.pos, `${what} pos`);
    expectClose(row(model.body_quat, i, 4), body.quat, `${what} quat`);
    expectClose(row(model.body_ipos, i, 3), body.inertialPos, `${what} inertialPos`);
    expectClose(row(model.body_iquat, i, 4), body.inertialQuat, `${what} inertialQuat`);
  });
}

export function expectJoints(model: Model, api: Api, figures: ModelFigures): void {
  const types: Record<string, number> = {
    free: api.mjtJoint.mjJNT_FREE.value,
    hinge: api.mjtJoint.mjJNT_HINGE.value,
    slide: api.mjtJoint.mjJNT_SLIDE.value,
  };
  figures.joints.forEach((joint, i) => {
    const dof = model.jnt_dofadr[i];
    expect(nameAt(model, model.name_jntadr[i])).toBe(joint.name);
    expect(nameAt(model, model.name_bodyadr[model.jnt_bodyid[i]]), joint.name).toBe(joint.body);
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
}

export function expectGeoms(model: Model, api: Api, figures: ModelFigures): void {
  const { mjGEOM_PLANE, mjGEOM_SPHERE, mjGEOM_CAPSULE, mjGEOM_CYLINDER, mjGEOM_BOX, mjGEOM_MESH } = api.mjtGeom;
  const types: Record<string, number> = {
    plane: mjGEOM_PLANE.value,
    sphere: mjGEOM_SPHERE.value,
    capsule: mjGEOM_CAPSULE.value,
    cylinder: mjGEOM_CYLINDER.value,
    box: mjGEOM_BOX.value,
    mesh: mjGEOM_MESH.value,
  };
  figures.geoms.forEach((geom, i) => {
    const what = `geom ${i} ${geom.name}`;
    expect(nameAt(model, model.name_geomadr[i]), what).toBe(geom.name);
    expect(nameAt(model, model.name_bodyadr[model.geom_bodyid[i]]), what).toBe(geom.body);
    expect(model.geom_type[i], what).toBe(types[geom.type]);
    for (const key of ["size", "pos", "friction"] as const)
      expectClose(row(model[`geom_${key}`], i, 3), geom[key], `${what} ${key}`);
    expectClose(row(model.geom_quat, i, 4), geom.quat, `${what} quat`);
    expectClose(row(model.geom_solref, i, 2), geom.solref, `${what} solref`);
    expectClose(row(model.geom_solimp, i, 5), geom.solimp, `${what} solimp`);
    expectClose(row(model.geom_rgba, i, 4), geom.rgba, `${what} rgba`);
    for (const key of ["contype", "conaffinity", "condim", "margin", "gap", "solmix", "priority", "group"] as const)
      expectClose([model[`geom_${key}`][i]], [geom[key]], `${what} ${key}`);
  });
}

export function expectSites(model: Model, figures: ModelFigures): void {
  figures.sites?.forEach((site, i) => {
    expect(nameAt(model, model.name_siteadr[i])).toBe(site.name);
    expect(nameAt(model, model.name_bodyadr[model.site_bodyid[i]]), site.name).toBe(site.body);
    expectClose(row(model.site_pos, i, 3), site.pos, `${site.name} pos`);
    expectClose(row(model.site_quat, i, 4), site.quat, `${site.name} quat`);
    // A sphere has one size only; what the original leaves in the other two entries is of no meaning.
    const sizes = site.size.filter((size) => size > 0);
    expectClose(row(model.site_size, i, 3).slice(0, sizes.length), sizes, `${site.name} size`);
  });
}

export function expectTendons(model: Model, api: Api, figures: ModelFigures): void {
  figures.tendons?.forEach((tendon, i) => {
    expect(nameAt(model, model.name_tendonadr[i])).toBe(tendon.name);
    const accessor = model.tendon(i);
    expect(accessor._limited, tendon.name).toBe(tendon.limited);
    accessor.delete();
    expectClose(row(model.tendon_range, i, 2), tendon.range, `${tendon.name} range`);
    expectClose(
      [model.tendon_stiffness[i], model.tendon_damping[i]],
      [tendon.stiffness, tendon.damping],
      `${tendon.name} stiffness, damping`,
    );
    expect(model.tendon_num[i], tendon.name).toBe(tendon.wraps.length);
    tendon.wraps.forEach(({ joint, coefficient }, k) => {
      const wrap = model.tendon_adr[i] + k;
      expect(model.wrap_type[wrap]).toBe(api.mjtWrap.mjWRAP_JOINT.value);
      expect(nameAt(model, model.name_jntadr[model.wrap_objid[wrap]]), tendon.name).toBe(joint);
      expectClose([model.wrap_prm[wrap]], [coefficient], `${tendon.name} coefficient ${k}`);
    });
  });
}

export function expectActuators(model: Model, api: Api, figures: ModelFigures): void {
  const width = model.actuator_gainprm.length / model.nu;
  figures.actuators.forEach((actuator, i) => {
    const what = `actuator of ${actuator.target}`;
    expect(nameAt(model, model.name_actuatoradr[i]), what).toBe(actuator.name);
    expect(nameAt(model, model.name_jntadr[model.actuator_trnid[2 * i]]), what).toBe(actuator.target);
    expect(model.actuator_trntype[i]).toBe(api.mjtTrn.mjTRN_JOINT.value);
    const accessor = model.actuator(i);
    expect([accessor.ctrllimited, accessor.forcelimited]).toEqual([actuator.ctrlLimited, actuator.forceLimited]);
    accessor.delete();
    expect([model.actuator_gaintype[i], model.actuator_biastype[i]]).toEqual([actuator.gainType, actuator.biasType]);
    expectClose(row(model.actuator_gainprm, i, width).slice(0, 3), actuator.gainPrm, `${what} gainPrm`);
    expectClose(row(model.actuator_biasprm, i, width).slice(0, 3), actuator.biasPrm, `${what} biasPrm`);
    expectClose(row(model.actuator_gear, i, 6), actuator.gear, `${what} gear`);
    expectClose(row(model.actuator_ctrlrange, i, 2), actuator.ctrlRange, `${what} ctrlRange`);
    expectClose(row(model.actuator_forcerange, i, 2), actuator.forceRange, `${what} forceRange`);
  });
}

export function expectEqualities(model: Model, api: Api, figures: ModelFigures): void {
  const { mjEQ_JOINT, mjEQ_WELD } = api.mjtEq;
  const types = { joint: mjEQ_JOINT.value, weld: mjEQ_WELD.value };
  figures.equalities?.forEach((equality, i) => {
    const what = `equality ${i}`;
    expect([model.eq_type[i], model.eq_obj1id[i], model.eq_obj2id[i]], what).toEqual([
      types[equality.type],
      equality.a,
      equality.b,
    ]);
    const accessor = model.eq(i);
    expect(accessor.active0, what).toBe(equality.active);
    accessor.delete();
    // What follows the coefficients of a joint has no meaning there.
    const width = equality.type === "joint" ? 5 : 11;
    expectClose(row(model.eq_data, i, 11).slice(0, width), equality.data.slice(0, width), `${what} data`);
    expectClose(row(model.eq_solref, i, 2), equality.solref, `${what} solref`);
    expectClose(row(model.eq_solimp, i, 5), equality.solimp, `${what} solimp`);
  });
}

/** Meshes are compared by the names that the figures give them, less "_col"; their vertices may come in any order. */
export function expectMeshes(model: Model, api: Api, figures: ModelFigures): void {
  expect(model.nmesh).toBe(figures.meshes?.length);
  figures.meshes?.forEach(({ name, vertices }) => {
    const mesh = api.mj_name2id(model, api.mjtObj.mjOBJ_MESH.value, name.replace(/_col$/, ""));
    expect(mesh, name).toBeGreaterThanOrEqual(0);
    const first = model.mesh_vertadr[mesh];
    const compiled = Array.from({ length: model.mesh_vertnum[mesh] }, (_, i) => row(model.mesh_vert, first + i, 3));
    expect(compiled.length, name).toBe(vertices.length);
    for (const vertex of vertices) {
      const away = compiled.map((place) => Math.max(...place.map((value, axis) => Math.abs(value - vertex[axis]!))));
      expect(Math.min(...away), `${name} at ${vertex}`).toBeLessThan(1e-6);
    }
  });
}

/** Pairs of contacts; MuJoCo sorts them, so they are compared as sets of sentences. */
export function expectContactPairs(model: Model, figures: ModelFigures): void {
  const name = (geom: number) => nameAt(model, model.name_geomadr[geom])!;
  const described = (first: string, second: string, numbers: Vector) =>
    `${[first, second].sort().join(" ")} ${numbers.map((value) => value.toFixed(6)).join(" ")}`;
  const compiled = Array.from({ length: model.npair }, (_, i) =>
    described(name(model.pair_geom1[i]), name(model.pair_geom2[i]), [
      model.pair_dim[i],
      ...row(model.pair_friction, i, 5),
      model.pair_margin[i],
      ...row(model.pair_solref, i, 2),
      ...row(model.pair_solimp, i, 5),
    ]),
  );
  const expected = (figures.pairs ?? []).map(([first, second, condim, friction, margin, solref, solimp]) =>
    described(first, second, [condim, ...friction, margin, ...solref, ...solimp]),
  );
  expect(compiled.sort()).toEqual(expected.sort());
}

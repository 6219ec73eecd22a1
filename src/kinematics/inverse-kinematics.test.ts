/** The kinematics of an arm of three hinges whose geometry is known, and of the one that picks and places. */
import { afterAll, expect, it } from "vitest";
import { armChain, neutralAngles, pickPlaceMjcf } from "../environments/pick-place/pick-place-model.js";
import { Simulation } from "../physics/mujoco.js";
import { RandomStream } from "../random.js";
import { dampedStep, dampedWork, turnBetween } from "./damped-least-squares.js";
import { InverseKinematics, quaternionOf } from "./inverse-kinematics.js";

const simulation = new Simulation(pickPlaceMjcf(), "an arm");
const arm = new InverseKinematics(simulation, armChain);
afterAll(() => {
  arm.close();
  simulation.close();
});

/** Angles near the neutral ones. */
function someAngles(random: RandomStream): Float64Array {
  return Float64Array.from(neutralAngles, (angle) => angle + 0.6 * (random.uniform() - 0.5));
}

it("the Jacobian is what central differences of the pose say", () => {
  const random = new RandomStream(4);
  const h = 1e-6;
  for (let trial = 0; trial < 10; trial++) {
    const angles = someAngles(random);
    const jacobian = arm.jacobianAt(angles).slice();
    for (let joint = 0; joint < 6; joint++) {
      const [before, after] = [-h, h].map((by) => {
        const moved = angles.slice();
        moved[joint]! += by;
        return arm.poseAt(moved);
      });
      const turn = new Float64Array(3);
      turnBetween(before!.turn, after!.turn, turn, 0);
      for (let axis = 0; axis < 3; axis++) {
        const moved = (after!.position[axis]! - before!.position[axis]!) / (2 * h);
        expect(jacobian[axis * 6 + joint]).toBeCloseTo(moved, 7);
        expect(jacobian[(axis + 3) * 6 + joint]).toBeCloseTo(turn[axis]! / (2 * h), 7);
      }
    }
  }
});

it("finds the joints for poses that the arm can take", () => {
  const random = new RandomStream(5);
  for (let trial = 0; trial < 50; trial++) {
    const { position, turn } = arm.poseAt(someAngles(random));
    const angles = Float64Array.from(neutralAngles);
    expect(arm.solve(position, turn, angles, { steps: 100, tolerance: 1e-6 })).toBeLessThan(1e-6);
    const reached = arm.poseAt(angles);
    for (let axis = 0; axis < 3; axis++) expect(reached.position[axis]).toBeCloseTo(position[axis]!, 5);
  }
});

it("stretches towards what is out of reach, within the ranges of its joints, and does not move the simulation", () => {
  const before = simulation.saveState();
  const angles = Float64Array.from(neutralAngles);
  const { turn } = arm.poseAt(neutralAngles);
  const missing = arm.solve([3, 0, 0.1], turn, angles, { steps: 200 });
  expect(missing).toBeGreaterThan(2);
  const ranges = [3, 1.6, 1.8, 3, 2.2, 3];
  ranges.forEach((most, joint) => {
    expect(Math.abs(angles[joint]!)).toBeLessThanOrEqual(most);
  });
  expect(arm.poseAt(angles).position[0]).toBeGreaterThan(0.4); // from 0.28
  expect(simulation.saveState()).toEqual(before);
});

it("names a joint or a site that there is not", () => {
  expect(() => new InverseKinematics(simulation, { ...armChain, joints: ["knee"] })).toThrow(/no joint "knee"/);
  expect(() => new InverseKinematics(simulation, { ...armChain, site: "foot" })).toThrow(/no site "foot"/);
});

it("a damped step solves the equation that it is made from", () => {
  const random = new RandomStream(6);
  const jacobian = Float64Array.from({ length: 42 }, () => random.normal());
  const error = Float64Array.from({ length: 6 }, () => random.normal());
  const step = new Float64Array(7);
  dampedStep(jacobian, error, 0.1, step, dampedWork());
  // The minimum of |J dq - e|^2 + damping^2 |dq|^2: its gradient J^T (J dq - e) + damping^2 dq is zero.
  for (let j = 0; j < 7; j++) {
    let gradient = 0.01 * step[j]!;
    for (let i = 0; i < 6; i++) {
      let row = -error[i]!;
      for (let k = 0; k < 7; k++) row += jacobian[i * 7 + k]! * step[k]!;
      gradient += jacobian[i * 7 + j]! * row;
    }
    expect(gradient).toBeCloseTo(0, 12);
  }
  const undamped = new Float64Array(7);
  dampedStep(jacobian, error, 0, undamped, dampedWork());
  for (let i = 0; i < 6; i++) {
    const moved = undamped.reduce((sum, by, j) => sum + jacobian[i * 7 + j]! * by, 0);
    expect(moved).toBeCloseTo(error[i]!, 10);
  }
});

it("turns between orientations go the shorter way round", () => {
  const turn = new Float64Array(3);
  const about = (angle: number) => [Math.cos(angle / 2), 0, 0, Math.sin(angle / 2)];
  turnBetween(about(0.2), about(0.9), turn, 0);
  expect([...turn].map((x) => Number(x.toFixed(12)))).toEqual([0, 0, 0.7]);
  turnBetween(about(-3), about(3), turn, 0);
  expect(turn[2]).toBeCloseTo(6 - 2 * Math.PI, 12);
  turnBetween(about(1), about(1), turn, 0);
  expect([...turn]).toEqual([0, 0, 0]);
});

it("a matrix becomes the quaternion that it was made from", () => {
  const random = new RandomStream(7);
  for (let trial = 0; trial < 40; trial++) {
    const raw = Array.from({ length: 4 }, () => random.normal());
    if (trial % 4 > 0) raw[0] = 0.001 * raw[0]!; // half a turn: each of the four ways is taken
    const length = Math.hypot(...raw) * Math.sign(raw[0]!);
    const [w, x, y, z] = raw.map((entry) => entry / length) as [number, number, number, number];
    const matrix = [
      ...[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
      ...[2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
      ...[2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ];
    const found = quaternionOf(matrix);
    [w, x, y, z].forEach((entry, i) => {
      expect(found[i]).toBeCloseTo(entry, 10);
    });
  }
});

it("turns a hand's velocity into speeds of joints, and leaves out those that are at their limits", () => {
  const wanted = Float64Array.of(0.02, 0.05, -0.03, 0.1, -0.2, 0.1);
  const speeds = new Float64Array(6);
  const moved = (angles: Float64Array) => {
    arm.speedsFor(wanted, angles, 1e-6, speeds);
    const jacobian = arm.jacobianAt(angles);
    return Array.from(wanted, (_, row) => speeds.reduce((sum, speed, j) => sum + jacobian[6 * row + j]! * speed, 0));
  };
  const angles = someAngles(new RandomStream(6));
  angles[0] = 3.2; // beyond what the waist can turn, which it may leave only backwards
  moved(angles).forEach((velocity, row) => {
    expect(velocity).toBeCloseTo(wanted[row]!, 6);
  });
  expect(speeds[0]).toBeLessThan(-0.05);
  angles[0] = -3.2; // nearly the same pose, from where backwards leads on
  const [x, y, z] = moved(angles) as [number, number, number];
  expect(speeds[0]).toBe(0);
  expect(speeds.slice(1).every((speed) => Math.abs(speed) > 0.01)).toBe(true); // the others make up for it
  expect(Math.abs(x - 0.02)).toBeLessThan(0.005);
  expect(y).toBeGreaterThan(0.02);
  expect(z).toBeCloseTo(-0.03, 6);
});

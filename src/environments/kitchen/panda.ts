/**
 * The Franka Panda arm as MJCF text: a base and seven links that collide as convex hulls, two fingers, and a position servo
 * for each joint. Written from the figures of the compiled original (NOTICE names the source).
 */
import { box, capsule, geomsMjcf, inertial, type Shape, site } from "./kitchen-shapes.js";
import type { PandaHull } from "./panda-hulls.js";

/** A link: where it sits on the one before it, its mass in kg, and the ranges of its joint and its servo's target in rad. */
interface Link {
  readonly pos: string;
  readonly quat: string;
  readonly mass: number;
  readonly range: string;
  readonly targets: string;
}

/** A quarter of a turn about x, and back. */
const [quarter, back] = ["0.7071067812 0.7071067812 0 0", "0.7071067812 -0.7071067812 0 0"];
const [turning, turningTargets] = ["-2.8973 2.8973", "-2.9671 2.9671"];

function link(pos: string, quat: string, mass: number, range = turning, targets = turningTargets): Link {
  return { pos, quat, mass, range, targets };
}

/** The last link shares its mass with the hand. */
const links: readonly Link[] = [
  link("0 0 0.333", "1 0 0 0", 2.7063),
  link("0 0 0", back, 2.73046, "-1.7628 1.7628", "-1.8326 1.8326"),
  link("0 -0.316 0", quarter, 2.04104),
  link("0.0825 0 0", quarter, 2.08129, "-3.0718 -0.4", "-3.1416 0"),
  link("-0.0825 0.384 0", back, 3.00049),
  link("0 0 0", "0.5003981634 0.4999998415 -0.4996018366 0.4999998415", 1.3235, "-1.6573 2.1127", "-3.7525 2.1817"),
  link("0.088 0 0", "0.6535412948 0.6530210695 -0.2704908861 0.270706371", 0.2),
];

/** The hull of a link; centre of mass and moments of inertia follow from it. */
function hullMjcf(hull: PandaHull, mass: number, place = ""): string {
  return `<geom class="link" type="mesh" mesh="${hull}" mass="${mass}"${place}/>`;
}

/** How the hand is turned on the last link: an eighth of a turn, as the original rounds it. */
const eighth = "0.92388 0 0 -0.382683";

/** Fingertip to root: the radius of two crossed capsules, how far from the finger's axis, and how far out along z. */
const pads = [
  [0.007, 0.0075, 0.0875],
  [0.0075, 0.0085, 0.0775],
  [0.0082, 0.0095, 0.0675],
  [0.009, 0.0105, 0.0575],
  [0.01, 0.012, 0.0475],
  [0.011, 0.0135, 0.035],
] as const;

/** `side` is 1 for the left finger, -1 for the right one: they mirror each other. */
function fingerMjcf(side: 1 | -1, name: string, joint: string): string {
  const crossed = (sign: number) => `0.7071067812 ${sign * 0.1162476387} 0.6974858325 0`;
  const shapes: Shape[] = pads.flatMap(([radius, off, out]) =>
    [side, -side].map((sign) => capsule(`${radius} 0.0091241438`, `0 ${side * off} ${out}`, crossed(sign))),
  );
  const root = box("0.0185 0.012 0.0175", `0 ${side * 0.014} 0.015`, `0.9998875021 ${side * 0.0149994375} 0 0`);
  const centre = `${side * -1.57863e-5} ${side * 0.0118731} 0.0434103`;
  const turn = `0.7058680567 ${side * 0.0310348025} ${side * -0.0314925025} 0.7069620568`;
  return `<body name="panda0_${name}" pos="0 0 0.1654" quat="${eighth}">
  ${inertial(0.0927059, centre, "6.57134e-05 6.09611e-05 1.09932e-05", turn)}
  <joint name="${joint}" type="slide" axis="0 ${side} 0" range="0 0.04" damping="100" armature="5"/>
  ${geomsMjcf("finger", [...shapes, root])}
</body>`;
}

/** What the last link carries: the hand, the place between the fingertips, and the fingers. */
function handMjcf(): string {
  return `${hullMjcf("hand", 0.81909, ` pos="0 0 0.107" quat="${eighth}"`)}
${site("end_effector", "0 0 0.21", "0.9238795638 0 0 -0.3826833569")}
${fingerMjcf(1, "leftfinger", "panda0_finger_joint1")}
${fingerMjcf(-1, "rightfinger", "panda0_finger_joint2")}`;
}

/** The links from number `index` on, each inside the one before it. */
function linksMjcf(index = 0): string {
  const link = links[index];
  if (!link) return handMjcf();
  const { pos, quat, mass, range } = link;
  const number = index + 1;
  return `<body name="panda0_link${number}" pos="${pos}" quat="${quat}">
<joint name="panda0_joint${number}" axis="0 0 1" range="${range}" damping="${index < 4 ? 100 : 10}"/>
${hullMjcf(`link${number}` as PandaHull, mass)}
${linksMjcf(number)}
</body>`;
}

/** The body "panda0_link0" and all that hangs on it: nine joints. */
export function pandaMjcf(): string {
  return `<body name="panda0_link0">
${hullMjcf("link0", 2.91242)}
${linksMjcf()}
</body>`;
}

/** Stiffness of the servos in Nm/rad: of the first four joints and of the wrist. */
export const [armStiffness, wristStiffness] = [870, 120];

/** The nine servos as elements of `<actuator>`: seven joints, then the fingers. */
export function pandaMotorsMjcf(): string {
  const servo = (name: string, joint: string, stiffness: number, targets: string, force: number) =>
    `<position name="${name}" joint="${joint}" kp="${stiffness}" ctrlrange="${targets}" forcerange="${-force} ${force}"/>`;
  const arm = links.map(({ targets }, i) => {
    const name = `panda0_joint${i + 1}`;
    return i < 4 ? servo(name, name, armStiffness, targets, 87) : servo(name, name, wristStiffness, targets, 12);
  });
  const fingers = ["r", "l"].map((side, i) =>
    servo(`${side}_gripper_finger_joint`, `panda0_finger_joint${i + 1}`, 500, "0 0.04", 70),
  );
  return [...arm, ...fingers].join("\n");
}

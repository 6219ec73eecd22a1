/**
 * The Franka Panda arm as MJCF text: a base and seven links that collide as convex hulls, two fingers, and a position servo
 * for each joint. Written from the figures of the compiled original (NOTICE names the source).
 */
import { box, capsule, geomsMjcf, inertial, type Shape, site } from "./kitchen-shapes.js";
import type { PandaMesh } from "./panda-meshes.js";

/** A link: where it sits on the one before it, its inertia about the place of its hull, and what its joint and motor can do. */
interface Link {
  readonly pos?: string;
  readonly quat: string;
  readonly mass: number;
  readonly moments: string;
  readonly hull: readonly [pos: string, quat: string];
  /** Of the joint, rad, and of its servo's target. */
  readonly range: string;
  readonly targets: string;
}

/** A quarter of a turn about x, and back. */
const [quarter, back] = ["0.7071067812 0.7071067812 0 0", "0.7071067812 -0.7071067812 0 0"];
const [turning, turningTargets] = ["-2.8973 2.8973", "-2.9671 2.9671"];

const links: readonly Link[] = [
  {
    pos: "0 0 0.333",
    quat: "1 0 0 0",
    mass: 2.7063,
    moments: "0.0160285322 0.0150275673 0.0053318324",
    hull: ["1.13988e-05 -0.0312655279 -0.069373306", "0.9846604466 0.1744811555 -0.0001018136 0.0003476613"],
    range: turning,
    targets: turningTargets,
  },
  {
    quat: back,
    mass: 2.73046,
    moments: "0.0163724433 0.0153527898 0.0053937009",
    hull: ["-1.31766e-05 -0.0703215524 0.031178239", "0.5748395186 0.8182661669 -6.05941e-05 -6.61511e-05"],
    range: "-1.7628 1.7628",
    targets: "-1.8326 1.8326",
  },
  {
    pos: "0 -0.316 0",
    quat: quarter,
    mass: 2.04104,
    moments: "0.0087047999 0.0085261902 0.003659193",
    hull: ["0.0443483065 0.024928326 -0.0381299848", "0.061526427 0.3498238611 0.2342914407 0.9049559579"],
    range: turning,
    targets: turningTargets,
  },
  {
    pos: "0.0825 0 0",
    quat: quarter,
    mass: 2.08129,
    moments: "0.009006881 0.0088317909 0.0037733477",
    hull: ["-0.0385502938 0.0395256097 0.0247162413", "0.8135664015 0.4650414655 0.3097916222 0.160858001"],
    range: "-3.0718 -0.4",
    targets: "-3.1416 0",
  },
  {
    pos: "-0.0825 0.384 0",
    quat: back,
    mass: 3.00049,
    moments: "0.0261858113 0.0252421739 0.0053481808",
    hull: ["-6.36778e-05 0.0384123724 -0.1099701728", "0.9907669845 -0.135570545 0.0009631056 0.0006944014"],
    range: turning,
    targets: turningTargets,
  },
  {
    quat: "0.5003981634 0.4999998415 -0.4996018366 0.4999998415",
    mass: 1.3235,
    moments: "0.0040181287 0.0032851446 0.0020794509",
    hull: ["0.0510022947 0.0069326729 0.0061689928", "-0.0460840946 0.754362303 0.0444940537 0.6533253793"],
    range: "-1.6573 2.1127",
    targets: "-3.7525 2.1817",
  },
  {
    pos: "0.088 0 0",
    quat: "0.6535412948 0.6530210695 -0.2704908861 0.270706371",
    mass: 1.01909,
    moments: "0.00350182 0.0028604151 0.0011223134",
    hull: ["0.0016820911 0.001684888 0.120759321", "0.2654128836 0.2757957105 0.6658755163 0.6403924766"],
    range: turning,
    targets: turningTargets,
  },
];

function hullMjcf(mesh: PandaMesh, pos: string, quat: string): string {
  return `<geom class="link" type="mesh" mesh="${mesh}" pos="${pos}" quat="${quat}"/>`;
}

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
  return `<body name="panda0_${name}" pos="0 0 0.1654" quat="0.9238797538 0 0 -0.382682898">
  ${inertial(0.0927059, centre, "6.57134e-05 6.09611e-05 1.09932e-05", turn)}
  <joint name="${joint}" type="slide" axis="0 ${side} 0" range="0 0.04" damping="100" armature="5"/>
  ${geomsMjcf("finger", [...shapes, root])}
</body>`;
}

/** What the last link carries: its own hull, the hand's, the place between the fingertips, and the fingers. */
function handMjcf(): string {
  return `${hullMjcf("link7", "0.010361372 0.0103596041 0.0791077729", "0.6354698953 0.2780213826 -0.6704617546 0.2633688644")}
${hullMjcf("hand", "-0.0004371585 -0.000433247 0.1309295217", "0.64484977 0.6615448308 -0.2742828512 -0.2670133489")}
${site("end_effector", "0 0 0.21", "0.9238795638 0 0 -0.3826833569")}
${fingerMjcf(1, "leftfinger", "panda0_finger_joint1")}
${fingerMjcf(-1, "rightfinger", "panda0_finger_joint2")}`;
}

/** The links from number `index` on, each inside the one before it. */
function linksMjcf(index = 0): string {
  const link = links[index];
  if (!link) return handMjcf();
  const { pos = "0 0 0", quat, mass, moments, hull, range } = link;
  const number = index + 1;
  const last = number === links.length;
  return `<body name="panda0_link${number}" pos="${pos}" quat="${quat}">
${inertial(mass, hull[0], moments, hull[1])}
<joint name="panda0_joint${number}" axis="0 0 1" range="${range}" damping="${index < 4 ? 100 : 10}"/>
${last ? "" : hullMjcf(`link${number}` as PandaMesh, ...hull)}
${linksMjcf(number)}
</body>`;
}

/** The body "panda0_link0" and all that hangs on it: nine joints. */
export function pandaMjcf(): string {
  const hull = [
    "-0.0291897649 -0.0008794657 0.0566031909",
    "0.0041174422 0.5649162892 0.0132875369 0.8250309535",
  ] as const;
  return `<body name="panda0_link0">
${inertial(2.91242, hull[0], "0.0122527477 0.0113639737 0.008277854", hull[1])}
${hullMjcf("link0", ...hull)}
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

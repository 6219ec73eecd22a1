/**
 * What stands around the arm as MJCF text: counters, oven with knobs and burners, hood with the light's lever, and walls.
 * Written from the figures of the compiled original (NOTICE names the source). x runs along the counters to the right, y away
 * from the arm, z upwards, in metres; the desk, which all of it stands on, is 0.1 m to the left and 0.75 m away.
 */
import { alongX, alongY, box, capsule, cylinder, geomsMjcf, inertial, type Shape, site } from "./kitchen-shapes.js";

/** The bars of a front, at their heights, each with its two stubs. */
const handleBars = (heights: readonly number[]): Shape[] =>
  heights.flatMap((z) => [
    cylinder("0.022 0.28", `0.909 -0.695 ${z}`, alongX),
    cylinder("0.018 0.03", `0.71 -0.665 ${z}`, alongY),
    cylinder("0.018 0.03", `1.108 -0.665 ${z}`, alongY),
  ]);
const drawerBars = handleBars([1.39, 1.14]);

const leftCounter = box("0.463 1.08 0.03", "-0.855 -0.508 1.57");

const tap: readonly Shape[] = [
  cylinder("0.035 0.05", "0.9 0.085 1.83"),
  capsule("0.025 0.08", "0.9 0.085 1.92"),
  capsule("0.025 0.11", "0.9 0.2 2", alongY),
  capsule("0.025 0.2", "0.9 0.317 1.8"),
  cylinder("0.032 0.07", "0.9 0.317 1.67"),
  cylinder("0.029 0.03", "0.947 0.318 1.68", alongX),
  cylinder("0.035 0.013", "0.99 0.318 1.68", alongX),
  capsule("0.01 0.03", "0.99 0.26 1.68", alongY),
];

/** The cupboards below, and what the sink leaves of the right counter. */
const cupboards: readonly Shape[] = [
  box("0.46 1.07 0.777", "-0.86 -0.5 0.78"),
  box("0.304 0.606 0.71", "0.907 -0.045 0.71"),
];
const sink: readonly Shape[] = [
  box("0.051 0.611 0.03", "1.159 -0.045 1.57"),
  box("0.051 0.611 0.03", "0.649 -0.045 1.57"),
  box("0.204 0.165 0.03", "0.904 0.4 1.57"),
  box("0.204 0.039 0.03", "0.904 -0.617 1.57"),
  box("0.05 0.61 0.076", "1.158 -0.04 1.47"),
  box("0.05 0.61 0.076", "0.652 -0.04 1.47"),
  box("0.204 0.166 0.076", "0.904 0.401 1.47"),
  box("0.206 0.034 0.076", "0.904 -0.611 1.47"),
];

function countersMjcf(): string {
  const moments = "12.284858016 12.0299502026 5.3205713488";
  const turn = "0.0573834056 0.6127320059 0.2503837571 0.7473784904";
  return `<body name="counters1"><body name="counters">
  ${inertial(10.54, "-0.0148614801 -0.300056926 0.9379886148", moments, turn)}
  ${geomsMjcf("seen", [leftCounter, ...tap, ...drawerBars])}
  ${geomsMjcf("solid", [...drawerBars, ...cupboards, leftCounter, ...sink, ...tap])}
</body></body>`;
}

/** The handles of the oven's drawer and door. */
const ovenBars: readonly Shape[] = [-0.682, 0.254].flatMap((z) => [
  cylinder("0.018 0.03", `-0.215 -0.36 ${z}`, alongY),
  cylinder("0.018 0.03", `0.184 -0.36 ${z}`, alongY),
  cylinder("0.022 0.28", `-0.015 -0.39 ${z}`, alongX),
]);

/** The window, what is above it, the drawer, the front, and the body of the oven. */
const ovenSeen: readonly Shape[] = [
  box("0.35 0.016 0.22", "-0.011 -0.327 -0.05"),
  box("0.5 0.016 0.12", "-0.017 -0.326 0.455"),
  box("0.5 0.016 0.185", "-0.017 -0.326 -0.795"),
  box("0.5 0.016 0.465", "-0.017 -0.326 -0.14"),
  box("0.5 0.602 0.78", "-0.017 0.295 -0.2"),
];

/** Knobs with the burners that they work, by number: places on the oven, and the stiffness that holds a burner. */
const knobs = [
  { knob: "-0.148 0.22 1.243", burner: "0.206 -0.119 0.61", stiffness: 0 },
  { knob: "-0.271 0.22 1.243", burner: "-0.24 -0.119 0.61", stiffness: 1 },
  { knob: "-0.148 0.22 1.357", burner: "0.204 0.322 0.61", stiffness: 1 },
  { knob: "-0.271 0.22 1.357", burner: "-0.237 0.322 0.61", stiffness: 1 },
] as const;

const knobShapes: readonly Shape[] = [box("0.014 0.048 0.018", "0 0 0.038"), cylinder("0.05 0.008", "0 0 0.013")];

function knobMjcf({ knob, burner, stiffness }: (typeof knobs)[number], index: number): string {
  const number = index + 1;
  return `<body name="knob ${number}" pos="${knob}" quat="${alongY}">
  ${inertial(0.02, "0 0 0.0255", "2.08333e-05 1.83483e-05 1.13217e-05", "0.5 0.5 -0.5 0.5")}
  <joint class="furniture" name="knob_Joint_${number}" range="-1.57 0" armature="0.001"/>
  ${geomsMjcf("seen", knobShapes)}
  <geom class="seen" type="cylinder" size="0.014 0.018" pos="0 0.048 0.037" rgba="1 0 0 1"/>
  ${geomsMjcf("solid", knobShapes)}
  ${site(`knob${number}_site`, "0 0 0.038")}
</body>
<body name="Burner ${number}" pos="${burner}">
  ${inertial(0.01, "0 0 0", "0.001 0.001 0.001")}
  <joint class="furniture" name="burner_Joint_${number}" type="slide" axis="0 0 -1" range="-0.009 0" armature="0.001" stiffness="${stiffness}"/>
  ${geomsMjcf("seen", [cylinder("0.1 0.01", "0 0 0")])}
</body>`;
}

/** How the lever of the light lies in the plane of its hinge. */
const leverTurn = "0.6932876002 -0.6927357364 -0.140536354 0.1404244857";

/** The hood with the lever of its light, and the lamp, which the lever moves a little as a knob does its burner. */
function hoodMjcf(): string {
  const small = inertial(0.1, "-0.0046 0.35 0.0131", "0.001 0.001 0.001");
  return `<body name="hoodroot" pos="0.1 0.188 2.33">
  ${inertial(2, "0 0.073 -0.046", "0.084864 0.1776026667 0.2432666667")}
  ${geomsMjcf("solid", [box("0.502 0.336 0.12", "0 0.073 -0.046")])}
  <body name="lightswitchbaseroot" pos="-0.4 -0.2473 -0.05"><body name="lightswitchroot">
    ${small}
    <joint class="furniture" name="lightswitch_joint" range="-0.7 0" armature="0.001" frictionloss="1"/>
    ${geomsMjcf("seen", [capsule("0.02 0.035", "0.0252 -0.06 0", leverTurn)])}
    ${geomsMjcf("solid", [capsule("0.021 0.03", "0.0263 -0.065 0", leverTurn)])}
    ${site("light_site", "0.0315 -0.075 0")}
  </body></body>
  <body name="lightblock_hinge" pos="-0.0044 -0.3 -0.1361">
    ${small.replace('mass="0.1"', 'mass="0.01"')}
    <joint class="furniture" name="light_joint" type="slide" axis="0 0 -1" range="-0.05 0" armature="0.001" frictionloss="1"/>
    ${geomsMjcf("seen", [box("0.4 0.3 0.015", "-0.008 0.4 -0.01")])}
  </body>
</body>`;
}

function ovenMjcf(): string {
  const moments = "2.4183568182 1.8189494202 1.5174592111";
  return `<body name="oven">
<body name="ovenroot" pos="0.115 -0.2921 0.9834">
  ${inertial(6.2, "-0.0166774194 0.1541935484 -0.1825483871", moments, "0.9991646938 -0.0408552275 -4.22387e-05 0.0008736629")}
  ${geomsMjcf("seen", [...ovenBars, ...ovenSeen])}
  ${geomsMjcf("solid", [box("0.5 0.625 0.81", "-0.017 0.28 -0.175"), ...ovenBars])}
  ${knobs.map(knobMjcf).join("\n")}
</body>
${hoodMjcf()}
</body>`;
}

function wallMjcf(name: string, frame: string, x: number, half: number, moments: string): string {
  const shapes = [box(`${half} 0.07 0.6`, `${x} 0.06 0.6`), box(`${half} 0.08 0.145`, `${x} 0.06 0.145`)];
  return `<body name="${name}" ${frame}>
  ${inertial(0.4, `${x} 0.06 0.3725`, moments, "0.5 0.5 0.5 0.5")}
  ${geomsMjcf("seen", shapes)}
  ${geomsMjcf("solid", shapes)}
</body>`;
}

/** The bodies that come first on the desk, in the original's order. */
export function furnitureMjcf(): string {
  const side = 'pos="-1.305 -0.546 1.587" quat="0.7073882692 0 0 0.7068251811"';
  return `${countersMjcf()}
${ovenMjcf()}
<body name="backwall">
${wallMjcf("wallroot", 'pos="0.059 0.584 1.587"', -0.11, 1.26, "0.2577841667 0.2124333333 0.0468575")}
${wallMjcf("wall2", side, 0.044, 1.079, "0.2013363 0.1559854667 0.0468575")}
</body>`;
}

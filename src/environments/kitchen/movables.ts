/**
 * What the arm opens or carries, as MJCF text: the sliding cabinet, the one with two doors, the microwave, the kettle.
 * Written from the same figures as furniture.ts, in the same units and directions.
 */
import {
  alongX,
  alongY,
  box,
  capsule,
  cylinder,
  geomsMjcf,
  inertial,
  type Shape,
  site,
  sphere,
} from "./kitchen-shapes.js";

const slideCabinet: readonly Shape[] = [
  box("0.223 0.3 0.02", "-0.225 0 -0.18"),
  box("0.226 0.3 0.2", "0.224 0 0"),
  box("0.223 0.3 0.02", "-0.225 0 0.18"),
  box("0.022 0.3 0.16", "-0.426 0 0"),
];
const slideStubs = [-0.114, 0.114].map((z) => cylinder("0.019 0.053 0.019", `-0.183 -0.06 ${z}`, alongY));
const slideBar = cylinder("0.022 0.159", "-0.183 -0.123 0");
const slideDoor = box("0.225 0.03 0.195", "0 -0.02 0");

function slideCabinetMjcf(): string {
  const back = (half: number) => box(`${half} 0.024 0.16`, "-0.2 0.276 0");
  const turns = [
    "0.0489911788 0.7054075874 -0.0489911788 0.7054075874",
    "0.4409789309 0.4409842741 0.5527513445 0.5527534746",
  ] as const;
  return `<body name="slidecabinet" pos="0.4 0.3 2.6"><body name="slide">
  ${inertial(1.8, "0.0048888889 0.0306666667 0", "0.2026137778 0.1723715523 0.0897622254", turns[0])}
  ${geomsMjcf("seen", [...slideCabinet, back(0.21)])}
  ${geomsMjcf("solid", [...slideCabinet, back(0.2)])}
  <body name="slidelink" pos="-0.225 -0.32 0">
    ${inertial(0.34, "-0.0753529412 -0.055 0", "0.0103416323 0.006966581 0.0044272487", turns[1])}
    <joint class="furniture" name="slidedoor_joint" type="slide" axis="1 0 0" range="0 0.44" frictionloss="2"/>
    ${geomsMjcf("seen", [...slideStubs, slideBar, slideDoor])}
    ${geomsMjcf("solid", [slideDoor, ...slideStubs, slideBar])}
    ${site("slide_site", "-0.183 -0.123 0")}
  </body>
</body></body>`;
}

const hingeCabinet: readonly Shape[] = [
  box("0.04 0.3 0.2", "0 0 0"),
  box("0.02 0.3 0.2", "0.38 0 0"),
  box("0.02 0.3 0.2", "-0.38 0 0"),
  box("0.16 0.3 0.02", "-0.2 0 0.18"),
  box("0.16 0.3 0.02", "-0.2 0 -0.18"),
  box("0.16 0.3 0.02", "0.2 0 -0.18"),
  box("0.16 0.3 0.02", "0.2 0 0.18"),
  box("0.16 0.02 0.16", "-0.2 0.28 0"),
  box("0.16 0.02 0.16", "0.2 0.28 0"),
];

/** The bar of a door and its stubs, the upper one first or last. */
function doorHandle(x: number, heights: readonly number[]): Shape[] {
  const stubs = heights.map((z) => cylinder("0.019 0.053 0.02", `${x} -0.061 ${z}`, alongY));
  return [cylinder("0.022 0.16", `${x} -0.128 0`), ...stubs];
}

function hingeCabinetMjcf(): string {
  const left = { handle: doorHandle(0.302, [0.114, -0.114]), door: box("0.193 0.03 0.2", "0.184 -0.015 0") };
  const right = { handle: doorHandle(-0.302, [-0.114, 0.114]), door: box("0.193 0.03 0.2", "-0.185 -0.015 0") };
  const moments = "0.1860245614 0.1549866667 0.1085845614";
  const leftTurn = "0.8044207789 2.95203e-05 1.70369e-05 0.5940599375";
  const rightTurn = "0.5941786398 -1.38355e-05 -2.51838e-05 0.8043331046";
  return `<body name="hingecabinet" pos="-0.504 0.28 2.6"><body name="hingecab">
  ${inertial(1.9, "0 0.0589473684 0", moments, "0 0.7071067812 0 0.7071067812")}
  ${geomsMjcf("seen", hingeCabinet)}
  ${geomsMjcf("soft", hingeCabinet)}
  <body name="hingeleftdoor" pos="-0.38 -0.32 0">
    ${inertial(0.34, "0.2325882353 -0.0536470588 0", "0.0079698503 0.0047259797 0.00460893", leftTurn)}
    <joint class="furniture" name="leftdoorhinge" range="-1.57 0" frictionloss="2"/>
    ${geomsMjcf("seen", [...left.handle, left.door])}
    ${geomsMjcf("soft", [left.door, ...left.handle])}
    ${site("hinge_site1", "0.302 -0.128 0")}
  </body>
  <body name="hingerightdoor" pos="0.38 -0.32 0">
    ${inertial(0.34, "-0.2331764706 -0.0536470588 0", "0.0079478261 0.004728651 0.004589577", rightTurn)}
    <joint class="furniture" name="rightdoorhinge" range="0 1.57" frictionloss="2"/>
    ${geomsMjcf("seen", [right.door, ...right.handle])}
    ${geomsMjcf("soft", [...right.handle, right.door])}
    ${site("hinge_site2", "-0.302 -0.128 0")}
  </body>
</body></body>`;
}

const microwave: readonly Shape[] = [
  box("0.029 0.199 0.187", "-0.316 0.023 0.187"),
  box("0.109 0.199 0.187", "0.236 0.023 0.187"),
  box("0.207 0.03 0.187", "-0.081 0.191 0.187"),
  box("0.207 0.169 0.019", "-0.08 -0.007 0.355"),
  box("0.207 0.168 0.024", "-0.08 -0.008 0.024"),
  box("0.085 0.024 0.187", "0.26 -0.197 0.187"),
];
const microwaveHandle: readonly Shape[] = [
  capsule("0.02 0.13", "0.475 -0.108 0"),
  capsule("0.02 0.03", "0.475 -0.075 0.13", alongY),
  capsule("0.02 0.03", "0.475 -0.075 -0.13", alongY),
];

function microwaveMjcf(): string {
  const turns = [
    "0.5749414918 0.5778488754 0.4085918973 0.4105917919",
    "0.5226090745 0.5226117146 0.4763158283 0.4763192024",
  ] as const;
  return `<body name="microwave" pos="-0.75 -0.025 1.6" quat="0.9887710779 0 0 0.1494381325"><body name="microroot">
  ${inertial(3, "-0.0101666667 0.0041666667 0.1878333333", "0.2082405425 0.206784614 0.1002700102", turns[0])}
  ${geomsMjcf("soft", microwave)}
  <body name="microdoorroot" pos="-0.345 -0.176 0.192">
    ${inertial(0.26, "0.3088461538 -0.0398461538 0", "0.0097855216 0.0068780815 0.0032902102", turns[1])}
    <joint class="furniture" name="microjoint" range="-2.094 0" frictionloss="2"/>
    ${geomsMjcf("seen", microwaveHandle)}
    ${geomsMjcf("soft", [...microwaveHandle, box("0.259 0.024 0.185", "0.259 -0.026 0")])}
    ${site("microhandle_site", "0.475 -0.108 0")}
  </body>
</body></body>`;
}

/** The bodies that come last on the desk, in the original's order. */
export function cabinetsMjcf(): string {
  return `${slideCabinetMjcf()}\n${hingeCabinetMjcf()}\n${microwaveMjcf()}`;
}

/** The kettle, which moves freely; it alone collides with everything that is solid and with the arm. */
export function kettleMjcf(): string {
  const grip = capsule("0.032 0.1", "0 0 0.259", alongX);
  const posts = (size: string, right: string, left: string) => [
    capsule(size, `0.092 0 ${right}`),
    capsule(size, `-0.092 0 ${left}`),
  ];
  const seen = [
    grip,
    sphere("0.011", "0 0 0.13", alongX),
    capsule("0.02 0.115", "0 0 0.259", alongX),
    ...posts("0.02 0.07", "0.186", "0.185"),
    ...posts("0.022 0.015", "0.22", "0.22").reverse(),
  ];
  const spout = cylinder("0.031 0.05", "-0.126 0 0.07", "0.4311765168 0 0.9022675941 0");
  const loose = [grip, ...posts("0.023 0.06", "0.18", "0.18"), spout, box("0.122 0.122 0.058", "0 0 0.058")];
  const moments = "0.0087181862 0.0070339093 0.0062834956";
  return `<body name="kettle" pos="-0.269 0.35 1.626"><freejoint/><body name="kettleroot">
  ${inertial(0.88, "-0.0028636364 0 0.0683863636", moments, "0 0.7085268486 0 0.7056838561")}
  ${geomsMjcf("seen", seen)}
  ${geomsMjcf("loose", loose)}
  ${site("kettle_site", "0 0 0.259")}
</body></body>`;
}

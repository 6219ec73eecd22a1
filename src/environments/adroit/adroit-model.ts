/**
 * The models of the Adroit tasks as MJCF text: a table, the forearm that carries the hand, and what the hand works on.
 * Each task is a difference: the joints of its arm, how the arm stands, and the bodies of its scene.
 */
import { handContactsMjcf, handMotorsMjcf, handTendonsMjcf, type Motor, motorsMjcf } from "./adroit-couplings.js";
import { handMjcf } from "./adroit-hand.js";

/** What a task adds to hand, forearm and table. */
export interface AdroitScene {
  readonly name: "pen" | "door" | "relocate";
  /** How the forearm is turned, as a quaternion w, x, y, z. */
  readonly forearm: string;
  /** The joints that move the forearm (slides "ART.", hinges "ARR.", the last letter is the axis) with their range. */
  readonly arm: readonly Motor[];
  /** Sites of the world that come before the hand. */
  readonly marks: string;
  /** Bodies of the world that come after the hand. */
  readonly bodies: string;
}

/** The six joints by which a loose object moves: three slides, then three hinges. */
const looseJoints = `<joint class="loose" name="OBJTx" type="slide" axis="1 0 0"/>
<joint class="loose" name="OBJTy" type="slide" axis="0 1 0"/>
<joint class="loose" name="OBJTz" type="slide" axis="0 0 1"/>
<joint class="loose" name="OBJRx" axis="1 0 0"/>
<joint class="loose" name="OBJRy" axis="0 1 0"/>
<joint class="loose" name="OBJRz" axis="0 0 1"/>`;

/** A pen about its own z axis: barrel, cap, end and clip. Only the barrel collides. */
function penShapes(prefix: string, barrel: string, barrelColour: string, colour: string): string {
  return `<geom name="${barrel}" type="cylinder" size="0.015 0.065" condim="4" rgba="${barrelColour}"/>
<geom class="shown" name="${prefix}top" type="cylinder" size="0.017 0.02" pos="0 0 -0.0455" condim="4" rgba="${colour}"/>
<geom class="shown" name="${prefix}bot" type="cylinder" size="0.013 0.002" pos="0 0 0.067" rgba="${colour}"/>
<geom class="shown" name="${prefix}cli" type="box" size="0.004 0.006 0.03" pos="-0.015 0 -0.0255" rgba="${colour}"/>`;
}

/** The two ends of a pen. */
function penEnds(name: string): string {
  return `<site name="${name}_top" pos="0 0 0.065" size="0.005"/><site name="${name}_bottom" pos="0 0 -0.065" size="0.005"/>`;
}

/** A pen to be turned in the hand; a second one in the air shows how. The arm does not move. */
export const penScene: AdroitScene = {
  name: "pen",
  forearm: "0.7073882692 -0.7068251811 0 0",
  arm: [],
  marks: `<site name="eps_ball" pos="0 -0.2 0.25" size="0.075"/>`,
  bodies: `<body name="Object" pos="0 -0.2 0.25" quat="0.7073882692 0 0.7068251811 0">
  <inertial mass="0.1820379053855769" pos="-0.0004746264 0 -0.0091025322" quat="0.7071042032 0.0019093838 0.0019093838 0.7071042032" diaginertia="0.0002858275 0.0002846185 2.22811e-05"/>
  ${looseJoints}
  ${penShapes("", "pen", "0.6 0.6 0.6 0.6", "0 0.5 1 1")}
  ${penEnds("object")}
</body>
<body name="target" pos="0.2 -0.2 0.25">
  <inertial mass="0.13609211282682615" pos="-0.0006348641 0 -0.0121756203" quat="0.7071037046 0.0020858849 0.0020858849 0.7071037046" diaginertia="0.00021343 0.0002122341 1.70992e-05"/>
  ${penShapes("t_", "target", "0.6 0.6 0.6 0.3", "0 1 0.5 1")}
  ${penEnds("target")}
</body>`,
};

/** How the forearm stands where it reaches over the table. */
const reaching = "0.0005633122 -0.0005628638 0.706824957 0.7073880449";

/** How the shapes of the latch are turned out of the door's axis: about x (its shaft) and about y (its handles). */
const latchShaft = "0.7073882252 0.7068252251 0 0";
const latchHandle = "0.7073882252 0 0.7068252251 0";

/** A door in its frame, held by a stiff latch that must be turned first. */
export const doorScene: AdroitScene = {
  name: "door",
  forearm: reaching,
  arm: [
    ["ARTz", -0.3, 0.5],
    ["ARRx", -0.75, 0.75],
    ["ARRy", -0.75, 0.75],
    ["ARRz", -1, 2],
  ],
  marks: "",
  bodies: `<body name="frame" pos="-0.107339 0.0435293 0.447376">
  <inertial mass="7.85398" pos="0.29 0 0" quat="0.5 0.5 0.5 0.5" diaginertia="0.923301 0.764585 0.168533"/>
  <geom type="cylinder" size="0.05 0.25" pos="0.6 0 0" rgba="1 0 0 1"/>
  <geom type="cylinder" size="0.05 0.25" pos="-0.02 0 0" rgba="1 0 0 1"/>
  <site name="S_handle_target" pos="0.75 -0.5 -0.18" size="0.025"/>
  <body name="door" pos="0.29 0 0">
    <inertial mass="2.43455" pos="0.0296816 -0.00152345 0" quat="0.7010717464 0 0 0.7130907421" diaginertia="0.0913751 0.0521615 0.043714"/>
    <joint name="door_hinge" pos="0.31 0 0" axis="0 0 1" range="0 1.57" damping="1" frictionloss="2"/>
    <geom type="box" size="0.2 0.05 0.25" friction="1 1 1"/>
    <geom type="cylinder" size="0.05 0.25" pos="0.2 0 0"/>
    <geom type="cylinder" size="0.05 0.25" pos="-0.2 0 0"/>
    <body name="latch" pos="-0.15 0 -0.025">
      <inertial mass="3.53743" pos="-0.017762 0.0138544 0" quat="0.3656530844 0.6053471397 -0.3652200843 0.6053651397" diaginertia="0.0483771 0.0410001 0.0111013"/>
      <joint name="latch" axis="0 1 0" range="0 1.8" frictionloss="5"/>
      <geom type="cylinder" size="0.05 0.15" quat="${latchShaft}"/>
      <geom type="capsule" size="0.02 0.1" pos="0.1 -0.15 0" quat="${latchHandle}"/>
      <geom type="capsule" size="0.04 0.07" pos="-0.1 0.1 0" quat="${latchHandle}"/>
      <site name="S_handle" pos="0.15 -0.15 0" size="0.025"/>
    </body>
  </body>
</body>`,
};

/** A ball on the table, to be carried to a place in the air. */
export const relocateScene: AdroitScene = {
  name: "relocate",
  forearm: reaching,
  arm: [
    ["ARTx", -0.25, 0.25],
    ["ARTy", 0, 0.2],
    ["ARTz", -0.3, 0.5],
    ["ARRx", -0.75, 0.75],
    ["ARRy", -0.75, 0.75],
    ["ARRz", -0.75, 0.75],
  ],
  marks: `<site name="target" pos="-0.007 0 0.2" size="0.07"/>`,
  bodies: `<body name="Object" pos="0 0 0.035">
  <inertial mass="0.179594" pos="0 0 0" diaginertia="8.80012e-05 8.80012e-05 8.80012e-05"/>
  ${looseJoints}
  <geom name="sphere" type="sphere" size="0.035" condim="4"/>
</body>`,
};

const axes: Readonly<Record<string, string>> = { x: "1 0 0", y: "0 1 0", z: "0 0 1" };

function armJointMjcf([name, low, high]: Motor): string {
  const type = name.startsWith("ART") ? "slide" : "hinge";
  return `<joint class="arm" name="${name}" type="${type}" axis="${axes[name.at(-1)!]}" range="${low} ${high}"/>`;
}

/** The table with its legs, and the body by which a person's tracker moved the hand when demonstrations were recorded. */
function tableMjcf(): string {
  const leg = (x: number, y: number) =>
    `<geom class="shown" type="cylinder" size="0.04 0.5" pos="${x} ${y} -0.501" quat="0 1 0 0"/>`;
  return `<body name="table">
  <inertial mass="60.60619298297468" pos="0 0 -0.1829136948" quat="0.5 0.5 -0.5 0.5" diaginertia="11.9175667089 10.6869971442 10.6869971442"/>
  <geom type="box" size="0.45 0.45 0.025" pos="0 0 -0.025"/>
  ${leg(0.4, 0.4)}${leg(-0.4, 0.4)}${leg(0.4, -0.4)}${leg(-0.4, -0.4)}
</body>
<body name="vive_tracker" mocap="true" pos="0 -0.35 0.25">
  <inertial mass="0.064" pos="0 0 0" diaginertia="1.70667e-05 1.70667e-05 1.70667e-05"/>
  <geom class="shown" type="cylinder" size="0.03 0.01" group="3" rgba="0.3 0.3 0.3 0.3"/>
</body>`;
}

/**
 * The whole model of a task. qpos: the arm's joints, the 24 of the hand, then those of the scene; ctrl: a position for
 * each joint of arm and hand, within the ranges of the motors.
 */
export function adroitMjcf(scene: AdroitScene): string {
  return `<mujoco model="adroit-${scene.name}">
  <compiler angle="radian"/>
  <size memory="4M"/>
  <option timestep="0.002" integrator="Euler" iterations="20" noslip_iterations="20"/>
  <default>
    <joint limited="true" margin="0.01" damping="0.05" armature="0.001" frictionloss="0.001"/>
    <geom friction="1 0.5 0.01" margin="0.0005" rgba="0.5 0.5 0.5 1"/>
    <default class="arm"><joint damping="20"/></default>
    <default class="wrist"><joint damping="0.5" armature="0.005"/></default>
    <default class="loose"><joint limited="false" damping="0"/></default>
    <default class="skin"><geom conaffinity="0" group="4"/></default>
    <default class="ghost"><geom conaffinity="0" group="4" rgba="0.4 0.5 0.6 0.1"/></default>
    <default class="shown"><geom contype="0" conaffinity="0"/></default>
  </default>
  <worldbody>
    <geom name="ground" type="plane" size="1.5 1.5 0.25" pos="0 0 -1" conaffinity="0"/>
    ${scene.marks}
    ${tableMjcf()}
    <body name="forearm" pos="0 -0.7 0.2" quat="${scene.forearm}">
      <inertial mass="4" pos="0.001 -0.002 0.29" quat="0.9820373336 -0.0160006054 0 -0.1880070639" diaginertia="0.01 0.01 0.0075"/>
      ${scene.arm.map(armJointMjcf).join("\n")}
      <geom class="ghost" name="C_forearm1" type="capsule" size="0.05 0.033" pos="0 0 0.29"/>
      ${handMjcf()}
    </body>
    ${scene.bodies}
  </worldbody>
  <contact>${handContactsMjcf()}</contact>
  <tendon>${handTendonsMjcf()}</tendon>
  <actuator>${motorsMjcf(scene.arm, 500, 200)}
${handMotorsMjcf()}</actuator>
</mujoco>`;
}

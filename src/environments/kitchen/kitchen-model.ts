/**
 * The whole model of the FrankaKitchen tasks as MJCF text: the arm on its stand, the furniture, and what couples knobs to
 * burners and the lever to the lamp. The geoms of the original that are only seen as meshes are left out.
 */
import { furnitureMjcf } from "./furniture.js";
import { cabinetsMjcf, kettleMjcf } from "./movables.js";
import { pandaMjcf, pandaMotorsMjcf } from "./panda.js";
import { pandaHullsMjcf } from "./panda-hulls.js";

/** The body by which a person's tracker moved the hand when demonstrations were recorded; it is tied to where it stands. */
const tracker = `<body name="vive_controller" mocap="true" pos="-0.44 -0.092 2.026" quat="0.653595423 -0.6530751546 -0.2703602764 -0.2705756573">
  <geom class="ghost" type="box" size="0.02 0.1 0.03" pos="0 0 0.142" quat="0.9239556995 0 0 -0.3824994973"/>
</body>`;

/** The directions of the world, and a mark that the original leaves at its origin. */
const marks = `<site name="xaxis" pos="0.5 0 0" quat="0.7073882692 0 0.7068251811 0" size="0.005 0.5 0.005" type="box"/>
<site name="yaxis" pos="0 0.5 0" quat="0.7073882692 0.7068251811 0 0" size="0.005 0.5 0.005" type="box"/>
<site name="target" size="0.1"/>`;

/** Holds one joint's place at `ratio` times the other's. */
function coupled(larger: string, smaller: string, ratio: number): string {
  return `<joint joint1="${larger}" joint2="${smaller}" polycoef="0 ${ratio} 0 0 0"/>`;
}

/**
 * The model. qpos [30]: seven joints of the arm, two fingers, four pairs of knob and burner, lever and lamp, sliding cabinet,
 * left and right door, microwave, kettle (place and quaternion); qvel [29]; ctrl [9]: a position for each joint of arm and
 * fingers.
 */
export function kitchenMjcf(): string {
  const couplings = [1, 2, 3, 4].map((number) => coupled(`knob_Joint_${number}`, `burner_Joint_${number}`, 174));
  return `<mujoco model="kitchen">
  <compiler angle="radian"/>
  <size memory="16M"/>
  <option timestep="0.002"/>
  <default>
    <joint axis="0 0 1"/>
    <geom rgba="0.5 0.5 0.5 1" mass="0"/>
    <default class="furniture"><joint damping="2" armature="0.01"/></default>
    <default class="link"><geom group="3" rgba="0.5 0.6 0.7 1"/></default>
    <default class="finger">
      <geom conaffinity="0" condim="6" friction="1 0.5 0.0001" margin="0.001" solref="0.01 1" solimp="0.8 0.9 0.001" group="3" rgba="0.5 0.6 0.7 0.4"/>
    </default>
    <default class="ghost"><geom contype="0" conaffinity="0" group="2" rgba="0.9 0.7 0.95 0"/></default>
    <default class="seen"><geom contype="0" conaffinity="0" group="1"/></default>
    <default class="solid"><geom contype="0" margin="0.001" group="4"/></default>
    <default class="soft"><geom contype="0" margin="0.001" solimp="0.8 0.9 0.01" group="4"/></default>
    <default class="loose"><geom condim="4" margin="0.001" solimp="0.8 0.9 0.01" group="4"/></default>
  </default>
  <asset>${pandaHullsMjcf()}</asset>
  <worldbody>
    <geom name="floor" type="plane" size="5 5 0.1"/>
    ${marks}
    ${tracker}
    <body pos="0 0 1.8" quat="0.7073882692 0 0 0.7068251811">
      <geom type="cylinder" size="0.12 0.9" pos="-0.04 0 -0.9" contype="0" conaffinity="0" rgba="0.95 0.99 0.92 1"/>
      ${pandaMjcf()}
    </body>
    <body name="desk" pos="-0.1 0.75 0">
      ${furnitureMjcf()}
      ${cabinetsMjcf()}
    </body>
    ${kettleMjcf()}
  </worldbody>
  <equality>
    ${couplings.join("\n")}
    ${coupled("lightswitch_joint", "light_joint", 14)}
    <weld body1="vive_controller" solimp="0.7 0.95 0.05"/>
  </equality>
  <actuator>${pandaMotorsMjcf()}</actuator>
</mujoco>`;
}

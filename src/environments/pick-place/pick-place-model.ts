/**
 * The model of the pick-and-place tasks: a table, a tray, a cube, and an arm with six joints and two fingers. Ours, built
 * after what is known of COG's WidowX task (Singh et al. 2020), whose model and data for Cal-QL were never released. Lengths
 * are metres; x points from the arm's base over the table, y to its left, and the table's top is at z = 0.
 */
import type { Chain } from "../../kinematics/inverse-kinematics.js";
import type { Vector } from "../../rendering/camera.js";

/** Half the edge of the cube. */
export const cubeHalf = 0.015;
/** The tray: its middle, half the length of its sides, and the height of its rim. */
export const tray = { centre: [0.33, -0.14], half: 0.055, rim: 0.03 } as const;
/** How far a finger stands from the middle when the hand is open. */
export const fingerOpen = 0.028;

/** The arm's joints from the base to the hand, and the site between its fingertips. */
export const armChain: Chain = {
  site: "hand",
  joints: ["waist", "shoulder", "elbow", "forearm_roll", "wrist_pitch", "wrist_roll"],
};
/** The angles, in radians, at which the hand hangs above the middle of the table, pointing down. */
export const neutralAngles: readonly number[] = [0, 0.1, 0, 0, Math.PI / 2 - 0.1, 0];

/** Where the hand may be told to go: the corners of a box. */
export const workspace: { readonly low: Vector; readonly high: Vector } = {
  low: [0.2, -0.22, 0.014],
  high: [0.4, 0.18, 0.22],
};
/** Where the cube may begin: everywhere more than 0.11 from the tray's middle. */
export const cubeArea = { low: [0.26, 0], high: [0.39, 0.16] } as const;

/** Seconds of a physics step. */
export const timeStep = 0.005;

function trayGeoms(): string {
  const [x, y] = tray.centre;
  const { half, rim } = tray;
  const thick = 0.003;
  const wall = (dx: number, dy: number, alongX: number, alongY: number) =>
    `<geom type="box" pos="${dx} ${dy} ${rim / 2}" size="${alongX} ${alongY} ${rim / 2}"/>`;
  return `<body name="tray" pos="${x} ${y} 0">
      <geom type="box" pos="0 0 0.002" size="${half} ${half} 0.002"/>
      ${wall(half, 0, thick, half)} ${wall(-half, 0, thick, half)}
      ${wall(0, half, half, thick)} ${wall(0, -half, half, thick)}
    </body>`;
}

const finger = (side: "left" | "right", sign: 1 | -1) => `
  <body name="finger_${side}" pos="0.07 0 0">
    <joint name="finger_${side}" type="slide" axis="0 ${sign} 0" range="0 ${fingerOpen}" damping="4" armature="0.02"/>
    <geom type="box" pos="0.025 ${sign * 0.004} 0" size="0.03 0.004 0.009" contype="1" conaffinity="1" mass="0.02" friction="2 0.05 0.001"/>
  </body>`;

/** The model as MJCF text. */
export function pickPlaceMjcf(): string {
  return `<mujoco model="pick-place">
  <compiler angle="radian" autolimits="true"/>
  <option timestep="${timeStep}" integrator="implicitfast" cone="elliptic" impratio="10"/>
  <default>
    <joint damping="1" armature="0.05"/>
    <geom condim="4" friction="1 0.01 0.001"/>
    <default class="link"><geom contype="0" conaffinity="0"/></default>
  </default>
  <worldbody>
    <geom name="table" type="box" pos="0.2 0 -0.02" size="0.42 0.4 0.02"/>
    ${trayGeoms()}
    <body name="cube" pos="0.33 0.08 ${cubeHalf}">
      <freejoint name="cube"/>
      <geom type="box" size="${cubeHalf} ${cubeHalf} ${cubeHalf}" mass="0.02" friction="2 0.05 0.001"/>
    </body>
    <body name="base" childclass="link">
      <geom type="cylinder" pos="0 0 0.03" size="0.055 0.03"/>
      <body name="waist" pos="0 0 0.06" gravcomp="1">
        <joint name="waist" axis="0 0 1" range="-3 3"/>
        <geom type="cylinder" pos="0 0 0.025" size="0.04 0.025" mass="0.3"/>
        <body name="upper_arm" pos="0 0 0.05" gravcomp="1">
          <joint name="shoulder" axis="0 1 0" range="-1.6 1.6"/>
          <geom type="capsule" fromto="0 0 0 0 0 0.26" size="0.022" mass="0.3"/>
          <body name="forearm" pos="0 0 0.26" gravcomp="1">
            <joint name="elbow" axis="0 1 0" range="-1.5 1.8"/>
            <geom type="capsule" fromto="0 0 0 0.14 0 0" size="0.018" mass="0.2"/>
            <body name="forearm_roll" pos="0.14 0 0" gravcomp="1">
              <joint name="forearm_roll" axis="1 0 0" range="-3 3"/>
              <geom type="capsule" fromto="0 0 0 0.12 0 0" size="0.016" mass="0.1"/>
              <body name="wrist" pos="0.12 0 0" gravcomp="1">
                <joint name="wrist_pitch" axis="0 1 0" range="-1.8 2.2"/>
                <geom type="capsule" fromto="0 0 0 0.04 0 0" size="0.016" mass="0.05"/>
                <body name="palm" pos="0.05 0 0" gravcomp="1">
                  <joint name="wrist_roll" axis="1 0 0" range="-3 3"/>
                  <geom type="box" pos="0.02 0 0" size="0.018 0.034 0.014" mass="0.05"/>
                  <site name="hand" pos="0.107 0 0" size="0.004"/>
                  ${finger("left", 1)}
                  ${finger("right", -1)}
                </body>
              </body>
            </body>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    ${armChain.joints.map((joint) => `<position joint="${joint}" kp="250" kv="12" ctrlrange="-3.1 3.1"/>`).join("\n    ")}
    <position joint="finger_left" kp="300" kv="6" ctrlrange="-0.01 ${fingerOpen}" forcerange="-8 8"/>
    <position joint="finger_right" kp="300" kv="6" ctrlrange="-0.01 ${fingerOpen}" forcerange="-8 8"/>
  </actuator>
</mujoco>`;
}

/**
 * The ant of D4RL's AntMaze as MJCF text, written from the figures of the compiled original (fixtures/ant.json holds
 * them, with a reference motion; NOTICE names the source). It is not Gymnasium's ant: that one has another time step
 * and other motors. Masses and inertias follow from the geoms and their density.
 */

/** The legs in the order of the model's joints: the corner each one points to, and how far its ankle may bend. */
const legs = [
  { body: "front_left_leg", upper: "left_leg_geom", lower: "left_ankle_geom", x: 1, y: 1, ankle: "30 70" },
  { body: "front_right_leg", upper: "right_leg_geom", lower: "right_ankle_geom", x: -1, y: 1, ankle: "-70 -30" },
  { body: "back_leg", upper: "back_leg_geom", lower: "third_ankle_geom", x: -1, y: -1, ankle: "-70 -30" },
  { body: "right_back_leg", upper: "rightback_leg_geom", lower: "fourth_ankle_geom", x: 1, y: -1, ankle: "30 70" },
] as const;

/** The order in which D4RL numbers the motors; it is not the order of the joints. */
const motorOrder = [4, 1, 2, 3] as const;

/** Three capsules on the diagonal: hip socket, upper leg (turns about z) and lower leg (bends about the other diagonal). */
function legMjcf(leg: (typeof legs)[number], number: number): string {
  const along = (length: number) => `${leg.x * length} ${leg.y * length} 0`;
  const capsule = (name: string, length: number) =>
    `<geom name="${name}" type="capsule" fromto="0 0 0 ${along(length)}"/>`;
  return `<body name="${leg.body}">
  ${capsule(`aux_${number}_geom`, 0.2)}
  <body name="aux_${number}" pos="${along(0.2)}">
    <joint name="hip_${number}" axis="0 0 1" range="-30 30"/>
    ${capsule(leg.upper, 0.2)}
    <body pos="${along(0.2)}">
      <joint name="ankle_${number}" axis="${leg.x * leg.y > 0 ? "-1 1 0" : "1 1 0"}" range="${leg.ankle}"/>
      ${capsule(leg.lower, 0.4)}
    </body>
  </body>
</body>`;
}

/**
 * The whole model: floor, ant and whatever `walls` adds to the world (MJCF geoms, empty for none). qpos [15]: torso
 * position, quaternion (w, x, y, z), hip and ankle angles leg by leg; ctrl [8] within +-30 Nm.
 */
export function antMjcf(walls = ""): string {
  const motors = motorOrder.flatMap((number) => [`hip_${number}`, `ankle_${number}`]);
  return `<mujoco model="ant">
  <compiler angle="degree"/>
  <option timestep="0.02" integrator="RK4"/>
  <size memory="4M"/>
  <default>
    <joint type="hinge" armature="1" damping="1" limited="true"/>
    <geom density="5" contype="1" conaffinity="0" condim="3" friction="1 0.5 0.5" margin="0.01" solimp="0.8 0.8 0.01" size="0.08" rgba="0.8 0.6 0.4 1"/>
    <motor gear="1" ctrllimited="true" ctrlrange="-30 30"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="40 40 40" conaffinity="1" rgba="0.8 0.9 0.8 1"/>
    <body name="torso" pos="0 0 0.75">
      <joint name="root" type="free" armature="0" damping="0" limited="false" margin="0.01"/>
      <geom name="torso_geom" type="sphere" size="0.25" rgba="0.3 0.9 0.5 1"/>
${legs.map((leg, index) => legMjcf(leg, index + 1)).join("\n")}
    </body>
${walls}
  </worldbody>
  <actuator>
${motors.map((joint) => `    <motor joint="${joint}"/>`).join("\n")}
  </actuator>
</mujoco>`;
}

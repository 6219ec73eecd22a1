/**
 * The frame in which an ant walks: wherever it is to go, that way is called +x, and whichever of its four equal legs
 * point there are called legs 1 and 4. Turning the world about the vertical changes nothing in the physics, and neither
 * does turning the ant by a quarter and renaming its legs, so one way to walk is enough for all directions: a policy
 * that knows only this frame learns several times faster. A policy that was trained on any direction fits it too.
 */

/** Entries of a walking policy's observation: qpos[2:15], qvel[0:14] and the direction, scaled to length 10. */
export const walkingObservationSize = 29;

/** The length to which the direction is scaled (D4RL's recipe). */
const directionLength = 10;

const legCount = 4;

/**
 * The sense of each leg's ankle: turning the ant by a quarter carries leg i's hinge onto leg i + 1's, but between legs
 * 1 and 2, and 3 and 4, it then points the other way.
 */
const ankleSense = [1, -1, -1, 1] as const;

/** The place of each leg (0 to 3) in an action: D4RL numbers the motors 4, 1, 2, 3. */
const motorOf = [1, 2, 3, 0] as const;

/**
 * Writes the walking frame's observation of an ant's state.
 * @param state qpos [15] and qvel [14], as the mazes observe it
 * @param direction where to walk in the world, as an angle from +x in rad
 * @param observation filled: [29] = height, quaternion, joints leg by leg, their velocities likewise, (10, 0)
 * @returns the quarter turns by which the legs were renamed; `toWorldFrame` needs them
 */
export function toWalkingFrame(state: Float32Array, direction: number, observation: Float32Array): number {
  const [w, x, y, z] = [state[3]!, state[4]!, state[5]!, state[6]!];
  const yaw = Math.atan2(2 * (w * z + x * y), w * w + x * x - y * y - z * z);
  const turns = Math.round((yaw - direction) / (Math.PI / 2)) % legCount;
  const quarters = (turns + legCount) % legCount;
  observation[0] = state[2]!;
  turnQuaternion(w, x, y, z, -direction / 2, (-quarters * Math.PI) / 4, observation);
  renameLegs(state, 7, quarters, observation, 5);
  turnPlane(state[15]!, state[16]!, -direction, observation, 13);
  observation[15] = state[17]!;
  turnPlane(state[18]!, state[19]!, (quarters * Math.PI) / 2, observation, 16);
  observation[18] = state[20]!;
  renameLegs(state, 21, quarters, observation, 19);
  observation[27] = directionLength;
  observation[28] = 0;
  return quarters;
}

/** Turns an action [8] of the walking frame into one of the world, in a second array. */
export function toWorldFrame(walking: Float32Array, quarters: number, action: Float32Array): void {
  for (let leg = 0; leg < legCount; leg++) {
    const named = (leg + quarters) % legCount;
    const [from, to] = [2 * motorOf[named]!, 2 * motorOf[leg]!];
    action[to] = walking[from]!;
    action[to + 1] = ankleSense[leg]! * ankleSense[named]! * walking[from + 1]!;
  }
}

/** z-turn(before) * q * z-turn(after), both given as half angles; of the two quaternions of a pose, that with w >= 0. */
function turnQuaternion(
  w: number,
  x: number,
  y: number,
  z: number,
  before: number,
  after: number,
  observation: Float32Array,
): void {
  const [cosSum, sinSum] = [Math.cos(before + after), Math.sin(before + after)];
  const [cosDifference, sinDifference] = [Math.cos(before - after), Math.sin(before - after)];
  const turned = w * cosSum - z * sinSum;
  const sign = turned < 0 ? -1 : 1;
  observation[1] = sign * turned;
  observation[2] = sign * (x * cosDifference - y * sinDifference);
  observation[3] = sign * (x * sinDifference + y * cosDifference);
  observation[4] = sign * (w * sinSum + z * cosSum);
}

function turnPlane(x: number, y: number, angle: number, target: Float32Array, at: number): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  target[at] = cos * x - sin * y;
  target[at + 1] = sin * x + cos * y;
}

/** Hips and ankles [8], leg by leg, under the legs' new names. */
function renameLegs(source: Float32Array, from: number, quarters: number, target: Float32Array, to: number): void {
  for (let leg = 0; leg < legCount; leg++) {
    const named = (leg + quarters) % legCount;
    target[to + 2 * named] = source[from + 2 * leg]!;
    target[to + 2 * named + 1] = ankleSense[leg]! * ankleSense[named]! * source[from + 2 * leg + 1]!;
  }
}

/** How upright the ant is: the vertical part of its body's own z axis, 1 standing, -1 on its back. */
export function uprightness(state: Float32Array): number {
  const [x, y] = [state[4]!, state[5]!];
  let norm = 0;
  for (let i = 3; i < 7; i++) norm += state[i]! ** 2;
  return 1 - (2 * (x * x + y * y)) / norm;
}

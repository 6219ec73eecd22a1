/**
 * The viewpoint. A camera circles a point, like MuJoCo's free camera; its picture is a pinhole's. The ray through each
 * pixel is prepared once per size of the picture and turned with the camera.
 */

/** A place or direction in the world: x, y, z in metres, z upwards. */
export type Vector = readonly [number, number, number];

export interface Camera {
  /** The point in the middle of the picture. */
  readonly lookAt: Vector;
  /** From that point, in metres. */
  readonly distance: number;
  /** The compass direction one looks in, in degrees: 0 along x, 90 along y. (PyBullet's yaw is 90 less.) */
  readonly azimuth: number;
  /** The slope of the line of sight in degrees; negative when the camera stands above and looks down. */
  readonly elevation: number;
  /** The angle from the lower to the upper edge of the picture, in degrees. */
  readonly fieldOfView: number;
}

/** The camera's place and its three directions, each of length 1 and square to the others. */
export interface Viewpoint {
  readonly position: Vector;
  readonly forward: Vector;
  readonly right: Vector;
  readonly up: Vector;
}

export function viewpointOf({ lookAt, distance, azimuth, elevation }: Camera): Viewpoint {
  const [turn, slope] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const [sinTurn, cosTurn, sinSlope, cosSlope] = [Math.sin(turn), Math.cos(turn), Math.sin(slope), Math.cos(slope)];
  const forward: Vector = [cosSlope * cosTurn, cosSlope * sinTurn, sinSlope];
  return {
    position: [lookAt[0] - distance * forward[0], lookAt[1] - distance * forward[1], lookAt[2] - distance * forward[2]],
    forward,
    right: [sinTurn, -cosTurn, 0],
    up: [-sinSlope * cosTurn, -sinSlope * sinTurn, cosSlope],
  };
}

/** How far the picture's edge lies from its middle at distance 1, upwards. */
export function halfHeight(fieldOfView: number): number {
  return Math.tan((fieldOfView * Math.PI) / 360);
}

/**
 * Writes the direction (of length 1) in which a place of the picture is seen into `target` at `offset`.
 * @param x to the right and @param y upwards from the middle, at distance 1 from the camera
 */
export function writeDirection(
  { forward, right, up }: Viewpoint,
  x: number,
  y: number,
  target: Float64Array,
  offset: number,
): void {
  const scale = 1 / Math.sqrt(1 + x * x + y * y);
  for (let axis = 0; axis < 3; axis++)
    target[offset + axis] = scale * (forward[axis]! + x * right[axis]! + y * up[axis]!);
}

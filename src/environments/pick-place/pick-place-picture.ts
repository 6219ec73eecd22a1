/**
 * How the arm and its table are shown: one fixed camera in front of the table, for people and policies alike.
 */
import type { Colour } from "../../rendering/frame.js";
import type { GeomDescription, Look, Paint } from "../../rendering/paint.js";
import type { Quality, Scene } from "../../rendering/scene.js";

const colours: Readonly<Record<string, Colour>> = {
  world: [188, 170, 140],
  tray: [52, 92, 168],
  cube: [214, 60, 48],
  finger_left: [60, 62, 68],
  finger_right: [60, 62, 68],
  palm: [60, 62, 68],
};
const metal: Paint = { colour: [120, 126, 136] };
const joint: Paint = { colour: [70, 74, 82] };

function paint({ body }: GeomDescription): Paint {
  const colour = colours[body];
  if (colour) return { colour };
  return body === "upper_arm" || body === "forearm" || body === "forearm_roll" ? metal : joint;
}

export const pickPlaceLook: Look = { paint };

/** From in front of the table, looking back to the arm's base, 40 degrees downwards (as COG's camera). */
export const pickPlaceScene: Scene = {
  camera: { lookAt: [0.28, 0, 0.07], distance: 0.42, azimuth: 180, elevation: -40, fieldOfView: 60 },
  light: [1.2, 1, 2.5],
};

/** For what a policy sees: no shadows, no second look at edges. */
export const policyQuality: Quality = { shadows: false, samples: 1 };

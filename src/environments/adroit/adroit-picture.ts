/**
 * How the hand and what it works on are shown: from the side where the task happens, skin, wood and metal in their
 * colours, since the models are grey.
 */

import type { Simulation } from "../../physics/mujoco.js";
import type { Camera } from "../../rendering/camera.js";
import type { GeomDescription, Look, Paint } from "../../rendering/paint.js";
import type { Marker, Scene } from "../../rendering/scene.js";
import type { AdroitScene } from "./adroit-model.js";

/** Paints by the name of a body or its beginning; the first that fits counts. */
const paints: readonly (readonly [string, Paint])[] = [
  ["world", { colour: [206, 204, 198], checker: { colour: [190, 188, 182], size: 0.25 } }],
  ["table", { colour: [226, 214, 192] }],
  ["forearm", { colour: [70, 96, 140] }],
  ["wrist", { colour: [70, 96, 140] }],
  ["frame", { colour: [92, 70, 56] }],
  ["door", { colour: [168, 112, 68] }],
  ["latch", { colour: [176, 182, 190] }],
];

/** Hand and fingers. */
const skin: Paint = { colour: [236, 178, 142] };

/** The ball of relocate, and what is between the pen's coloured ends. */
const object: Paint = { colour: [58, 110, 196] };

function paintAdroit({ name, body, colour }: GeomDescription): Paint {
  if (body === "Object" || body === "target") return name === "sphere" ? object : { colour };
  return paints.find(([beginning]) => body.startsWith(beginning))?.[1] ?? skin;
}

/** Group 3 holds the tracker of the human demonstrator. */
export const adroitLook: Look = { paint: paintAdroit, hiddenGroups: [3] };

const cameras = {
  door: { lookAt: [0, -0.1, 0.3], distance: 1.4, azimuth: 62, elevation: -22, fieldOfView: 45 },
  pen: { lookAt: [0.03, -0.22, 0.22], distance: 0.75, azimuth: 110, elevation: -35, fieldOfView: 45 },
  relocate: { lookAt: [0, -0.1, 0.12], distance: 1.2, azimuth: 70, elevation: -30, fieldOfView: 45 },
} as const satisfies Record<AdroitScene["name"], Camera>;

/** What the picture of a task is of. */
export function adroitScene(task: AdroitScene["name"], simulation: Simulation): Scene {
  const light = [-1.5, -2, 4] as const;
  const markers = task === "relocate" ? [targetBall(simulation)] : [];
  return { camera: cameras[task], light, markers };
}

/** Where the ball of relocate shall go: the site is no geom, so rays pass through it. */
function targetBall(simulation: Simulation): Marker {
  const place = 3 * simulation.site("target");
  const [x, y, z] = simulation.sitePlaces.subarray(place, place + 3) as unknown as [number, number, number];
  return { kind: "ball", centre: [x, y, z], radius: 0.07, colour: [46, 170, 90], opacity: 0.55 };
}

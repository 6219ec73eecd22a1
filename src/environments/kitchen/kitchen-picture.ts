/**
 * How the kitchen is shown: from beside the arm, in colours of a kitchen, since the model is grey. Burners and the lamp glow
 * while they are on.
 */
import type { Simulation } from "../../physics/mujoco.js";
import type { GeomDescription, Look, Paint } from "../../rendering/paint.js";
import type { Marker, Scene } from "../../rendering/scene.js";

/** Paints by the name of a body or its beginning; the first that fits counts. */
const paints: readonly (readonly [string, Paint])[] = [
  ["world", { colour: [196, 186, 172], checker: { colour: [180, 170, 156], size: 0.5 } }],
  ["panda0_leftfinger", { colour: [60, 64, 72] }],
  ["panda0_rightfinger", { colour: [60, 64, 72] }],
  ["panda0", { colour: [238, 240, 240] }],
  ["counters", { colour: [224, 214, 196] }],
  ["ovenroot", { colour: [112, 118, 126] }],
  ["knob", { colour: [44, 48, 54] }],
  ["Burner", { colour: [54, 40, 38] }],
  ["hood", { colour: [150, 156, 164] }],
  ["lightswitch", { colour: [240, 196, 60] }],
  ["lightblock", { colour: [252, 246, 214] }],
  ["wall", { colour: [236, 228, 210] }],
  ["slidelink", { colour: [70, 128, 120] }],
  ["slide", { colour: [176, 134, 92] }],
  ["hingecab", { colour: [176, 134, 92] }],
  ["hinge", { colour: [84, 120, 168] }],
  ["microdoor", { colour: [72, 78, 88] }],
  ["micro", { colour: [206, 208, 212] }],
  ["kettle", { colour: [196, 60, 48] }],
];

function paintKitchen({ body, colour }: GeomDescription): Paint {
  const [r, g, b] = colour;
  if (r === 255 && g === 0 && b === 0) return { colour }; // the pointer of a knob
  return paints.find(([beginning]) => body.startsWith(beginning))?.[1] ?? { colour: [96, 100, 108] };
}

/** Group 2 is the tracker of the human demonstrator. */
export const kitchenLook: Look = { paint: paintKitchen, hiddenGroups: [2] };

/** What the picture is of. */
export function kitchenScene(simulation: Simulation): Scene {
  return {
    camera: { lookAt: [-0.3, 0.5, 2.02], distance: 2.3, azimuth: 68, elevation: -22, fieldOfView: 45 },
    light: [-1.6, -2.2, 4.2],
    markers: [1, 2, 3, 4].map((number) => burner(simulation, number)).concat(lamp(simulation)),
  };
}

/** A burner as a disc on the stove, in whose solid top the model's own lies; red while its knob is turned. */
function burner(simulation: Simulation, number: number): Marker {
  const at = 3 * simulation.body(`Burner ${number}`);
  const [x, y] = simulation.bodyPositions.subarray(at, at + 2) as unknown as [number, number];
  const on = simulation.qpos[7 + 2 * number]! < -0.58;
  return { kind: "disc", centre: [x, y, 1.62], radius: 0.1, colour: on ? [255, 84, 32] : [52, 46, 46], opacity: 0.9 };
}

/** A shine below the hood while the lever is pushed. */
function lamp(simulation: Simulation): Marker[] {
  if (simulation.qpos[17]! > -0.39) return [];
  return [{ kind: "ball", centre: [0, 0.82, 2.2], radius: 0.13, colour: [255, 240, 150], opacity: 0.75 }];
}

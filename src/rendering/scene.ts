/**
 * What a picture is of, besides the geoms of a model: the viewpoint, the position of the light, and marks that are
 * drawn without being part of the physics.
 */
import type { Camera, Vector } from "./camera.js";
import type { Colour } from "./frame.js";

/** A mark in the world that nothing collides with: a ball, or a disc that lies flat. */
export interface Marker {
  readonly kind: "ball" | "disc";
  readonly centre: Vector;
  readonly radius: number;
  readonly colour: Colour;
  /** From 0, not to be seen, to 1, which hides what is behind it. */
  readonly opacity: number;
}

export interface Scene {
  readonly camera: Camera;
  /** The place of the one lamp; far away, its shadows are parallel. */
  readonly light: Vector;
  readonly markers?: readonly Marker[];
}

/** How much work goes into a picture. */
export interface Quality {
  /** Whether things cast shadows: a second ray for every pixel that the lamp may reach. */
  readonly shadows: boolean;
  /** Rays along each side of a pixel where colours meet; 1 leaves the edges as steps. */
  readonly samples: number;
}

/** For pictures that people look at. */
export const fineQuality: Quality = { shadows: true, samples: 3 };

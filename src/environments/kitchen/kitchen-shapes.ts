/**
 * A short notation for the furniture's shapes. The original has two sets of them in most bodies: those that are seen, and
 * those that collide, with nothing but the arm and the kettle.
 */

/** Turned so that what runs along z runs along y, or x; the figures of the original, which rounds a quarter of a turn. */
export const alongY = "0.7073882692 0.7068251811 0 0";
export const alongX = "0.7073882692 0 0.7068251811 0";

/** A shape: half sizes (or radius and half length) in metres, the place of its middle, and how it is turned (w, x, y, z). */
export interface Shape {
  readonly type: "box" | "cylinder" | "capsule" | "sphere";
  readonly size: string;
  readonly pos: string;
  readonly quat?: string;
}

const shapeOf =
  (type: Shape["type"]) =>
  (size: string, pos: string, quat?: string): Shape => ({ type, size, pos, ...(quat !== undefined && { quat }) });

export const box = shapeOf("box");
export const cylinder = shapeOf("cylinder");
export const capsule = shapeOf("capsule");
export const sphere = shapeOf("sphere");

/** The classes of geoms, which the whole model declares. */
export type GeomClass = "seen" | "solid" | "soft" | "loose" | "finger";

/** The shapes as elements of a body. */
export function geomsMjcf(kind: GeomClass, shapes: readonly Shape[]): string {
  return shapes
    .map(
      ({ type, size, pos, quat }) =>
        `<geom class="${kind}" type="${type}" size="${size}" pos="${pos}"${quat === undefined ? "" : ` quat="${quat}"`}/>`,
    )
    .join("\n");
}

/** The mass of a body in kg, its centre, its principal moments of inertia, and how their axes are turned. */
export function inertial(mass: number, pos: string, moments: string, quat = "1 0 0 0"): string {
  return `<inertial mass="${mass}" pos="${pos}" quat="${quat}" diaginertia="${moments}"/>`;
}

export function site(name: string, pos: string, quat = "1 0 0 0"): string {
  return `<site name="${name}" pos="${pos}" quat="${quat}" size="0.01"/>`;
}

/**
 * Draws a simulation: rays through the pixels, what they hit, its colour. Where neighbouring pixels differ much, an edge
 * runs, and more rays follow there alone; that costs a fraction of drawing everything larger and shrinking it. A picture
 * depends on the pose and the scene alone, to the byte.
 */
import type { Simulation } from "../physics/mujoco.js";
import { halfHeight, type Vector, type Viewpoint, viewpointOf, writeDirection } from "./camera.js";
import type { Frame } from "./frame.js";
import { type Look, paintsOf } from "./paint.js";
import { RayCaster } from "./ray-caster.js";
import { fineQuality, type Quality, type Scene } from "./scene.js";
import { Shading } from "./shading.js";
import { Shadows } from "./shadows.js";

/** The least difference of a colour channel, of 255, at which an edge runs between two pixels. */
const edgeContrast = 12;

/** Everything whose size follows from the size of the picture. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly rays: RayCaster;
  readonly shading: Shading;
  readonly shadows: Shadows;
  readonly directions: Float64Array;
  /** The pixels at edges, by number. */
  readonly edges: Int32Array;
}

/** One per simulation; its memory is made at the first picture, and anew only when the size changes. */
export class Renderer {
  private canvas: Canvas | undefined;

  constructor(
    private readonly simulation: Simulation,
    private readonly look: Look = {},
  ) {}

  /** Fills the frame with a picture of the simulation's present pose. */
  draw(frame: Frame, scene: Scene, quality: Quality = fineQuality): void {
    const canvas = this.canvasFor(frame);
    const viewpoint = viewpointOf(scene.camera);
    const scale = (2 * halfHeight(scene.camera.fieldOfView)) / frame.height;
    canvas.rays.update();
    const count = frame.width * frame.height;
    for (let pixel = 0; pixel < count; pixel++) aim(canvas, viewpoint, scale, pixel, 0.5, 0.5, pixel);
    this.colour(canvas, viewpoint.position, scene, quality, count);
    frame.pixels.set(canvas.shading.colours);
    if (quality.samples > 1) this.refine(canvas, frame, viewpoint, scale, scene, quality);
  }

  /** Frees what the pictures needed; the next one would make it anew. */
  close(): void {
    this.canvas?.rays.close();
    this.canvas = undefined;
  }

  private canvasFor({ width, height }: Frame): Canvas {
    if (this.canvas?.width === width && this.canvas.height === height) return this.canvas;
    this.close();
    const capacity = width * height;
    this.canvas = {
      width,
      height,
      rays: new RayCaster(this.simulation, capacity, this.look.hiddenGroups),
      shading: new Shading(capacity, paintsOf(this.simulation, this.look)),
      shadows: new Shadows(capacity),
      directions: new Float64Array(3 * capacity),
      edges: new Int32Array(capacity),
    };
    return this.canvas;
  }

  /** The colours of the first `count` directions. */
  private colour(
    { rays, shading, shadows, directions }: Canvas,
    origin: Vector,
    scene: Scene,
    quality: Quality,
    count: number,
  ): void {
    rays.cast(origin, directions, count);
    shading.light(rays, origin, directions, scene.light);
    if (quality.shadows) shadows.cast(rays, shading, count, scene.light);
    shading.paint(directions, count);
    for (const marker of scene.markers ?? []) shading.mark(marker, origin, directions, count);
  }

  /** Draws the pixels at edges again as means of several rays, as many pixels at a time as there is room for. */
  private refine(
    canvas: Canvas,
    frame: Frame,
    viewpoint: Viewpoint,
    scale: number,
    scene: Scene,
    quality: Quality,
  ): void {
    const { samples } = quality;
    const raysPerPixel = samples * samples;
    const room = Math.floor((canvas.width * canvas.height) / raysPerPixel);
    const count = findEdges(frame, canvas.edges);
    for (let first = 0; first < count && room > 0; first += room) {
      const last = Math.min(first + room, count);
      let ray = 0;
      for (let k = first; k < last; k++)
        for (let sample = 0; sample < raysPerPixel; sample++) {
          const x = ((sample % samples) + 0.5) / samples;
          const y = (Math.floor(sample / samples) + 0.5) / samples;
          aim(canvas, viewpoint, scale, canvas.edges[k]!, x, y, ray++);
        }
      this.colour(canvas, viewpoint.position, scene, quality, ray);
      for (let k = first; k < last; k++)
        writeMean(canvas.shading.colours, (k - first) * raysPerPixel, raysPerPixel, frame, canvas.edges[k]!);
    }
  }
}

/** Points a ray through a pixel, at x to the right and y downwards from its corner, both from 0 to 1. */
function aim(
  canvas: Canvas,
  viewpoint: Viewpoint,
  scale: number,
  pixel: number,
  x: number,
  y: number,
  ray: number,
): void {
  const column = pixel % canvas.width;
  const row = (pixel - column) / canvas.width;
  const right = scale * (column + x - canvas.width / 2);
  const up = scale * (canvas.height / 2 - row - y);
  writeDirection(viewpoint, right, up, canvas.directions, 3 * ray);
}

/** Writes the numbers of the pixels that differ from one beside, above or below them; how many there are. */
function findEdges({ width, height, pixels }: Frame, edges: Int32Array): number {
  let count = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      if (
        (column > 0 && differ(pixels, pixel, pixel - 1)) ||
        (column < width - 1 && differ(pixels, pixel, pixel + 1)) ||
        (row > 0 && differ(pixels, pixel, pixel - width)) ||
        (row < height - 1 && differ(pixels, pixel, pixel + width))
      )
        edges[count++] = pixel;
    }
  return count;
}

function differ(pixels: Uint8ClampedArray, a: number, b: number): boolean {
  for (let channel = 0; channel < 3; channel++)
    if (Math.abs(pixels[3 * a + channel]! - pixels[3 * b + channel]!) >= edgeContrast) return true;
  return false;
}

function writeMean(colours: Float32Array, first: number, count: number, { pixels }: Frame, pixel: number): void {
  for (let channel = 0; channel < 3; channel++) {
    let total = 0;
    for (let ray = first; ray < first + count; ray++) total += colours[3 * ray + channel]!;
    pixels[3 * pixel + channel] = total / count;
  }
}

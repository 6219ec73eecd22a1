/**
 * From what a ray has hit to a colour: Lambert's law under one lamp, light from the sky, chequered floors, and marks
 * laid over what is behind them. All in plain numbers, three per ray; nothing is allocated per ray.
 */
import type { Vector } from "./camera.js";
import type { Colour } from "./frame.js";
import type { Paint } from "./paint.js";
import type { RayCaster } from "./ray-caster.js";
import type { Marker } from "./scene.js";

/** Shares of the light: from everywhere, more of it from above, and from the lamp where it shines straight on. */
const ambient = 0.38;
const fromSky = 0.12;
const fromLamp = 0.55;

/** How many squares away a chequerboard has faded to one colour. */
const fadingSquares = 40;

/** The sky at the horizon and at the zenith. */
const horizon: Colour = [214, 226, 238];
const zenith: Colour = [120, 160, 205];

/** The rays of one cast on their way from hits to colours. */
export class Shading {
  /** [capacity, 3], from 0 to 255. */
  readonly colours: Float32Array;
  /** Where each ray hits, where it hits something: [capacity, 3]. */
  readonly points: Float64Array;
  /** How directly the lamp shines on that place, from 0 (not at all) to 1: [capacity]. */
  readonly lamp: Float32Array;
  private readonly geoms: Int32Array;
  private readonly distances: Float64Array;
  /** The z of the normals. */
  private readonly slopes: Float32Array;

  constructor(
    capacity: number,
    private readonly paints: readonly Paint[],
  ) {
    this.colours = new Float32Array(3 * capacity);
    this.points = new Float64Array(3 * capacity);
    this.lamp = new Float32Array(capacity);
    this.geoms = new Int32Array(capacity);
    this.distances = new Float64Array(capacity);
    this.slopes = new Float32Array(capacity);
  }

  /** Takes over what a cast has hit: the places, and the lamp's light on them, shadows aside. */
  light({ geoms, distances, normals }: RayCaster, origin: Vector, directions: Float64Array, lamp: Vector): void {
    this.geoms.set(geoms);
    this.distances.set(distances);
    for (let i = 0; i < geoms.length; i++) {
      this.lamp[i] = 0;
      this.slopes[i] = normals[3 * i + 2]!;
      if (geoms[i]! < 0) continue;
      let along = 0;
      let squared = 0;
      for (let axis = 0; axis < 3; axis++) {
        const point = origin[axis]! + distances[i]! * directions[3 * i + axis]!;
        this.points[3 * i + axis] = point;
        const toLamp = lamp[axis]! - point;
        along += toLamp * normals[3 * i + axis]!;
        squared += toLamp * toLamp;
      }
      this.lamp[i] = Math.max(along, 0) / Math.sqrt(squared);
    }
  }

  /** The colours of `count` rays. */
  paint(directions: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) {
      if (this.geoms[i]! < 0) this.paintSky(i, directions[3 * i + 2]!);
      else this.paintSurface(i, this.paints[this.geoms[i]!]!);
    }
  }

  /** Lays a mark over those of `count` rays that meet it before they meet anything else. */
  mark(marker: Marker, origin: Vector, directions: Float64Array, count: number): void {
    const { kind, centre, radius, colour, opacity } = marker;
    for (let i = 0; i < count; i++) {
      const distance =
        kind === "ball" ? distanceToBall(marker, origin, directions, i) : distanceToDisc(marker, origin, directions, i);
      if (distance < 0 || (this.geoms[i]! >= 0 && this.distances[i]! < distance)) continue;
      const slope = kind === "disc" ? 1 : (origin[2] + distance * directions[3 * i + 2]! - centre[2]) / radius;
      const brightness = 0.8 + 0.2 * slope;
      for (let channel = 0; channel < 3; channel++) {
        const under = this.colours[3 * i + channel]!;
        this.colours[3 * i + channel] = under + opacity * (brightness * colour[channel]! - under);
      }
    }
  }

  private paintSky(ray: number, upwards: number): void {
    const height = Math.min(Math.max(upwards, 0), 1);
    for (let channel = 0; channel < 3; channel++)
      this.colours[3 * ray + channel] = horizon[channel]! + height * (zenith[channel]! - horizon[channel]!);
  }

  private paintSurface(ray: number, { colour, checker }: Paint): void {
    const brightness = ambient + fromSky * this.slopes[ray]! + fromLamp * this.lamp[ray]!;
    const squares = checker === undefined ? 0 : this.shareOfOtherSquares(ray, checker.size);
    for (let channel = 0; channel < 3; channel++) {
      const own = colour[channel]! + squares * ((checker?.colour ?? colour)[channel]! - colour[channel]!);
      this.colours[3 * ray + channel] = Math.min(brightness * own, 255);
    }
  }

  /** 1 on the squares of the other colour and 0 between them; far away, where they would flicker, both fade to a half. */
  private shareOfOtherSquares(ray: number, size: number): number {
    const [column, row] = [Math.floor(this.points[3 * ray]! / size), Math.floor(this.points[3 * ray + 1]! / size)];
    const contrast = Math.max(1 - this.distances[ray]! / (fadingSquares * size), 0);
    return 0.5 + contrast * (((column + row) & 1) - 0.5);
  }
}

/** Along ray i, where it enters the ball; -1 where it passes by. */
function distanceToBall({ centre, radius }: Marker, origin: Vector, directions: Float64Array, i: number): number {
  let along = 0;
  let squared = 0;
  for (let axis = 0; axis < 3; axis++) {
    const offset = centre[axis]! - origin[axis]!;
    along += offset * directions[3 * i + axis]!;
    squared += offset * offset;
  }
  const inside = along * along - squared + radius * radius;
  return inside < 0 ? -1 : along - Math.sqrt(inside);
}

/** Along ray i, where it meets the disc; -1 where it does not. */
function distanceToDisc({ centre, radius }: Marker, origin: Vector, directions: Float64Array, i: number): number {
  const distance = (centre[2] - origin[2]) / directions[3 * i + 2]!;
  if (!(distance > 0 && distance < Number.POSITIVE_INFINITY)) return -1;
  const x = origin[0] + distance * directions[3 * i]! - centre[0];
  const y = origin[1] + distance * directions[3 * i + 1]! - centre[1];
  return x * x + y * y > radius * radius ? -1 : distance;
}

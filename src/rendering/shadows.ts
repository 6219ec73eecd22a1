/**
 * Shadows: one more cast, from the lamp to every place that it might shine on. All these rays begin at one point, which
 * is what MuJoCo's ray casting is fast at; a place in whose way something else stands is left without the lamp's light.
 */
import type { Vector } from "./camera.js";
import type { RayCaster } from "./ray-caster.js";
import type { Shading } from "./shading.js";

/** How much nearer to the lamp, in metres and as a share of the way, something must be to cast a shadow: above rounding. */
const [nearer, nearerShare] = [1e-5, 1e-9] as const;

export class Shadows {
  private readonly directions: Float64Array;
  private readonly lengths: Float64Array;
  /** Which ray of the picture each ray from the lamp belongs to. */
  private readonly owners: Int32Array;

  constructor(capacity: number) {
    this.directions = new Float64Array(3 * capacity);
    this.lengths = new Float64Array(capacity);
    this.owners = new Int32Array(capacity);
  }

  /** Takes the lamp's light from the places that do not see it. The results of the caster are overwritten. */
  cast(rays: RayCaster, shading: Shading, count: number, lamp: Vector): void {
    const aimed = this.aim(shading, count, lamp);
    if (aimed === 0) return;
    rays.cast(lamp, this.directions, aimed);
    for (let k = 0; k < aimed; k++) {
      const reached = rays.distances[k]!;
      const length = this.lengths[k]!;
      if (reached >= 0 && reached < length - nearer - nearerShare * length) shading.lamp[this.owners[k]!] = 0;
    }
  }

  /** A ray to every place on which the lamp shines, shadows aside; how many there are. */
  private aim({ lamp: light, points }: Shading, count: number, lamp: Vector): number {
    let aimed = 0;
    for (let i = 0; i < count; i++) {
      if (light[i]! === 0) continue;
      const [x, y, z] = [points[3 * i]! - lamp[0], points[3 * i + 1]! - lamp[1], points[3 * i + 2]! - lamp[2]];
      const length = Math.sqrt(x * x + y * y + z * z);
      this.directions[3 * aimed] = x / length;
      this.directions[3 * aimed + 1] = y / length;
      this.directions[3 * aimed + 2] = z / length;
      this.lengths[aimed] = length;
      this.owners[aimed++] = i;
    }
    return aimed;
  }
}

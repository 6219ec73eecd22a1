/**
 * What a ray hits: MuJoCo's own ray casting over the geoms of a simulation. The rays see a copy of the simulation's
 * pose, so that looking at an episode can never change it.
 */
import type { DoubleBuffer, IntBuffer, MjData, MjModel } from "@mujoco/mujoco";
import type { Simulation } from "../physics/mujoco.js";
import type { Vector } from "./camera.js";

/** Rays longer than this, in metres, hit nothing. */
const far = 1e8;

/** Numbers, beyond the directions, that a cast needs room for. */
const slack = 1024;

/**
 * Casts up to `capacity` rays at a time. Nothing is allocated per ray; the results are views of MuJoCo's memory, which
 * the next cast overwrites: fetch them from here after each.
 */
export class RayCaster {
  private readonly pose: MjData;
  private readonly geomBuffer: IntBuffer;
  private readonly distanceBuffer: DoubleBuffer;
  private readonly normalBuffer: DoubleBuffer;
  /** 1 for the groups of geoms that are seen; unlike in MuJoCo's own viewer, all unless said otherwise. */
  private readonly groups: number[];
  private count = 0;
  /** The geom that each ray hits, -1 for none: [count]. */
  geoms!: Int32Array;
  /** How far from the origin, in metres; -1 where nothing is hit: [count]. */
  distances!: Float64Array;
  /** The outward normal of the surface where it is hit, of length 1: [count, 3]. */
  normals!: Float64Array;

  constructor(
    private readonly simulation: Simulation,
    capacity: number,
    hiddenGroups: readonly number[] = [],
  ) {
    this.groups = Array.from({ length: 6 }, (_, group) => (hiddenGroups.includes(group) ? 0 : 1));
    const [pose, geoms, distances, normals] = simulation.inspect((model, api) => [
      new api.MjData(model),
      new api.IntBuffer(capacity),
      new api.DoubleBuffer(capacity),
      new api.DoubleBuffer(3 * capacity),
    ]);
    this.pose = pose;
    this.geomBuffer = geoms;
    this.distanceBuffer = distances;
    this.normalBuffer = normals;
  }

  /** Takes over the simulation's present pose. */
  update(): void {
    this.simulation.copyPose(this.pose);
  }

  /** @param directions [count, 3], each of length 1 */
  cast(origin: Vector, directions: Float64Array, count: number): void {
    this.simulation.inspect((model, api) => {
      // MuJoCo copies the directions. Memory that grew for that would leave the views for the results dead, so it
      // grows before, for something larger that is given back at once.
      new api.DoubleBuffer(3 * count + slack).delete();
      this.bind(count);
      // The bindings take any array of numbers, whatever their declaration says.
      const rays = directions.subarray(0, 3 * count) as ArrayLike<number> as number[];
      const { pose, geoms, distances, normals } = this;
      withoutVolumes(model, () =>
        api.mj_multiRay(model, pose, [...origin], rays, this.groups, true, -1, geoms, distances, normals, count, far),
      );
    });
  }

  close(): void {
    for (const buffer of [this.pose, this.geomBuffer, this.distanceBuffer, this.normalBuffer]) buffer.delete();
  }

  /** Views of the right length, made anew only where that or the memory has changed. */
  private bind(count: number): void {
    if (count === this.count && this.geoms.length > 0) return;
    this.count = count;
    this.geoms = (this.geomBuffer.GetView() as Int32Array).subarray(0, count);
    this.distances = (this.distanceBuffer.GetView() as Float64Array).subarray(0, count);
    this.normals = (this.normalBuffer.GetView() as Float64Array).subarray(0, 3 * count);
  }
}

/**
 * Does something while the model's bodies have no bounding volumes. With them MuJoCo passes over geoms that a ray does
 * hit: the volumes leave out planes and what collides with nothing, and are not turned with their body.
 */
function withoutVolumes(model: MjModel, work: () => void): void {
  const volumes = model.body_bvhadr as Int32Array;
  const before = volumes.slice();
  volumes.fill(-1);
  try {
    work();
  } finally {
    (model.body_bvhadr as Int32Array).set(before);
  }
}

/**
 * Adroit's pen: turn a pen in the hand until it points as the target pen does, as in D4RL's pen_v0. At a reset the target
 * is turned.
 */
import { penCosine, penDistance } from "../../data/adroit-success.js";
import { type AdroitTaskFactory, between, distance, writePlace } from "./adroit-task.js";

/** The height, in metres, below which the pen counts as dropped. */
const dropped = 0.075;

/**
 * Observation [45]: qpos[0:24] of the hand, the pen's position [3, metres], its velocity qvel[24:30], the pen's axis and
 * the target's [3 each], position - wanted position, axis - wanted axis [3 each].
 */
export const penTask: AdroitTaskFactory = (simulation) => {
  const pen = simulation.body("Object");
  const target = simulation.body("target");
  const place = simulation.site("eps_ball");
  const [top, bottom] = [simulation.site("object_top"), simulation.site("object_bottom")];
  const [targetTop, targetBottom] = [simulation.site("target_top"), simulation.site("target_bottom")];
  simulation.forward();
  const length = distance(simulation.sitePositions, top, simulation.sitePositions, bottom);
  const targetLength = distance(simulation.sitePositions, targetTop, simulation.sitePositions, targetBottom);

  /** Entry `k` of the pen's axis and of the target's. */
  const axis = (sites: Float64Array, k: number) => (sites[3 * top + k]! - sites[3 * bottom + k]!) / length;
  const targetAxis = (sites: Float64Array, k: number) =>
    (sites[3 * targetTop + k]! - sites[3 * targetBottom + k]!) / targetLength;
  const deviation = () => distance(simulation.bodyPositions, pen, simulation.sitePositions, place);
  const similarity = () => {
    const sites = simulation.sitePositions;
    let sum = 0;
    for (let k = 0; k < 3; k++) sum += axis(sites, k) * targetAxis(sites, k);
    return sum;
  };
  const isLost = () => simulation.bodyPositions[3 * pen + 2]! < dropped;

  return {
    observationSize: 45,
    draw(random) {
      // The Euler angles x and y (z is 0) as a quaternion, in the convention of mujoco-worldgen: about x, then about the new y.
      const [x, y] = [between(random, -1, 1) / 2, between(random, -1, 1) / 2];
      const turns = simulation.bodyTurns;
      turns[4 * target] = Math.cos(y) * Math.cos(x);
      turns[4 * target + 1] = Math.cos(y) * Math.sin(x);
      turns[4 * target + 2] = Math.sin(y) * Math.cos(x);
      turns[4 * target + 3] = Math.sin(y) * Math.sin(x);
    },
    drawn: () => [simulation.bodyTurns.subarray(4 * target, 4 * target + 4)],
    observe() {
      const { qpos, qvel, bodyPositions, sitePositions } = simulation;
      const observation = new Float32Array(45);
      for (let i = 0; i < 24; i++) observation[i] = qpos[i]!;
      writePlace(observation, 24, bodyPositions, pen);
      for (let i = 0; i < 6; i++) observation[27 + i] = qvel[24 + i]!;
      for (let k = 0; k < 3; k++) {
        observation[33 + k] = axis(sitePositions, k);
        observation[36 + k] = targetAxis(sitePositions, k);
        observation[42 + k] = axis(sitePositions, k) - targetAxis(sitePositions, k);
      }
      writePlace(observation, 39, bodyPositions, pen, sitePositions, place);
      return observation;
    },
    isAchieved: () => deviation() < penDistance && similarity() > penCosine,
    isLost,
    denseReward() {
      const [away, alike] = [deviation(), similarity()];
      const bonus = away < penDistance ? (alike > 0.9 ? 10 : 0) + (alike > penCosine ? 50 : 0) : 0;
      return alike - away + bonus - (isLost() ? 5 : 0);
    },
  };
};

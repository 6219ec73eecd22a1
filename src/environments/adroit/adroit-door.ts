/**
 * Adroit's door: turn the latch and pull the door open, as in D4RL's door_v0. At a reset the frame is put somewhere else.
 */
import { openAngle } from "../../data/adroit-success.js";
import { type AdroitTaskFactory, between, distance, writePlace } from "./adroit-task.js";

/** Indices of the scene's joints in qpos [30]; before them come 4 of the arm and 24 of the hand. */
const [hinge, latch] = [28, 29];

/**
 * Observation [39]: qpos[1:28] of arm and hand, latch angle, hinge angle, then in metres palm, handle and palm - handle
 * [3 each], at last 1 when the hinge is beyond 1 rad, else -1.
 */
export const doorTask: AdroitTaskFactory = (simulation) => {
  const palm = simulation.site("S_grasp");
  const handle = simulation.site("S_handle");
  const frame = simulation.body("frame");
  return {
    observationSize: 39,
    draw(random) {
      const places = simulation.bodyPlaces;
      places[3 * frame] = between(random, -0.3, -0.2);
      places[3 * frame + 1] = between(random, 0.25, 0.35);
      places[3 * frame + 2] = between(random, 0.252, 0.35);
    },
    drawn: () => [simulation.bodyPlaces.subarray(3 * frame, 3 * frame + 3)],
    observe() {
      const { qpos, sitePositions } = simulation;
      const observation = new Float32Array(39);
      for (let i = 0; i < 27; i++) observation[i] = qpos[i + 1]!;
      observation[27] = qpos[latch]!;
      observation[28] = qpos[hinge]!;
      writePlace(observation, 29, sitePositions, palm);
      writePlace(observation, 32, sitePositions, handle);
      writePlace(observation, 35, sitePositions, palm, sitePositions, handle);
      observation[38] = qpos[hinge]! > 1 ? 1 : -1;
      return observation;
    },
    isAchieved: () => simulation.qpos[hinge]! >= openAngle,
    isLost: () => false,
    denseReward() {
      const { qpos, qvel, sitePositions } = simulation;
      const angle = qpos[hinge]!;
      let effort = 0;
      for (let i = 0; i < qvel.length; i++) effort += qvel[i]! ** 2;
      const bonus = (angle > 0.2 ? 2 : 0) + (angle > 1 ? 8 : 0) + (angle > openAngle ? 10 : 0);
      return bonus - 0.1 * (distance(sitePositions, palm, sitePositions, handle) + (angle - 1.57) ** 2) - 1e-5 * effort;
    },
  };
};

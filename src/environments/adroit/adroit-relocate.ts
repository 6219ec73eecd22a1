/**
 * Adroit's relocation: grasp the ball on the table and carry it to a place in the air, as in D4RL's relocate_v0. At a
 * reset both the ball and the place are put somewhere else.
 */
import { ballDistance } from "../../data/adroit-success.js";
import { type AdroitTaskFactory, between, distance, writePlace } from "./adroit-task.js";

/** Where the ball counts as lifted, in metres above the table; lying there its centre is at 0.035. */
const lifted = 0.04;

/** Observation [39]: qpos[0:30] of arm and hand, palm - ball, palm - target, ball - target [3 each, metres]. */
export const relocateTask: AdroitTaskFactory = (simulation) => {
  const ball = simulation.body("Object");
  const palm = simulation.site("S_grasp");
  const target = simulation.site("target");
  const toTarget = () => distance(simulation.bodyPositions, ball, simulation.sitePositions, target);
  return {
    observationSize: 39,
    draw(random) {
      const { bodyPlaces, sitePlaces } = simulation;
      bodyPlaces[3 * ball] = between(random, -0.15, 0.15);
      bodyPlaces[3 * ball + 1] = between(random, -0.15, 0.3);
      sitePlaces[3 * target] = between(random, -0.2, 0.2);
      sitePlaces[3 * target + 1] = between(random, -0.2, 0.2);
      sitePlaces[3 * target + 2] = between(random, 0.15, 0.35);
    },
    drawn: () => [
      simulation.bodyPlaces.subarray(3 * ball, 3 * ball + 3),
      simulation.sitePlaces.subarray(3 * target, 3 * target + 3),
    ],
    observe() {
      const { qpos, bodyPositions, sitePositions } = simulation;
      const observation = new Float32Array(39);
      for (let i = 0; i < 30; i++) observation[i] = qpos[i]!;
      writePlace(observation, 30, sitePositions, palm, bodyPositions, ball);
      writePlace(observation, 33, sitePositions, palm, sitePositions, target);
      writePlace(observation, 36, bodyPositions, ball, sitePositions, target);
      return observation;
    },
    isAchieved: () => toTarget() < ballDistance,
    isLost: () => false,
    denseReward() {
      const { bodyPositions, sitePositions } = simulation;
      const away = toTarget();
      const bonus = (away < ballDistance ? 10 : 0) + (away < 0.05 ? 20 : 0);
      const reach = -0.1 * distance(sitePositions, palm, bodyPositions, ball);
      if (bodyPositions[3 * ball + 2]! <= lifted) return reach + bonus;
      return reach + bonus + 1 - 0.5 * (distance(sitePositions, palm, sitePositions, target) + away);
    },
  };
};

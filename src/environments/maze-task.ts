/**
 * What the point mazes and the ant mazes have in common besides the map: their options, and when a goal is reached.
 */
import { z } from "zod";

/** How near the centre of the robot must come to the goal, in metres (D4RL, both families). */
export const goalRadius = 0.5;

/** What both families let a user choose. */
export const mazeOptions = z.strictObject({
  start: z
    .enum(["fixed", "diverse"])
    .default("fixed")
    .describe("where episodes begin: in the cell R of the map, or in any free cell but the goal's"),
  horizon: z.int().positive().optional().describe("the largest number of steps of an episode"),
});

/**
 * When an Adroit hand has solved its task, read from an observation alone: recordings hold observations and no physics,
 * and what they were rewarded with differs from one publisher to the next.
 *
 * Source: D4RL's door, pen and relocate environments; thresholds of the binary tasks as in AWAC (Nair et al. 2020).
 */

/** A hand's task, in whatever form its reward has. */
export type AdroitTaskName = "door" | "pen" | "relocate";

interface Solution {
  readonly observationSize: number;
  /** @param o observations, row-major; @param at where the one in question begins */
  readonly isSolved: (o: Float32Array, at: number) => boolean;
}

/** The door stands open at this hinge angle, in rad. */
export const openAngle = 1.35;
/** The pen's centre is in place within this distance, in metres, and its axis where the cosine is above. */
export const penDistance = 0.075;
export const penCosine = 0.95;
/** The ball is in place within this distance, in metres. */
export const ballDistance = 0.1;

export const adroitSolutions: Readonly<Record<AdroitTaskName, Solution>> = {
  door: { observationSize: 39, isSolved: (o, at) => o[at + 28]! >= openAngle },
  pen: {
    observationSize: 45,
    // Entries 33 to 38 are the axes of the pen and of its target, 39 to 41 lead from the target to the pen.
    isSolved: (o, at) =>
      lengthAt(o, at + 39) < penDistance &&
      o[at + 33]! * o[at + 36]! + o[at + 34]! * o[at + 37]! + o[at + 35]! * o[at + 38]! > penCosine,
  },
  relocate: {
    observationSize: 39,
    // Entries 36 to 38 lead from the target to the ball.
    isSolved: (o, at) => lengthAt(o, at + 36) < ballDistance,
  },
};

function lengthAt(o: Float32Array, at: number): number {
  return Math.hypot(o[at]!, o[at + 1]!, o[at + 2]!);
}

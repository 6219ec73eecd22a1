/**
 * What there is to do in the kitchen: seven elements, each a few numbers of the joint positions with values to be reached,
 * and the tasks, which name four of them (Gupta et al. 2019; the numbers are D4RL's).
 */

/** Joint positions of arm, fingers and kitchen; a goal has a value for each of them, 0 where nothing is to be reached. */
export const jointCount = 30;
/** Those of the arm and its fingers, which come first. */
export const armJointCount = 9;

/** An element is complete within this distance of its goal. */
const near = 0.3;

interface Target {
  /** The joint position of the first number; the others follow it. */
  readonly from: number;
  readonly goal: readonly number[];
}

const targets = {
  "bottom burner": { from: 11, goal: [-0.88, -0.01] },
  "top burner": { from: 15, goal: [-0.92, -0.01] },
  "light switch": { from: 17, goal: [-0.69, -0.05] },
  "slide cabinet": { from: 19, goal: [0.37] },
  "hinge cabinet": { from: 20, goal: [0, 1.45] },
  microwave: { from: 22, goal: [-0.75] },
  kettle: { from: 23, goal: [-0.23, 0.75, 1.62, 0.99, 0, 0, -0.06] },
} as const satisfies Record<string, Target>;

export type Element = keyof typeof targets;

export const allElements = Object.keys(targets) as readonly Element[];

/** The elements of each task, in the order in which the experts of D4RL's names did them. */
export const taskElements = {
  "kitchen-complete": ["microwave", "kettle", "light switch", "slide cabinet"],
  "kitchen-partial": ["microwave", "kettle", "light switch", "slide cabinet"],
  "kitchen-mixed": ["microwave", "kettle", "bottom burner", "light switch"],
} as const satisfies Record<string, readonly Element[]>;

export type KitchenTaskName = keyof typeof taskElements;

/** How far an element is from its goal: the Euclidean distance, metres and radians alike. @param joints positions [30] */
export function distanceOf(element: Element, joints: ArrayLike<number>): number {
  const { from, goal } = targets[element];
  return Math.hypot(...goal.map((value, i) => joints[from + i]! - value));
}

/** Whether an element is complete. @param joints positions [30] */
export function isComplete(element: Element, joints: ArrayLike<number>): boolean {
  return distanceOf(element, joints) < near;
}

/** The goal of some elements as joint positions [30], zeros elsewhere. */
export function goalOf(elements: readonly Element[]): Float64Array {
  const goal = new Float64Array(jointCount);
  for (const element of elements) goal.set(targets[element].goal, targets[element].from);
  return goal;
}

/**
 * The scripted policies that collect data, with COG's constants where our arm allows them (Singh et al. 2020, roboverse's
 * grasp, place and pick-place policies): the hand moves by seven times the way that is left, comes in from above, and has
 * arrived within 2 cm. Each is a function of the observation alone, so that noise cannot confuse it.
 */
import { actionSize } from "./arm.js";
import { fingerOpen, tray } from "./pick-place-model.js";

const gain = 7;
/** While the hand is further than this from a place, in metres along the table, it stays at its height. */
const aside = 0.03;
/** A hand is where it shall be at such distances along the table and upwards, metres. */
const near = { along: 0.02, up: 0.012 } as const;
/** Where the cube is grasped, metres: the fingertips nearly touch the table. */
const pickHeight = 0.02;
/** How high the middle of a cube stands that was lifted. */
export const liftedHeight = 0.1;
/** The fingers of a hand that was told to close and holds the cube stand at least so far from the middle. */
const holding = 0.008;
/** Where the cube is let go: above the rim, so high that the hand clears it. */
const dropHeight = 0.09;
const gripper = 0.7;

/** What an observation tells (see pick-place.ts). */
function read(observation: Float32Array) {
  const at = (from: number) => [observation[from]!, observation[from + 1]!, observation[from + 2]!] as const;
  const [left, right] = [observation[7]!, observation[8]!];
  return { hand: at(0), cube: at(10), open: observation[9] === 1, spread: (left + right) / 2 };
}

type Place = readonly [number, number, number];

/** The action that moves the hand towards a place, and lets the fingers be as they are. */
function towards(hand: Place, place: Place, fromAbove: boolean): Float32Array {
  const action = new Float32Array(actionSize);
  const off = Math.hypot(place[0] - hand[0], place[1] - hand[1]);
  for (let axis = 0; axis < 3; axis++) action[axis] = gain * (place[axis]! - hand[axis]!);
  if (fromAbove && off > aside) action[2] = 0;
  return limited(action);
}

/** COG's collector clips to 0.9, so that noise goes both ways. */
function limited(action: Float32Array): Float32Array {
  return action.map((entry) => Math.min(Math.max(entry, -0.9), 0.9));
}

function arrived(hand: Place, place: Place): boolean {
  return Math.hypot(hand[0] - place[0], hand[1] - place[1]) < near.along && Math.abs(hand[2] - place[2]) < near.up;
}

/** Whether the cube is between closed fingers. */
function holds({ hand, cube, open, spread }: ReturnType<typeof read>): boolean {
  return !open && spread > holding && Math.hypot(hand[0] - cube[0], hand[1] - cube[1], hand[2] - cube[2]) < 0.03;
}

/** Grasps the cube, lifts it to where the hand began, and keeps still there: COG's prior data. */
export function graspAction(observation: Float32Array, neutral: readonly number[]): Float32Array {
  const seen = read(observation);
  const { hand, cube } = seen;
  if (holds(seen)) return towards(hand, neutral as unknown as Place, false);
  return approach(seen, [cube[0], cube[1], pickHeight]);
}

/** Opens a hand that holds nothing, goes to the cube, and closes. */
function approach({ hand, open, spread }: ReturnType<typeof read>, place: Place): Float32Array {
  const action = towards(hand, place, true);
  if (!open && spread < holding)
    action[6] = gripper; // it missed: again
  else if (arrived(hand, place) && open && spread > fingerOpen / 2) {
    action.fill(0);
    action[6] = -gripper;
  }
  return action;
}

/** Carries what is in the hand over the tray and lets it go there, once: COG's task data. */
export function placeAction(observation: Float32Array): Float32Array {
  const { hand, open } = read(observation);
  const drop: Place = [tray.centre[0], tray.centre[1], dropHeight];
  if (open) return new Float32Array(actionSize);
  const action = towards(hand, drop, false);
  if (Math.hypot(drop[0] - hand[0], drop[1] - hand[1]) < near.along) {
    action.fill(0);
    action[6] = gripper;
  }
  return action;
}

/** Does both: what no episode of the data shows. */
export function pickPlaceAction(observation: Float32Array, neutral: readonly number[]): Float32Array {
  const seen = read(observation);
  if (!holds(seen)) return graspAction(observation, neutral);
  const { hand, cube } = seen;
  const overTray = Math.abs(hand[1] - tray.centre[1]) < 0.06;
  if (cube[2] < dropHeight && !overTray) return towards(hand, [hand[0], hand[1], neutral[2]!], false);
  return placeAction(observation);
}

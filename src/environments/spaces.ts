/**
 * What observations and actions are made of. An observation is one vector, or several named parts (a vector and a
 * picture, say); an action is a vector within bounds, in the environment's own units, or one choice among a few.
 */
import { type ObservationParts, vectorParts } from "../data/columns.js";
import type { Observation } from "../data/episode.js";
import { maskOf } from "../data/legal-actions.js";
import { UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";
import { shown } from "../requirement.js";

/** A box of real numbers: one lower and one upper bound per entry (infinite where there is none). */
export interface BoxSpace {
  readonly kind: "box";
  readonly size: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Pictures: bytes [height, width, channels], row-major. */
export interface PixelsSpace {
  readonly kind: "pixels";
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** Observations of several named parts. */
export interface DictSpace {
  readonly kind: "dict";
  readonly parts: Readonly<Record<string, BoxSpace | PixelsSpace>>;
}

/**
 * A choice among `count` actions, numbered from 0. An action of it is a Float32Array of length 1 that holds the number,
 * so that replay, data and files have one layout for every kind of action.
 */
export interface DiscreteSpace {
  readonly kind: "discrete";
  readonly count: number;
  /** What each action is [count], where somebody says it: an exported policy tells them. */
  readonly names?: readonly string[];
}

/** What an environment can observe: a vector, or parts by name. */
export type ObservationSpace = BoxSpace | DictSpace;
/** How an environment can be acted upon: by a vector within bounds, or by the number of one of its actions. */
export type ActionSpace = BoxSpace | DiscreteSpace;

/** What is observed: the vector of a box, or an array for each part of a dict (Float32Array, for pixels Uint8Array). */
export type { Observation };

type Bound = number | ArrayLike<number>;

/**
 * The box of `size` entries within bounds that all entries share, or that have an entry each.
 * @throws UsageError for bounds of another length, or a lower one above its upper one
 */
export function box(size: number, low: Bound, high: Bound): BoxSpace;
/** The box within these bounds, one of each an entry: `box([0, -5], [3.5, 5])`. @throws UsageError where the lengths differ */
export function box(low: ArrayLike<number>, high: ArrayLike<number>): BoxSpace;
export function box(first: Bound, second: Bound, third?: Bound): BoxSpace {
  const [size, lowest, highest] =
    typeof first === "number" ? [first, second, third] : ([first?.length, first, second] as const);
  if (!Number.isSafeInteger(size) || size < 1)
    throw new UsageError(
      `The size of a box is ${shown(size)}, not a whole number of 1 or more; write box(size, low, high), or box(low, high) with two lists.`,
    );
  const [low, high] = [boundsOf(size, lowest), boundsOf(size, highest)];
  const crossed = low.findIndex((bound, i) => !(bound <= high[i]!)); // also true for NaN
  if (crossed === -1) return { kind: "box", size, low, high };
  throw new UsageError(
    `The bounds of a box are [${low[crossed]}, ${high[crossed]}] at index ${crossed}, and nothing lies between them; name the lower one first.`,
  );
}

function boundsOf(size: number, bound: Bound | undefined): Float32Array {
  if (typeof bound === "number") return new Float32Array(size).fill(bound);
  if (typeof bound?.length !== "number" || typeof bound === "string")
    throw new UsageError(
      `A bound of a box is ${shown(bound)}; give one number for all entries, or a list with one for each.`,
    );
  if (bound.length === size) return Float32Array.from(bound);
  throw new UsageError(
    `A box of ${size} entries was given ${bound.length} bounds; give one number for all entries, or one for each.`,
  );
}

/** Pictures of `height` rows of `width` pixels, with `channels` bytes each. */
export function pixels(height: number, width: number, channels = 3): PixelsSpace {
  return { kind: "pixels", shape: [height, width, channels] };
}

/** Observations of named parts: `dict({ state: box(4, -1, 1), image: pixels(48, 48) })`. */
export function dict(parts: Readonly<Record<string, BoxSpace | PixelsSpace>>): DictSpace {
  return { kind: "dict", parts };
}

/** The choice among `count` actions, or among actions with names: `discrete(["up", "right", "down", "left"])`. */
export function discrete(actions: number | readonly string[]): DiscreteSpace {
  if (typeof actions === "number") return { kind: "discrete", count: actions };
  return { kind: "discrete", count: actions.length, names: [...actions] };
}

/** The length of an action's array: 1 for a discrete space (the action's number), the size of a box. */
export function actionVectorSize(space: ActionSpace): number {
  return space.kind === "discrete" ? 1 : space.size;
}

/** How many actions there are to choose from; undefined where actions are vectors. */
export function discreteActionsOf(space: ActionSpace): number | undefined {
  return space.kind === "discrete" ? space.count : undefined;
}

/** The parts of a space's observations as columns declare them; a plain vector is the part `state`. */
export function observationPartsOf(space: ObservationSpace): ObservationParts {
  if (space.kind === "box") return vectorParts(space.size);
  const part = (of: BoxSpace | PixelsSpace) =>
    of.kind === "box"
      ? ({ type: "float32", shape: [of.size] } as const)
      : ({ type: "uint8", shape: of.shape } as const);
  return Object.fromEntries(Object.entries(space.parts).map(([name, of]) => [name, part(of)]));
}

/** The observation, which must be a vector. @throws UsageError if it has several parts */
export function vectorOf(observation: Observation): Float32Array {
  if (observation instanceof Float32Array) return observation;
  throw new UsageError(
    `An observation with the parts ${Object.keys(observation).join(", ")} is no vector; use an environment whose observations are one Float32Array.`,
  );
}

/**
 * An action drawn evenly from the space; a box without bounds is drawn from as if they were -1 and 1.
 * @param observation in which it is to be legal, where observations have a mask
 */
export function randomAction(space: ActionSpace, random: RandomStream, observation?: Observation): Float32Array {
  if (space.kind === "discrete") {
    const mask = observation && maskOf(observation);
    const legal = mask ? [...mask.keys()].filter((action) => mask[action] === 1) : [];
    if (legal.length === 0) return Float32Array.of(random.integer(space.count));
    return Float32Array.of(legal[random.integer(legal.length)]!);
  }
  return Float32Array.from({ length: space.size }, (_, i) => {
    const [low, high] = [finiteOr(space.low[i]!, -1), finiteOr(space.high[i]!, 1)];
    return low + (high - low) * random.uniform();
  });
}

function finiteOr(bound: number, otherwise: number): number {
  return Number.isFinite(bound) ? bound : otherwise;
}

// biome-ignore-all assist/source/organizeImports: from the contract to what is made of it, not in the alphabet's order
/**
 * The public names about environments, listed once: the main entry point and `calql/environments` both re-export
 * them.
 */

// The contract
export {
  type ActionSpace,
  type BoxSpace,
  box,
  type DictSpace,
  dict,
  type DiscreteSpace,
  discrete,
  type Observation,
  type ObservationSpace,
  type PixelsSpace,
  pixels,
} from "./spaces.js";
export type {
  Environment,
  EnvironmentOptions,
  MaybePromise,
  ResetResult,
  StepInfo,
  StepResult,
  SyncEnvironment,
} from "./environment.js";
export { type EnvironmentFactory, environmentNames, makeEnvironment, registerEnvironment } from "./registry.js";
export { type CheckOptions, checkEnvironment } from "./check.js";

// Data from them
export { type BeginEpisode, type CollectionAmount, type Controller, collectEpisodes } from "./collect.js";
export { collectTask } from "./collect-task.js";
export type { TaskCollection, WalkingPolicy } from "./family.js";
export { collectPointMaze, type PointMazeCollection } from "./pointmaze/collect-pointmaze.js";
export { type AntMazeCollection, collectAntMaze } from "./ant/collect-antmaze.js";
export {
  collectGridWorld,
  type GridWorldCollection,
  gridBehaviour,
  gridModelOf,
} from "./gridworld/collect-gridworld.js";
export type { GridModel, Outcome } from "./gridworld/gridworld-dynamics.js";
export { optimalValues, policyValues, type TabularValues, type ValueOptions } from "./gridworld/gridworld-values.js";

// Pictures of them
export { type Frame, makeFrame } from "../rendering/frame.js";
export { encodeGif } from "../rendering/gif.js";
export { encodePng } from "../rendering/png.js";

// biome-ignore-all assist/source/organizeImports: from the whole to its parts, not in the order of the alphabet
/**
 * The entry point `calql/agents`: what an agent is built from, wherever JavaScript runs. An agent of your own declares settings,
 * builds a policy and an update from symbolic tensors, and is registered under a name (docs/own-agent.md).
 */

// Agents: to register one, and to hold one
export { type AgentName, type AgentSettings, agentNames, registerAgent } from "./registry.js";
export type { OwnAgent } from "./own-agent.js";
export { Agent, type AgentBatch, type AgentOptions, exportUpdate } from "./agent.js";
export { type ActingMode, PolicyFile } from "./policy-file.js";

// What one declares
export {
  type ActorCriticSettings,
  actorCriticSettings,
  agentSettings,
  type CommonSettings,
  type SettingsInput,
  widths,
  withDefaults,
} from "./settings.js";
export type { AgentFacts } from "./definition.js";
export {
  type AgentContext,
  type AgentParts,
  adamSettings,
  type BatchTensors,
  type Noise,
  type Sizes,
} from "./context.js";
/** The zod that settings are declared with: schemas of another installation of it may not fit. */
export { z } from "zod";

// What it learns from
export { Update } from "./update.js";
export { type Losses, mergeLosses, numbered, type Objective } from "./losses.js";
export {
  backup,
  type CriticPair,
  criticRegression,
  declareCriticPair,
  declareWithCritics,
  qValues,
  smallestValue,
} from "./critics.js";
export { encoderBeside, encoderOf, encoderOfCritics } from "./encoders.js";
export { calibrationMetrics } from "./metrics.js";
export { weightedCloning, weightedCloningSettings } from "./weighted-cloning.js";
export { cosineDecay, exponentialDecay, linearDecay, progress } from "./schedules.js";

// The families: agents that differ from these in what their critics learn
export { actorCritic } from "./actor-critic.js";
export { type Model, scalar } from "./model.js";
export {
  bellmanTarget,
  criticLosses,
  oneActionPerState,
  policyLosses,
  type SacSettings,
  sacCriticLosses,
  sacSettings,
} from "./sac.js";
export { type CqlSettings, cqlCriticLosses, cqlSettings } from "./cql.js";
export { type CalQlSettings, calQlCriticLosses, calQlSettings } from "./cal-ql.js";
export { qLearning } from "./q-learning.js";
export { dqnLosses, dqnSettings } from "./dqn.js";
export { cqlDiscreteLosses, cqlDiscreteSettings } from "./cql-discrete.js";

export * from "../networks/index.js";
export * from "../tensor/index.js";

export { RandomStream } from "../random.js";
export { DataError, RunFailure, UsageError } from "../errors.js";

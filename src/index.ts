/**
 * The front door: everything that the command line does can be done from here. Exports stand in the order in which
 * data flow: what was recorded, where it acts, what computes, who decides, how it is trained, what people look at.
 */

// Who decides
export { Agent, type AgentBatch, type AgentOptions } from "./agents/agent.js";
export { type BenchResult, benchCases, runBench } from "./agents/bench.js";
export { beyondTolerance, type ParityResult, parseRecording, replayRecording } from "./agents/parity.js";
export { type AgentName, type AgentSettings, agentNames } from "./agents/registry.js";
// What was recorded
export { applyAdroitBinaryRule } from "./data/adroit-binary.js";
export { type Batch, createBatch } from "./data/batch.js";
export { type ReadOptions, readD4RL } from "./data/d4rl.js";
export { writeD4RL } from "./data/d4rl-writer.js";
export { countSteps, type Dataset, type Episode } from "./data/episode.js";
export { type Inspection, inspectDataset } from "./data/inspect.js";
export { formatInspection } from "./data/inspect-format.js";
export { sampleMixture } from "./data/mixture.js";
export { Replay, type ReplayOptions } from "./data/replay.js";
export { type ReturnsRule, returnsToGo } from "./data/returns.js";
export { type TransitionOptions, type Transitions, toTransitions } from "./data/transitions.js";
// Where it acts
export { checkEnvironment } from "./environments/check.js";
export { type Controller, collectEpisodes } from "./environments/collect.js";
export { collectPointMaze, type PointMazeCollection } from "./environments/collect-pointmaze.js";
export {
  type BoxSpace,
  box,
  type Environment,
  type ResetResult,
  type StepInfo,
  type StepResult,
} from "./environments/environment.js";
export { environmentNames, makeEnvironment, registerEnvironment } from "./environments/registry.js";
export { DataError, RunFailure, UsageError } from "./errors.js";
export { RandomStream } from "./random.js";
// What people look at
export { renderChartSvg } from "./report/charts.js";
export { renderReport } from "./report/page.js";
export { runFigures } from "./report/statistics.js";
export { type Run, readRun } from "./runs/read.js";
// How it is trained
export type { TrainSettings } from "./training/configuration.js";
export { type Evaluation, evaluate } from "./training/evaluate.js";
export { presetOf } from "./training/presets.js";
export { readDataset, writeDataset } from "./training/task-data.js";
export { type Progress, type TrainOptions, type TrainResult, train } from "./training/train.js";

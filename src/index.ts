// biome-ignore-all assist/source/organizeImports: the order is the one in which data flow, not the alphabet's
/**
 * The main entry point: everything that the command line does can be done from here. Exports stand in the order in
 * which data flow: what was recorded, where it acts, who decides, how it is trained, what people look at.
 */

// What was recorded
export type { Dataset, Episode } from "./data/episode.js";
export { applyAdroitBinaryRule } from "./data/adroit-binary.js";
export { type DataFile, type DataFiles, filesInMemory } from "./data/containers/files.js";
export { type EpisodeSource, loadDataset } from "./data/episode-source.js";
export type { DatasetFormat, ReadOptions } from "./data/formats/format.js";
export { datasetFormats } from "./data/formats/formats.js";
export { type Conversion, type ConvertOptions, convertDataset } from "./data/storage/convert-dataset.js";
export { type OpenedDataset, openDataset, readDataset } from "./data/storage/open-dataset.js";
export { type Inspection, inspectDataset } from "./data/inspect.js";
export { formatInspection } from "./data/inspect-format.js";
export { type ReturnsRule, returnsToGo } from "./data/returns.js";

// Where it acts
export * from "./environments/exports.js";

// Who decides
export { type AgentName, type AgentSettings, agentNames, registerAgent } from "./agents/registry.js";
export type { OwnAgent } from "./agents/own-agent.js";
export { Agent, type AgentBatch, type AgentOptions, exportUpdate } from "./agents/agent.js";
export { type ActingMode, PolicyFile } from "./agents/policy-file.js";

// How it is trained
export type { Progress } from "./training/run-log.js";
export { type LoadedWalkingPolicy, loadWalkingPolicy } from "./runs/walking-policy.js";
export { resume, type TrainOptions, type TrainResult, train } from "./train.js";
export type { TrainSettings } from "./settings/configuration.js";
export { type ExportedPolicy, type ExportOptions, exportPolicy } from "./runs/export-policy.js";
export { evaluate } from "./training/environment-evaluator.js";
export type { Evaluation } from "./training/ports.js";
export { writeDataset } from "./runs/task-data.js";

// How variants are compared
export { type ComparedRun, type CompareOptions, type CompareResult, compare } from "./comparison/compare.js";
export type { Collection, Comparison, Variant } from "./comparison/comparison.js";
export { readComparison } from "./comparison/file.js";
export { processWorkers, type StartWorker, startHere } from "./comparison/run-worker.js";

// What people look at
export { type Run, readRun } from "./runs/read.js";
export { runFigures } from "./report/statistics.js";
export { renderChartSvg, renderReport } from "./report/render.js";

export { RandomStream } from "./random.js";
export { DataError, RunFailure, UsageError } from "./errors.js";

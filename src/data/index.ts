// biome-ignore-all assist/source/organizeImports: the order is the one in which data flow, not the alphabet's
/**
 * The entry point `calql/data`: reading, writing and inspecting recorded data, and sampling from it, wherever JavaScript runs.
 * Nothing here touches a disk; files on disk are opened by the entry point `calql`. Libraries for a file format load when a
 * dataset in that format is first opened or written.
 */

// Episodes and their columns
export { countSteps, type Dataset, type Episode } from "./episode.js";
export {
  type Column,
  type ElementType,
  type ObservationParts,
  type Observations,
  type Part,
  transitionColumns,
  type Values,
} from "./columns.js";

// Files and formats
export { type DataFile, type DataFiles, filesInMemory, type TargetFile } from "./containers/files.js";
export { type DatasetHeader, type EpisodeSource, loadDataset } from "./episode-source.js";
export type { DatasetFormat, DataTarget, EpisodeSink, ReadOptions } from "./formats/format.js";
export { datasetFormats, recogniseFormat } from "./formats/formats.js";
export { type D4RLOptions, readD4RL } from "./formats/d4rl/d4rl.js";
export { readD4RLMetadata } from "./formats/d4rl/d4rl-metadata.js";
export { type Metadata, writeD4RL } from "./formats/d4rl/d4rl-writer.js";
export { applyAdroitBinaryRule } from "./adroit-binary.js";

// What is in them
export { type Inspection, inspectDataset } from "./inspect.js";
export { formatInspection } from "./inspect-format.js";
export { checkData, type DataContext, type Finding } from "./checks/checks.js";
export type { ReadingNote } from "./reading-notes.js";

// Transitions to learn from
export { type ReturnsRule, returnsToGo } from "./returns.js";
export { type TransitionOptions, type Transitions, toTransitions } from "./transitions.js";
export { Replay, type ReplayOptions } from "./replay.js";
export { type Batch, createBatch } from "./columns.js";
export { sampleMixture } from "./mixture.js";

export { RandomStream } from "../random.js";
export { DataError, UsageError } from "../errors.js";

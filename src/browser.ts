/**
 * The entry point `calql/browser`: everything that needs no disk, in one import: tensors, networks, agents, data,
 * environments, and training in memory. It is for browsers and their workers (hand over a build of onnxruntime-web
 * with `useRuntime`), and runs in Node as well.
 */
export * from "./agents/index.js";
export type { ElementType } from "./data/index.js";
export * from "./data/index.js";
export * from "./environments/index.js";
export type { TrainSettings } from "./settings/configuration.js";
export { type OnnxRuntime, useRuntime } from "./tensor/runtime.js";
export { evaluate } from "./training/environment-evaluator.js";
export { MemorySink } from "./training/memory-sink.js";
export type { Evaluation } from "./training/ports.js";
export type { Progress } from "./training/run-log.js";
export { type MemoryOptions, trainInMemory } from "./training/train-in-memory.js";

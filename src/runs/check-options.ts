/**
 * What a program passes to the public functions (train, resume, exportPolicy) besides settings, checked before
 * anything is done: JavaScript has no types, and an option with a misspelt name would silently be ignored.
 */
import { z } from "zod";
import { datasetOf } from "../data/check-header.js";
import { UsageError } from "../errors.js";
import { parseDeclared, shown } from "../requirement.js";
import type { ExportOptions } from "./export-policy.js";
import type { TrainOptions } from "./train-options.js";

const text = (demand: string) => z.custom(isText, demand);
const listener = () => z.custom((value) => typeof value === "function", "be a function").optional();

const runFolder = text('name the run folder, such as "runs/first"');

const resumeOptions = z.strictObject({
  folder: runFolder,
  onNotice: listener(),
  onProgress: listener(),
  onEvaluation: listener(),
  signal: z.custom(isSignal, "be an AbortSignal, such as new AbortController().signal").optional(),
  dataset: z
    .custom(isObject, "be a dataset in memory, as readDataset gives it; a file is named in the setting dataset")
    .optional(),
  datasetFile: text("name the file of recorded data").optional(),
  cores: z.number().int().min(1).optional(),
  mayEndProcess: z.boolean().optional(),
} satisfies Record<keyof TrainOptions, z.ZodType>);
/** A run that begins names its file among its settings, where config.json keeps it. */
const trainOptions = resumeOptions.omit({ datasetFile: true });
const doors = { "train()": trainOptions, "resume()": resumeOptions } as const;

const exportOptions = z.strictObject({
  folder: runFolder,
  best: z.boolean().optional(),
  out: text('name the file to write, such as "policy.onnx"').optional(),
  onNotice: listener(),
} satisfies Record<keyof ExportOptions, z.ZodType>);

/** @param door who was called @throws UsageError naming the option and what it must be */
export function checkTrainOptions(options: unknown, door: keyof typeof doors): void {
  parseDeclared(doors[door], optionsObject(options, door), "option", door);
  const { dataset } = options as TrainOptions;
  if (dataset !== undefined) datasetOf(dataset, door, `option dataset of ${door}`);
}

/** @throws UsageError naming the option and what it must be */
export function checkExportOptions(options: unknown): void {
  parseDeclared(exportOptions, optionsObject(options, "exportPolicy()"), "option", "exportPolicy()");
}

function optionsObject(options: unknown, door: string): object {
  if (isObject(options)) return options;
  throw new UsageError(
    `The options of ${door} are ${shown(options)}; give an object such as { folder: "runs/first" }.`,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

/** Also one from another realm or library: what it does counts, not where it comes from. */
function isSignal(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { aborted, throwIfAborted } = value as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof throwIfAborted === "function";
}

/**
 * A comparison as a file (YAML or JSON): what is compared, on which tasks, with which seeds, and at which scales it
 * can be run. To repeat a comparison, name the file; its layout is declared below.
 */
import { dirname, join } from "node:path";
import { z } from "zod";
import { UsageError, unknownName } from "../errors.js";
import { readYaml } from "../files/read-yaml.js";
import { parseDeclared } from "../requirement.js";
import type { TrainSettings } from "../settings/configuration.js";
import {
  type Collection,
  type Comparison,
  eachOnce,
  seedsOf,
  type Variant,
  variantFor,
  variantOf,
  withCommon,
} from "./comparison.js";

const name = z.string().min(1, "not be empty");
const names = z.union([name, z.array(name).min(1)], "be a name or a list of names");
const seeds = z.union([z.string(), z.number().int(), z.array(z.number().int()).min(1)], "be 0..4 or a list of numbers");
const settings = z.record(z.string(), z.unknown());
const variants = z
  .array(z.union([name, settings], "be an agent's name, or settings with a label"))
  .min(1, "have at least one variant");

const scales = z.record(z.string(), settings);

/** What the file may hold. A scale holds settings, and may name its own tasks, seeds and collection. */
const fileSchema = z.object({
  title: z.string().optional(),
  task: names.optional(),
  tasks: names.optional(),
  seeds: seeds.optional(),
  settings: settings.optional(),
  variants,
  scales: z.union([name, scales], "be scales with their settings, or the file that holds them").optional(),
  collection: settings.optional(),
});

/** What a comparison reads of a variant itself; the rest is settings. */
const variantSchema = z.object({
  label: name.optional(),
  agent: name.optional(),
  onlineAgent: name.nullable().optional(),
  dataset: name.nullable().optional(),
});

const scaleSchema = fileSchema.pick({ task: true, tasks: true, seeds: true, collection: true });
const scaleNames = Object.keys(scaleSchema.shape);

const collectionSchema = z.object({
  steps: z.number().int().min(1).optional(),
  episodes: z.number().int().min(1).optional(),
  seed: z.number().int().default(0),
  starts: z.enum(["fixed", "diverse"]).optional(),
  goals: z.enum(["fixed", "diverse"]).optional(),
  goalShare: z.number().min(0).max(1).optional(),
  noise: z.number().min(0).optional(),
});

/**
 * Reads a comparison file at one of its scales.
 * @throws UsageError naming the file, the entry and what it must be
 */
export function readComparison(path: string, scale?: string): Comparison {
  const content = readContent(path);
  const file = parseDeclared(fileSchema, content, "entry", path);
  const { chosen, overrides } = chooseScale(readScales(file.scales, path), scale, path);
  const { task, tasks, seeds, collection } = { ...file, ...overrides };
  const common = { ...file.settings, ...chosen } as TrainSettings;
  for (const key of ["task", "seed", "agent", "onlineAgent", "label"]) {
    if (key in common) throw new UsageError(`The settings of ${path} hold ${key}; ${placeOf(key)}.`);
  }
  return {
    ...(file.title !== undefined && { title: file.title }),
    tasks: [tasks ?? task ?? "pointmaze-umaze"].flat(),
    seeds: readSeeds(seeds ?? "0..4"),
    variants: withCommon(readVariants(file.variants), common, "under"),
    ...(collection && { collection: readCollection(collection, path) }),
  };
}

function readContent(path: string): object {
  const content = readYaml("The comparison", path);
  if (content !== null && typeof content === "object" && !Array.isArray(content)) return content;
  throw new UsageError(`The comparison ${path} must hold entries such as "variants: [cal-ql, cql]".`);
}

/** The scales themselves: several comparisons may share a file of them, which is named from where they stand. */
function readScales(written: string | z.infer<typeof scales> = {}, path: string): z.infer<typeof scales> {
  if (typeof written !== "string") return written;
  const shared = join(dirname(path), written);
  return parseDeclared(z.object({ scales }), { scales: readContent(shared) }, "entry", shared).scales;
}

/** The settings of a scale, and those of the file's own entries that it replaces. */
function chooseScale(scales: Readonly<Record<string, object>>, scale: string | undefined, path: string) {
  const known = Object.keys(scales);
  if (scale === undefined && known.length > 0)
    throw new UsageError(`The comparison ${path} has the scales ${known.join(", ")}; choose one with --scale.`);
  if (scale === undefined) return { chosen: {}, overrides: {} };
  if (known.length === 0) throw new UsageError(`The comparison ${path} has no scales; leave out --scale.`);
  if (!Object.hasOwn(scales, scale)) throw unknownName(`scale of ${path}`, scale, known);
  const entries = Object.entries(scales[scale]!);
  const own = Object.fromEntries(entries.filter(([key]) => scaleNames.includes(key)));
  const overrides = parseDeclared(scaleSchema, own, "entry", `scale ${scale} of ${path}`);
  // One of the two spellings must not leave the other of the whole file in force.
  const tasks = overrides.tasks ?? overrides.task;
  return {
    chosen: Object.fromEntries(entries.filter(([key]) => !scaleNames.includes(key))),
    overrides: { ...overrides, ...(tasks && { tasks }) },
  };
}

function readVariants(variants: readonly (string | Readonly<Record<string, unknown>>)[]): Variant[] {
  return variants.map((variant, i) => {
    if (typeof variant === "string") return variantOf(variant);
    for (const key of ["task", "seed"]) {
      if (key in variant) throw new UsageError(`The entry ${key} is in ${nameOf(variant, i)}; ${placeOf(key)}.`);
    }
    const { label, ...settings } = variant;
    parseDeclared(variantSchema, pickNames(variant, Object.keys(variantSchema.shape)), "entry", nameOf(variant, i));
    return variantFor(settings as TrainSettings, label as string | undefined);
  });
}

/** What an error calls it: by its label, or by its place among the variants. */
function nameOf({ label }: Readonly<Record<string, unknown>>, index: number): string {
  return typeof label === "string" ? `the variant "${label}"` : `variant ${index + 1}`;
}

function pickNames(values: object, wanted: readonly string[]): object {
  return Object.fromEntries(Object.entries(values).filter(([key]) => wanted.includes(key)));
}

function readSeeds(seeds: string | number | readonly number[]): number[] {
  return typeof seeds === "object" ? eachOnce(seeds) : seedsOf(String(seeds));
}

function readCollection(written: object, path: string): Collection {
  const { seed, ...rest } = parseDeclared(collectionSchema, written, "entry", `collection of ${path}`);
  if ((rest.steps === undefined) === (rest.episodes === undefined))
    throw new UsageError(`The collection of ${path} must have either steps or episodes; give one of the two.`);
  return { seed, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) };
}

function placeOf(key: string): string {
  if (key === "task" || key === "seed") return `name ${key}s beside the variants`;
  return "it belongs to a variant";
}

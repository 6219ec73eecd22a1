/**
 * A recording of a reference implementation: its options, its initial parameters and, for some updates, the batch, the
 * noise, the losses and the resulting parameters (laid out as in fixtures/golden). It is read and validated here, and
 * converted to what an agent takes: settings, state tensors and batches.
 */
import { z } from "zod";
import type { AgentBatch } from "../../src/agents/agent.js";
import { agentDefinition, builtInAgents } from "../../src/agents/registry.js";
import { DataError, UsageError } from "../../src/errors.js";
import { requirement } from "../../src/requirement.js";

type Nested = number | readonly Nested[];
const nested: z.ZodType<Nested> = z.lazy(() => z.union([z.number(), z.array(nested)]));
const size = () => z.number().int().min(1);
/** In the order in which a layer keeps its arrays; those of layer normalisation only where there is one. */
const ARRAYS = ["kernel", "bias", "normScale", "normBias"] as const;
const layer = z.object({ kernel: nested, bias: nested, normScale: nested.optional(), normBias: nested.optional() });
const network = z.object({ layers: z.array(layer).min(1) });
type Network = z.infer<typeof network>;

/** The networks and numbers that an algorithm may have; the agent's own state says which it must have. */
const parametersSchema = z.object({
  actor: network.extend({
    logStdMultiplier: z.number().optional(),
    logStdOffset: z.number().optional(),
    logStd: nested.optional(),
  }),
  targetActor: network.optional(),
  critics: z.array(network).min(1).optional(),
  targetCritics: z.array(network).min(1).optional(),
  value: network.optional(),
  logAlpha: z.number().optional(),
  logAlphaPrime: z.number().optional(),
});
type RecordedParameters = z.infer<typeof parametersSchema>;

const batchSchema = z.object({
  observations: nested,
  actions: nested,
  rewards: nested,
  nextObservations: nested,
  nextActions: nested.optional(),
  terminals: nested,
  mcReturns: nested.optional(),
});
const hyperparametersSchema = z.looseObject({
  adam: z.tuple([z.number(), z.number(), z.number()]).optional(),
  activation: z.literal("relu").optional(),
  learningRate: z.number().optional(),
});
const recordingSchema = z.object({
  algorithm: z.string(),
  hyperparameters: hyperparametersSchema,
  shapes: z.object({ batch: size(), observation: size(), action: size() }),
  initial: parametersSchema,
  steps: z
    .array(
      z.object({
        batch: batchSchema,
        noise: z.record(z.string(), nested),
        metrics: z.record(z.string(), z.number()).refine((metrics) => Object.keys(metrics).length > 0, "hold a metric"),
        after: parametersSchema,
      }),
    )
    .min(1),
});

export type Recording = z.infer<typeof recordingSchema>;

/** Algorithms that recordings know under another name. */
const ALIASES: Readonly<Record<string, string>> = { "td3+bc": "td3-bc" };

/** @throws DataError naming the first place where the content is not a recording of updates */
export function parseRecording(content: unknown, source: string): Recording {
  refuseUnknownAlgorithm(content, source);
  const recording = recorded(recordingSchema, content, `${source} is not a recording of updates`);
  return { ...recording, algorithm: agentNameOf(recording.algorithm) };
}

/** The content as a schema declares it. @throws DataError beginning with `refusal` and naming the first malformed place */
export function recorded<Value>(schema: z.ZodType<Value>, content: unknown, refusal: string): Value {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.path.length > 0 ? `at "${issue.path.join(".")}", ` : "";
  throw new DataError(
    `${refusal}: ${place}${requirement({ ...issue, path: [] }, undefined)}; give a recording as in fixtures/golden.`,
  );
}

function agentNameOf(algorithm: string): string {
  return ALIASES[algorithm] ?? algorithm;
}

function refuseUnknownAlgorithm(content: unknown, source: string): void {
  const algorithm = (content as { readonly algorithm?: unknown } | null)?.algorithm;
  if (typeof algorithm !== "string" || (builtInAgents as readonly string[]).includes(agentNameOf(algorithm))) return;
  throw new UsageError(
    `${source} records "${algorithm}", which calql does not have. It has ${builtInAgents.join(", ")}.`,
  );
}

type Settings = Record<string, unknown>;
type Hyperparameters = Recording["hyperparameters"];

/** Names in recordings that are not settings of calql, and the settings that they stand for; descriptions stand for none. */
const TRANSLATIONS: Readonly<Record<string, (given: Hyperparameters) => Settings>> = {
  adam: ({ adam }) => ({ adamBeta1: adam![0], adamBeta2: adam![1], adamEpsilon: adam![2] }),
  learningRate: ({ learningRate: rate }) => ({
    actorLearningRate: rate,
    criticLearningRate: rate,
    valueLearningRate: rate,
  }),
  activation: () => ({}),
  policy: () => ({}),
  updateOrder: () => ({}),
};

/**
 * The settings of the agent under which the recording was made; widths that it does not state come from the networks.
 * @throws UsageError for an option that no agent has
 */
export function settingsOf({ algorithm, hyperparameters, shapes, initial }: Recording, source: string): Settings {
  const ofSomeAgent = new Set(builtInAgents.flatMap((name) => Object.keys(agentDefinition(name).settings.shape)));
  const given: Settings = {};
  for (const [name, value] of Object.entries(hyperparameters)) {
    if (Object.hasOwn(TRANSLATIONS, name)) Object.assign(given, TRANSLATIONS[name]!(hyperparameters));
    else if (ofSomeAgent.has(name)) given[name] = value;
    else
      throw new UsageError(
        `${source} was recorded with "${name}", an option that calql does not have; it cannot be replayed.`,
      );
  }
  const known = agentDefinition(algorithm).settings.shape;
  const all = { ...widthsOf(initial), ...given, batchSize: shapes.batch };
  return Object.fromEntries(Object.entries(all).filter(([name]) => Object.hasOwn(known, name)));
}

function widthsOf({ actor, critics, value }: RecordedParameters): Settings {
  const hidden = ({ layers }: Network) => layers.slice(0, -1).map(({ bias }) => flat(bias).length);
  return {
    actorHidden: hidden(actor),
    ...(critics && { criticHidden: hidden(critics[0]!), criticCount: critics.length }),
    ...(value && { valueHidden: hidden(value) }),
  };
}

/** Every group of parameters as one of our flat state tensors, in the order of its arrays. */
const GROUPS: Readonly<Record<string, (recorded: RecordedParameters) => Nested | undefined>> = {
  actor: ({ actor }) => [
    arraysOf(actor),
    ...[actor.logStdMultiplier, actor.logStdOffset, actor.logStd].filter((values) => values !== undefined),
  ],
  targetActor: ({ targetActor }) => targetActor && arraysOf(targetActor),
  critics: ({ critics }) => critics && stackedArrays(critics),
  targetCritics: ({ targetCritics }) => targetCritics && stackedArrays(targetCritics),
  value: ({ value }) => value && arraysOf(value),
  logAlpha: ({ logAlpha }) => logAlpha,
  logAlphaPrime: ({ logAlphaPrime }) => logAlphaPrime,
};
export const parameterGroupNames = Object.keys(GROUPS);

/** The recorded groups by the names of our state tensors. */
export function parameterGroups(recorded: RecordedParameters): ReadonlyMap<string, Float32Array> {
  const groups = Object.entries(GROUPS).map(([name, read]) => [name, read(recorded)] as const);
  return new Map(groups.flatMap(([name, values]) => (values === undefined ? [] : [[name, flat(values)] as const])));
}

function arraysOf({ layers }: Network): Nested {
  return layers.map((layer) => ARRAYS.map((name) => layer[name] ?? []));
}

/** Each array of all critics before the next array, as an ensemble keeps them. */
function stackedArrays(critics: readonly Network[]): Nested {
  const ofAll = (i: number, name: (typeof ARRAYS)[number]) => critics.map(({ layers }) => layers[i]?.[name] ?? []);
  return critics[0]!.layers.map((_, i) => ARRAYS.map((name) => ofAll(i, name)));
}

export function batchOf({ batch }: Recording["steps"][number], size: number): AgentBatch {
  return {
    observations: flat(batch.observations),
    actions: flat(batch.actions),
    rewards: flat(batch.rewards),
    nextObservations: flat(batch.nextObservations),
    ...(batch.nextActions !== undefined && { nextActions: flat(batch.nextActions) }),
    terminated: flat(batch.terminals),
    returnsToGo: batch.mcReturns === undefined ? new Float32Array(size) : flat(batch.mcReturns),
  };
}

export function noiseOf({ noise }: Recording["steps"][number]): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(noise).map(([name, values]) => [name, flat(values)]));
}

function flat(values: Nested): Float32Array {
  const numbers: number[] = [];
  const collect = (part: Nested): void => {
    if (typeof part === "number") numbers.push(part);
    else part.forEach(collect);
  };
  collect(values);
  return Float32Array.from(numbers);
}

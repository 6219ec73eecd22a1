/**
 * Are we faithful? Runs the updates of a recording made with a reference implementation (its initial parameters, its
 * batches, its noise) and measures how far our losses and parameters are from what was recorded. The layout of such a
 * recording is described by the schema below; any sizes, options and number of steps will do.
 */
import { z } from "zod";
import { relativeDeviation } from "../data/returns-parity.js";
import { DataError, UsageError } from "../errors.js";
import { requirement } from "../requirement.js";
import { Agent, type AgentBatch } from "./agent.js";
import { agentDefinition, agentNames } from "./registry.js";

type Nested = number | readonly Nested[];
const nested: z.ZodType<Nested> = z.lazy(() => z.union([z.number(), z.array(nested)]));
const size = () => z.number().int().min(1);
const layers = z.object({ layers: z.array(z.object({ kernel: nested, bias: nested })).min(1) });
const parametersSchema = z.object({
  actor: layers.extend({ logStdMultiplier: z.number(), logStdOffset: z.number() }),
  critics: z.array(layers).min(1),
  targetCritics: z.array(layers).min(1),
  logAlpha: z.number().optional(),
  logAlphaPrime: z.number().optional(),
});
const batchSchema = z.object({
  observations: nested,
  actions: nested,
  rewards: nested,
  nextObservations: nested,
  terminals: nested,
  mcReturns: nested.optional(),
});
const recordingSchema = z.object({
  algorithm: z.string(),
  hyperparameters: z.looseObject({
    adam: z.tuple([z.number(), z.number(), z.number()]).optional(),
    activation: z.literal("relu").optional(),
  }),
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
type RecordedParameters = z.infer<typeof parametersSchema>;

/** Largest deviations over all steps: of each metric relative, of each group of parameters absolute. */
export interface ParityResult {
  readonly algorithm: string;
  readonly steps: number;
  readonly losses: ReadonlyMap<string, number>;
  readonly parameters: ReadonlyMap<string, number>;
}

export const LOSS_TOLERANCE = 1e-5;
export const PARAMETER_TOLERANCE = 1e-6;

/** @throws DataError naming the first place where the content is not a recording of this family */
export function parseRecording(content: unknown, source: string): Recording {
  refuseUnknownAlgorithm(content, source);
  const result = recordingSchema.safeParse(content);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.path.length > 0 ? `at "${issue.path.join(".")}", ` : "";
  throw new DataError(
    `${source} is not a recording of updates: ${place}${requirement({ ...issue, path: [] }, undefined)}; give a recording as in fixtures/golden.`,
  );
}

/** Replays a recording. @throws UsageError for an algorithm or an option that calql does not have */
export async function replayRecording(recording: Recording, source: string): Promise<ParityResult> {
  const { batch, observation: observationSize, action: actionSize } = recording.shapes;
  const settings = settingsOf(recording, source);
  const agent = await Agent.create(recording.algorithm, {
    observationSize,
    actionSize,
    settings: { ...settings, batchSize: batch },
  });
  const losses = new Map<string, number>();
  const parameters = new Map<string, number>();
  try {
    writeParameters(agent, recording.initial);
    if (agent.definition.needsReturnToGo && recording.steps.some((step) => step.batch.mcReturns === undefined)) {
      throw new DataError(
        `${source} holds a batch without mcReturns, which ${recording.algorithm} needs; record them too.`,
      );
    }
    for (const step of recording.steps) {
      const noise = Object.fromEntries(Object.entries(step.noise).map(([name, values]) => [name, flat(values)]));
      const metrics = await agent.update(batchOf(step.batch, batch), noise);
      for (const [name, expected] of Object.entries(step.metrics)) {
        if (agent.metrics[name] === undefined && expected === 0) continue; // a multiplier that this agent does not have
        raise(losses, name, relativeDeviation(metrics[name] ?? Number.NaN, expected));
      }
      for (const [group, expected] of parameterGroups(step.after)) {
        raise(parameters, group, largestDifference(agent.state(group), expected));
      }
    }
  } finally {
    await agent.release();
  }
  return { algorithm: recording.algorithm, steps: recording.steps.length, losses, parameters };
}

/** The deviations beyond the tolerances, as "name deviation" words; empty if the recording is reproduced. */
export function beyondTolerance({ losses, parameters }: ParityResult): string[] {
  const over = (map: ReadonlyMap<string, number>, tolerance: number) =>
    [...map].filter(([, deviation]) => !(deviation <= tolerance)).map(([name, d]) => `${name} ${d.toExponential(1)}`);
  return [...over(losses, LOSS_TOLERANCE), ...over(parameters, PARAMETER_TOLERANCE)];
}

function refuseUnknownAlgorithm(content: unknown, source: string): void {
  const algorithm = (content as { readonly algorithm?: unknown } | null)?.algorithm;
  if (typeof algorithm !== "string" || (agentNames as readonly string[]).includes(algorithm)) return;
  throw new UsageError(`${source} records "${algorithm}", which calql does not have. It has ${agentNames.join(", ")}.`);
}

/** Names in recordings that differ from ours; every other hyperparameter must be a setting of an agent. */
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  adam: ["adamBeta1", "adamBeta2", "adamEpsilon"],
  activation: [],
};

function settingsOf({ algorithm, hyperparameters }: Recording, source: string): Record<string, unknown> {
  const known = Object.keys(agentDefinition(algorithm).settings.shape);
  const settings: Record<string, unknown> = {};
  const ofSomeAgent = agentNames.flatMap((name) => Object.keys(agentDefinition(name).settings.shape));
  for (const [name, value] of Object.entries(hyperparameters)) {
    if (known.includes(name)) settings[name] = value;
    else if (!ofSomeAgent.includes(name) && !(name in RENAMED)) {
      throw new UsageError(
        `${source} was recorded with "${name}", an option that calql does not have; it cannot be replayed.`,
      );
    }
    (RENAMED[name] ?? []).forEach((setting, i) => {
      settings[setting] = (value as readonly number[])[i];
    });
  }
  return settings;
}

function writeParameters(agent: Agent, recorded: RecordedParameters): void {
  const given = parameterGroups(recorded).map(([group]) => group);
  const missing = PARAMETER_GROUPS.filter((group) => agent.stateNames.includes(group) && !given.includes(group));
  if (missing.length > 0)
    throw new DataError(`The recording's initial parameters lack ${missing.join(", ")}; record them too.`);
  for (const [group, values] of parameterGroups(recorded)) {
    if (!agent.stateNames.includes(group)) continue;
    const state = agent.state(group);
    if (state.length !== values.length)
      throw new DataError(`The recording's ${group} has another size than its hyperparameters say.`);
    state.set(values);
  }
}

const PARAMETER_GROUPS = ["actor", "critics", "targetCritics", "logAlpha", "logAlphaPrime"];

/** A recording's parameters in the order of our flat state tensors. */
function parameterGroups(recorded: RecordedParameters): [string, Float32Array][] {
  const { actor, critics, targetCritics, logAlpha, logAlphaPrime } = recorded;
  const layersOf = (network: z.infer<typeof layers>) => network.layers.flatMap(({ kernel, bias }) => [kernel, bias]);
  const groups: [string, Nested | undefined][] = [
    ["actor", [...layersOf(actor), actor.logStdMultiplier, actor.logStdOffset]],
    ["critics", stackedLayers(critics)],
    ["targetCritics", stackedLayers(targetCritics)],
    ["logAlpha", logAlpha],
    ["logAlphaPrime", logAlphaPrime],
  ];
  return groups.flatMap(([name, values]) => (values === undefined ? [] : [[name, flat(values)]]));
}

/** Each array of all critics before the next array, as an ensemble keeps them. */
function stackedLayers(critics: readonly z.infer<typeof layers>[]): Nested {
  const arrays = (["kernel", "bias"] as const).map(
    (name) => (i: number) => critics.map((c) => c.layers[i]?.[name] ?? []),
  );
  return critics[0]!.layers.flatMap((_, i) => arrays.flatMap((array) => array(i)));
}

function batchOf(batch: z.infer<typeof batchSchema>, size: number): AgentBatch {
  return {
    observations: flat(batch.observations),
    actions: flat(batch.actions),
    rewards: flat(batch.rewards),
    nextObservations: flat(batch.nextObservations),
    terminated: flat(batch.terminals),
    returnsToGo: batch.mcReturns === undefined ? new Float32Array(size) : flat(batch.mcReturns),
  };
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

function raise(largest: Map<string, number>, name: string, deviation: number): void {
  const known = largest.get(name) ?? 0;
  largest.set(name, Number.isNaN(deviation) || Number.isNaN(known) ? Number.NaN : Math.max(known, deviation));
}

function largestDifference(values: Float32Array, expected: Float32Array): number {
  if (values.length !== expected.length) return Number.NaN;
  return values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!)), 0);
}

/**
 * The file that a non-finite update leaves in the run folder, and what makes the same update again from it. It has the
 * layout of a checkpoint (checkpoints/tensor-file.ts): `state/NAME`, every state tensor before the update, `input/NAME`,
 * the batch and the noise that went into it, and a manifest with the agent, its settings, and what was not finite.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Agent, type AgentBatch } from "../agents/agent.js";
import { type Crash, NonFiniteUpdate, type Symptom } from "../agents/crash.js";
import type { AgentSettings } from "../agents/registry.js";
import { plainParts, type Values } from "../data/columns.js";
import { DataError, fileReason, RunFailure, UsageError } from "../errors.js";
import { writeWholeFile } from "../files/whole-file.js";
import { transformIn, transformTensors } from "../training/transform.js";
import { version } from "../version.js";
import {
  type CheckpointTensor,
  decodeTensorFile,
  encodeTensorFile,
  type TensorFile,
} from "./checkpoints/tensor-file.js";

const pattern = /^crash-(\d+)\.safetensors$/;

/** Whether a file of a run folder is one, by its name. */
export function isCrashBundle(name: string): boolean {
  return pattern.test(name);
}

/** JSON has no NaN and no infinity: a symptom's value is text. */
const manifestSchema = z.strictObject({
  kind: z.literal("crash"),
  calqlVersion: z.string(),
  agent: z.string(),
  settings: z.record(z.string(), z.unknown()),
  sizes: z.strictObject({
    observationSize: z.int(),
    observations: z
      .record(z.string(), z.strictObject({ type: z.enum(["float32", "uint8", "int32"]), shape: z.array(z.int()) }))
      .optional(),
    actionSize: z.int(),
    discreteActions: z.int().optional(),
  }),
  threads: z.int().optional(),
  updates: z.int(),
  symptoms: z.array(z.strictObject({ name: z.string(), value: z.string() })),
});

/** The error of a run, which names the bundle where it is that of a non-finite update; the bundle is then written. */
export function withCrashBundle(error: unknown, folder: string): unknown {
  if (!(error instanceof NonFiniteUpdate)) return error;
  try {
    const path = writeCrashBundle(folder, error.crash);
    const message = `${error.message} The batch and the noise are in ${path}; "calql replay-crash ${folder}" makes the update again.`;
    return new RunFailure(message, { cause: error });
  } catch (reason) {
    return new RunFailure(`${error.message} Its crash bundle could not be written: ${fileReason(reason)}.`, {
      cause: error,
    });
  }
}

/** Writes the bundle of a failed update into the run folder and gives its path. @throws what the system says */
export function writeCrashBundle(folder: string, crash: Crash): string {
  const { state, inputs, symptoms, sizes, ...site } = crash;
  const { observationSize, observations, actionSize, discreteActions } = sizes;
  const parts = observations && plainParts(observations);
  const tensors = new Map<string, CheckpointTensor>();
  for (const [name, values] of state) tensors.set(`state/${name}`, values);
  for (const [name, values] of inputs) tensors.set(`input/${name}`, values);
  for (const [name, values] of transformTensors(sizes.transform)) tensors.set(name, values);
  const manifest: z.infer<typeof manifestSchema> = {
    kind: "crash",
    calqlVersion: version,
    ...site,
    sizes: { observationSize, observations: parts, actionSize, discreteActions },
    symptoms: symptoms.map(({ name, value }) => ({ name, value: String(value) })),
  };
  const path = join(folder, `crash-${crash.updates + 1}.safetensors`);
  writeWholeFile(path, encodeTensorFile({ manifest, tensors }));
  return path;
}

/**
 * Reads a bundle.
 * @param place its path, or a run folder, whose newest one is taken
 * @throws UsageError where there is none; DataError where it is damaged or something else
 */
export function readCrashBundle(place: string): Crash {
  const path = attempt(place, () => bundleAt(place));
  const file = attempt(path, () => readFileSync(path));
  const { manifest, tensors } = decoded(file, path);
  const parsed = manifestSchema.safeParse(manifest);
  if (!parsed.success)
    throw new DataError(`${path} is no crash bundle but something else of a run; name a file crash-N.safetensors.`);
  const { symptoms, agent, settings, sizes, threads, updates } = parsed.data;
  const part = <Kind extends Values>(prefix: string) =>
    new Map(
      [...tensors].flatMap(([name, values]) =>
        name.startsWith(prefix) && !(values instanceof Float64Array)
          ? [[name.slice(prefix.length), values as Kind] as const]
          : [],
      ),
    );
  return {
    ...{ agent, settings, sizes: { ...sizes, transform: transformIn(tensors) }, threads, updates },
    symptoms: symptoms.map(({ name, value }) => ({ name, value: Number(value) })),
    state: part<Float32Array>("state/"),
    inputs: part<Values>("input/"),
  };
}

/**
 * Makes the update of a bundle again: the same agent, state, batch and noise.
 * @returns what is not finite this time; nothing, if the update goes through
 * @throws DataError where state or batch do not fit the agent
 */
export async function replayCrash({ agent: name, settings, sizes, threads, state, inputs }: Crash): Promise<{
  readonly symptoms: readonly Symptom[];
}> {
  const agent = await Agent.create(name, {
    ...sizes,
    settings: settings as AgentSettings,
    ...(threads !== undefined && { threads }),
  });
  try {
    for (const stateName of agent.stateNames) {
      const [values, target] = [state.get(stateName), agent.state(stateName)];
      if (values?.length !== target.length)
        throw new DataError(
          `The crash bundle has no ${target.length} numbers for ${stateName} of ${name}. ${anotherBundle}`,
        );
      target.set(values);
    }
    const all = Object.fromEntries(inputs);
    const noise = Object.entries(all).filter(([input]) => input.startsWith(NOISE)) as [string, Float32Array][];
    // What the agent does not read was not saved, and is not asked for.
    const batch = { actions: new Float32Array(), ...all } as unknown as AgentBatch;
    await agent.update(batch, Object.fromEntries(noise.map(([input, values]) => [input.slice(NOISE.length), values])));
    return { symptoms: [] };
  } catch (error) {
    if (error instanceof NonFiniteUpdate) return { symptoms: error.crash.symptoms };
    throw error;
  } finally {
    await agent.release();
  }
}

const NOISE = "noise/";

/** A resumed run reaches the same update, and leaves the same bundle. */
const anotherBundle = 'Give another one, or have it made again: "calql resume" of the run comes to the same update.';

function decoded(file: Uint8Array, path: string): TensorFile {
  try {
    return decodeTensorFile(file, path, "crash bundle");
  } catch (error) {
    throw error instanceof DataError ? new DataError(`${error.message} ${anotherBundle}`) : error;
  }
}

function bundleAt(place: string): string {
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place;
  const numbers = readdirSync(place).flatMap((name) => pattern.exec(name)?.[1] ?? []);
  if (numbers.length > 0) return join(place, `crash-${Math.max(...numbers.map(Number))}.safetensors`);
  throw new UsageError(
    `There is no crash bundle (crash-N.safetensors) in ${place}; a run leaves one where an update is not finite.`,
  );
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `The crash bundle ${path} cannot be read: ${fileReason(error)}. Give the path of a run folder or of its crash-N.safetensors.`,
    );
  }
}

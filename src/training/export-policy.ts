/**
 * A policy from a run's checkpoints: the newest state, of a run that was killed and left no policy, or the state that was
 * evaluated best, which is seldom the last. Everything is taken from the run folder: neither the recorded data nor the
 * environment is needed. A run may be at work in the folder, for checkpoints are replaced whole.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Agent } from "../agents/agent.js";
import type { Sizes } from "../agents/context.js";
import type { AgentDefinition } from "../agents/definition.js";
import type { AgentSettings } from "../agents/registry.js";
import {
  bestCheckpoint,
  CheckpointStore,
  checkpointFolder,
  type FoundCheckpoint,
  NoSoundCheckpoint,
} from "../checkpoints/store.js";
import { decodeTensorFile } from "../checkpoints/tensor-file.js";
import { DataError, fileReason, RunFailure, UsageError } from "../errors.js";
import { readRun, readRunConfig } from "../runs/read.js";
import { type EvaluationLine, type Phase, type RunConfig, runFiles } from "../runs/record.js";
import { writeWholeFile } from "../runs/whole-file.js";
import { algorithmIn, resolveConfiguration, type TrainSettings } from "./configuration.js";
import type { Found } from "./find-checkpoint.js";
import { policyFile } from "./run-ending.js";
import { exportedPolicies, isOfTheRecord } from "./run-folder.js";
import { parseSavedRun, restoreAgent } from "./saved-run.js";

export interface ExportOptions {
  /** The run folder. */
  readonly folder: string;
  /** The state that was evaluated best, in place of the newest. */
  readonly best?: boolean;
  /** The file to write; unless given, policy-best.onnx or policy-last.onnx in the run folder. */
  readonly out?: string;
  /** Told in a sentence of what was passed over because it is damaged. */
  readonly onNotice?: (sentence: string) => void;
}

/** A policy that was written, and the state that it is of. */
export interface ExportedPolicy {
  readonly path: string;
  readonly phase: Phase;
  readonly updates: number;
  readonly onlineSteps: number;
  /** Of this very state, if it was evaluated. */
  readonly evaluation?: EvaluationLine;
}

/**
 * Writes the policy of a run's newest sound checkpoint, or of the state that was evaluated best, as an ONNX file with the
 * metadata of a run's own `policy.onnx`; an earlier export is replaced, what the run recorded never.
 * @throws UsageError where there is no run or no such state, and for a place that the run uses itself
 * @throws RunFailure where the checkpoint is damaged or the file cannot be written
 */
export async function exportPolicy(options: ExportOptions): Promise<ExportedPolicy> {
  const { folder, best = false } = options;
  const path = options.out ?? join(folder, best ? exportedPolicies.best : exportedPolicies.last);
  const config = readRunConfig(folder);
  refuseRecorded(folder, path);
  const found = best ? bestIn(folder) : newestIn(folder, options);
  const { phase, updates, onlineSteps } = found.saved.position;
  write(path, await policyOf(found, config));
  const evaluation = evaluationIn(options, updates, onlineSteps);
  return { path, phase, updates, onlineSteps, ...(evaluation && { evaluation }) };
}

/** The place of a run's own policy is free until the run ends. */
function refuseRecorded(folder: string, path: string): void {
  const free = resolve(path) === resolve(folder, runFiles.policy) && !existsSync(path);
  if (free || !isOfTheRecord(folder, path)) return;
  throw new UsageError(`${path} is a place of the run's own record; name another file with --out.`);
}

/** Only the checkpoint itself need be sound, not the lines and episodes that a run needs besides to go on. */
function newestIn(folder: string, { onNotice }: ExportOptions): Found {
  const store = new CheckpointStore(folder);
  if (store.empty)
    throw new UsageError(
      `The run in ${folder} has no checkpoint yet, and so no policy; begin it again with "calql resume".`,
    );
  try {
    return store.newest(foundIn, (sentence) => onNotice?.(sentence));
  } catch (error) {
    if (!(error instanceof NoSoundCheckpoint)) throw error;
    throw new RunFailure(`${error.reason} No other one is sound; export the state that was evaluated best (--best).`, {
      cause: error,
    });
  }
}

function bestIn(folder: string): Found {
  const path = join(folder, checkpointFolder, bestCheckpoint);
  if (!existsSync(path))
    throw new UsageError(
      `The run in ${folder} has no best state (${bestCheckpoint}), for it was not evaluated yet; export its newest without --best.`,
    );
  try {
    return foundIn({ path, ...decodeTensorFile(contentOf(path), path) });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new RunFailure(`${error.message} Export the newest state in its place, without --best.`, { cause: error });
  }
}

function foundIn(checkpoint: FoundCheckpoint): Found {
  return { checkpoint, saved: parseSavedRun(checkpoint.manifest, checkpoint.path) };
}

function contentOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DataError(`The checkpoint ${path} cannot be read: ${fileReason(error)}.`);
  }
}

/** The bytes of the policy, as the run would have written them in this state. */
async function policyOf({ saved, checkpoint }: Found, { settings, dataset }: RunConfig): Promise<Uint8Array> {
  // The checkpoint's own settings first: config.json may have been changed since. Older checkpoints know none.
  const configuration = resolveConfiguration({ ...settings, ...saved.settings } as TrainSettings);
  const { agent: definition, settings: agentSettings } = algorithmIn(configuration, saved.position.phase);
  const sizes = sizesIn(checkpoint, definition, agentSettings, dataset);
  const agent = await Agent.create(definition.name, { ...sizes, settings: agentSettings, threads: 1 });
  try {
    restoreAgent(agent, checkpoint);
    return policyFile(agent, configuration.run, saved.position.updates);
  } finally {
    await agent.release();
  }
}

/** The sizes that an agent was made with. */
function sizesIn(
  checkpoint: FoundCheckpoint,
  definition: AgentDefinition,
  settings: AgentSettings,
  { observationSize, actionSize }: RunConfig["dataset"],
): Sizes {
  if (definition.actions === "continuous") return { observationSize, actionSize };
  const sizesFor = (discreteActions: number): Sizes => ({ observationSize, actionSize, discreteActions });
  return sizesFor(choicesIn(checkpoint, (count) => definition.declare(settings, sizesFor(count), 0).policy.parameters));
}

/**
 * Among how many actions a discrete policy chooses: of all that config.json says nothing of this. Every action takes the
 * same number of weights, those of its output, so that the size of the network tells.
 */
function choicesIn(
  { tensors, path }: FoundCheckpoint,
  parametersFor: (count: number) => { readonly name: string; readonly initial: Float32Array },
): number {
  const [one, two] = [parametersFor(1), parametersFor(2)];
  const numbers = tensors.get(`agent/${one.name}`)?.length ?? Number.NaN;
  const count = 1 + (numbers - one.initial.length) / (two.initial.length - one.initial.length);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new DataError(`The checkpoint ${path} has no policy of the size that the run's settings ask for.`);
}

/** @throws RunFailure if it cannot be written */
function write(path: string, policy: Uint8Array): void {
  try {
    writeWholeFile(path, policy);
  } catch (error) {
    throw new RunFailure(`The policy could not be written to ${path}: ${fileReason(error)}. Name another file.`, {
      cause: error,
    });
  }
}

/** What was measured of a state; that the lines of a run are damaged does not keep its policy back. */
function evaluationIn({ folder, onNotice }: ExportOptions, updates: number, onlineSteps: number) {
  try {
    return readRun(folder).evaluations.find((line) => line.updates === updates && line.onlineSteps === onlineSteps);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    onNotice?.(error.message);
    return undefined;
  }
}

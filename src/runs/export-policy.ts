/**
 * A policy from a run's checkpoints: the newest state, of a run that was killed and left no policy, or the best
 * evaluated state, which is seldom the last. Everything is taken from the run folder: neither the recorded data nor
 * the environment is needed. A run may be at work in the folder, for checkpoints are replaced whole.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Agent } from "../agents/agent.js";
import type { Sizes } from "../agents/context.js";
import type { AgentDefinition } from "../agents/definition.js";
import { DataError, fileReason, RunFailure, UsageError } from "../errors.js";
import { writeWholeFile } from "../files/whole-file.js";
import { algorithmIn, type TrainSettings } from "../settings/configuration.js";
import { settingsAt } from "../settings/same-settings.js";
import type { Phase } from "../settings/settings.js";
import { policyFile } from "../training/complete-run.js";
import type { EvaluationLine } from "../training/record.js";
import { restoreAgent } from "../training/snapshot.js";
import { transformIn } from "../training/transform.js";
import { checkExportOptions } from "./check-options.js";
import {
  bestCheckpoint,
  CheckpointStore,
  checkpointFolder,
  NoSoundCheckpoint,
  startAgain,
} from "./checkpoints/store.js";
import { configure } from "./configure.js";
import { asRunCheckpoint } from "./find-checkpoint.js";
import { readRun, readRunConfig } from "./read.js";
import { type RunConfig, runFiles } from "./record.js";
import { exportedPolicies, isOfTheRecord } from "./run-folder.js";
import type { RunCheckpoint } from "./saved-run.js";

/** Which state of a run is exported, and where to. */
export interface ExportOptions {
  /** The run folder. */
  readonly folder: string;
  /** The state that was evaluated best, in place of the newest. */
  readonly best?: boolean;
  /** The file to write; unless given, policy-best.onnx or policy-last.onnx in the run folder. */
  readonly out?: string;
  /** Called with a sentence for whatever was skipped because it is damaged. */
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
 * @throws UsageError if there is no run or no such state, for options that mean nothing, for a place that the run uses
 * itself, and if the checkpoint does not fit the run's config.json
 * @throws RunFailure if the checkpoint is damaged or the file cannot be written
 */
export async function exportPolicy(options: ExportOptions): Promise<ExportedPolicy> {
  checkExportOptions(options);
  const { folder, best = false } = options;
  const path = options.out ?? join(folder, best ? exportedPolicies.best : exportedPolicies.last);
  const config = readRunConfig(folder);
  refuseRecorded(folder, path);
  const found = stateIn(options);
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

/** Only the checkpoint itself need be sound, not the lines and episodes that resuming needs as well. */
function stateIn({ folder, best = false, onNotice }: ExportOptions): RunCheckpoint {
  const store = new CheckpointStore(folder);
  try {
    const found = best ? store.best(asRunCheckpoint) : newestIn(store, onNotice);
    if (found) return found;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const reason = error instanceof NoSoundCheckpoint ? error.reason : error.message;
    throw new RunFailure(`${reason} ${nextStep(store, best)}`, { cause: error });
  }
  const reason = best ? whyNoBest(folder) : `The run in ${folder} has no checkpoint yet, and so no policy.`;
  throw new UsageError(`${reason} ${nextStep(store, best)}`);
}

function newestIn(store: CheckpointStore, onNotice?: ExportOptions["onNotice"]): RunCheckpoint | undefined {
  return store.empty ? undefined : store.newest(asRunCheckpoint, (sentence) => onNotice?.(sentence));
}

/** A damaged one was set aside when the run was gone on with. */
function whyNoBest(folder: string): string {
  const damaged = `${bestCheckpoint}.damaged`;
  return existsSync(join(folder, checkpointFolder, damaged))
    ? `The best state of the run in ${folder} was damaged and is set aside (${damaged}).`
    : `The run in ${folder} has no best state (${bestCheckpoint}): ${whyNotEvaluated(folder)}.`;
}

function whyNotEvaluated(folder: string): string {
  const never = readRunConfig(folder).settings.evaluationEpisodes === 0;
  return never ? "it has no evaluations (evaluationEpisodes is 0)" : "it was not evaluated yet";
}

/** What to do where the state that was asked for cannot be had; the other one is named only if that can. */
function nextStep(store: CheckpointStore, best: boolean): string {
  if (best && isSound(() => newestIn(store))) return "Export the newest state in its place, without --best.";
  if (!best && isSound(() => store.best(asRunCheckpoint))) return "Export the state that was evaluated best (--best).";
  return store.empty
    ? 'Wait for its first checkpoint, or continue with "calql resume" if it is not at work.'
    : startAgain;
}

function isSound(find: () => RunCheckpoint | undefined): boolean {
  try {
    return find() !== undefined;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return false;
  }
}

/** The bytes of the policy, as the run would have written them in this state. */
async function policyOf(found: RunCheckpoint, { settings, dataset }: RunConfig): Promise<Uint8Array> {
  const { saved, checkpoint } = found;
  // The checkpoint's own settings first: config.json may have been changed since. Older checkpoints know none.
  const configuration = configure(settingsAt(saved.settings, settings) as TrainSettings);
  const { agent: definition, settings: agentSettings } = algorithmIn(configuration, saved.position.phase);
  const sizes = sizesIn(found, definition, dataset);
  const agent = await Agent.create(definition.name, { ...sizes, settings: agentSettings, threads: 1 });
  try {
    restoreAgent(agent, checkpoint.tensors, checkpoint.path);
    return policyFile(agent, configuration.run, saved.position.updates);
  } finally {
    await agent.release();
  }
}

/** The sizes that the agent was made with: of all that config.json does not say among how many actions it chooses. */
function sizesIn(
  { saved: { discreteActions }, checkpoint }: RunCheckpoint,
  { actions }: AgentDefinition,
  { observationSize, observations, actionSize, names }: RunConfig["dataset"],
): Sizes {
  if (actions === "discrete" && discreteActions === undefined)
    throw new UsageError(
      `The checkpoint ${checkpoint.path} was written by an older calql and does not say among how many actions its agent chooses; continue with the run ("calql resume"), then export its newest state.`,
    );
  const transform = transformIn(checkpoint.tensors);
  return { observationSize, observations, actionSize, discreteActions, names, transform };
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

/**
 * Runs the updates of a recording made with a reference implementation (its initial parameters, batches and noise) and
 * measures how far the losses and parameters are from what was recorded. Recordings may be of any algorithm in calql, with
 * any sizes, options and number of steps; parity-recording.ts describes them.
 */

import { Agent } from "../../src/agents/agent.js";
import { DataError } from "../../src/errors.js";
import {
  batchOf,
  noiseOf,
  parameterGroupNames,
  parameterGroups,
  parseRecording,
  type Recording,
  settingsOf,
} from "./parity-recording.js";
import { relativeDeviation } from "./returns-parity.js";

export { parseRecording, type Recording };

/** Largest deviations over all steps: of each metric relative, of each group of parameters absolute. */
export interface ParityResult {
  readonly algorithm: string;
  readonly steps: number;
  readonly losses: ReadonlyMap<string, number>;
  readonly parameters: ReadonlyMap<string, number>;
}

export const LOSS_TOLERANCE = 1e-5;
export const PARAMETER_TOLERANCE = 1e-6;

/** Replays a recording. @throws UsageError for an algorithm or an option that calql does not have */
export async function replayRecording(recording: Recording, source: string): Promise<ParityResult> {
  const { observation: observationSize, action: actionSize } = recording.shapes;
  const settings = settingsOf(recording, source);
  const agent = await Agent.create(recording.algorithm, { observationSize, actionSize, settings });
  try {
    writeParameters(agent, recording.initial);
    refuseMissingReturns(agent, recording, source);
    return await replaySteps(agent, recording);
  } finally {
    await agent.release();
  }
}

async function replaySteps(agent: Agent, { algorithm, initial, steps, shapes }: Recording): Promise<ParityResult> {
  const first = parameterGroups(initial);
  const losses = new Map<string, number>();
  const parameters = new Map<string, number>();
  for (const step of steps) {
    const metrics = await agent.update(batchOf(step, shapes.batch), noiseOf(step));
    for (const [name, expected] of Object.entries(step.metrics)) {
      if (metrics[name] === undefined && expected === 0) continue; // a multiplier that this agent lacks
      raise(losses, name, relativeDeviation(metrics[name] ?? Number.NaN, expected));
    }
    for (const [group, expected] of parameterGroups(step.after)) {
      // What this agent does not learn must not have moved in the recording either.
      const values = agent.stateNames.includes(group) ? agent.state(group) : first.get(group);
      raise(parameters, group, values ? largestDifference(values, expected) : Number.NaN);
    }
  }
  return { algorithm, steps: steps.length, losses, parameters };
}

/** The deviations beyond the tolerances, as "name deviation" words; empty if the recording is reproduced. */
export function beyondTolerance({ losses, parameters }: ParityResult): string[] {
  const over = (map: ReadonlyMap<string, number>, tolerance: number) =>
    [...map].filter(([, deviation]) => !(deviation <= tolerance)).map(([name, d]) => `${name} ${d.toExponential(1)}`);
  return [...over(losses, LOSS_TOLERANCE), ...over(parameters, PARAMETER_TOLERANCE)];
}

function refuseMissingReturns({ definition }: Agent, { algorithm, steps }: Recording, source: string): void {
  if (!definition.needsReturnToGo || steps.every((step) => step.batch.mcReturns !== undefined)) return;
  throw new DataError(`${source} holds a batch without mcReturns, which ${algorithm} needs; record them too.`);
}

function writeParameters(agent: Agent, recorded: Recording["initial"]): void {
  const groups = parameterGroups(recorded);
  const missing = parameterGroupNames.filter((name) => agent.stateNames.includes(name) && !groups.has(name));
  if (missing.length > 0)
    throw new DataError(`The recording's initial parameters lack ${missing.join(", ")}; record them too.`);
  for (const [name, values] of groups) {
    if (!agent.stateNames.includes(name)) continue;
    const state = agent.state(name);
    if (state.length !== values.length)
      throw new DataError(
        `The recording's ${name} does not have the size that its hyperparameters say; record it again.`,
      );
    state.set(values);
  }
}

function raise(largest: Map<string, number>, name: string, deviation: number): void {
  const known = largest.get(name) ?? 0;
  largest.set(name, Number.isNaN(deviation) || Number.isNaN(known) ? Number.NaN : Math.max(known, deviation));
}

function largestDifference(values: Float32Array, expected: Float32Array): number {
  if (values.length !== expected.length) return Number.NaN;
  return values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!)), 0);
}

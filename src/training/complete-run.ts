/**
 * A run from wherever it stands to its end: whatever goes wrong, the lines, policy and summary that exist reach the
 * sink, and the first error is the one reported.
 */
import type { Agent } from "../agents/agent.js";
import type { RunSettings } from "../settings/settings.js";
import { type LoopParts, TrainingLoop } from "./loop.js";
import type { RunSink } from "./ports.js";
import type { EvaluationLine, RunSummary } from "./record.js";

export interface RunParts extends LoopParts {
  readonly sink: RunSink;
  /** Does what calls the collector's environment, which may give no answer. */
  readonly inEnvironment: (work: () => Promise<void>) => Promise<void>;
  /** What is done first, where the user's code is called: its failure ends the run with policy and summary. */
  readonly begin: () => Promise<void>;
}

export interface CompletedRun {
  readonly summary: RunSummary;
  readonly evaluations: readonly EvaluationLine[];
  /** The first failure, if there was any. */
  readonly failure: Failure | undefined;
}

/** Something that was thrown. */
export interface Failure {
  readonly error: unknown;
}

/** Does a step, and gives what it fails with; nothing, if it does not. */
export async function failureIn(step: () => unknown): Promise<Failure | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Runs both phases; however they end, a checkpoint, the policy and the summary are handed to the sink. */
export async function completeRun(parts: RunParts): Promise<CompletedRun> {
  const { configuration, state, sink, checkpoints, inEnvironment, signal } = parts;
  const { log } = state;
  let first = await failureIn(() => carryOut(parts));
  // Before the sink is closed: a resumed run records what comes after this point again. A run that failed may stand in
  // the middle of an update or an episode; it resumes from the checkpoint before.
  first ??= await failureIn(() => inEnvironment(async () => checkpoints.save()));
  for (const step of [
    () => log.writeMetrics(),
    () => sink.policy(policyFile(state.agent, configuration.run, log.updates)),
    () => sink.close(),
  ]) {
    const next = await failureIn(step);
    first ??= next;
  }
  const summary = log.summary(endingOf(first, signal));
  const last = await failureIn(() => sink.summary(summary));
  await state.agent.release();
  return { summary, evaluations: log.evaluations, failure: first ?? last };
}

/** The bytes of an agent's policy (ONNX) after so many updates of a run, with where it comes from. */
export function policyFile(
  agent: Agent,
  { task, seed }: Pick<RunSettings, "task" | "seed">,
  updates: number,
): Uint8Array {
  return agent.exportPolicy({ ...(task !== null && { task }), seed: String(seed), updates: String(updates) });
}

async function carryOut(parts: RunParts): Promise<void> {
  const { begin, signal, sink } = parts;
  try {
    await begin();
    await new TrainingLoop(parts).run();
  } catch (error) {
    // An evaluation or episode that the signal cut short is dropped; the run itself ends in order.
    if (signal?.aborted && error === signal.reason) return;
    throw sink.failure ? sink.failure(error) : error;
  }
}

function endingOf(
  failure: Failure | undefined,
  signal: AbortSignal | undefined,
): Pick<RunSummary, "status" | "reason"> {
  if (failure) return { status: "failed", reason: reasonOf(failure) };
  return { status: signal?.aborted ? "interrupted" : "completed" };
}

function reasonOf({ error }: Failure): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * How a run ends: whatever goes wrong on the way, all that there is of lines, policy and summary is written, and what went
 * wrong first is what is told.
 */

import { type PolicySource, policyFile } from "../training/policy-file.js";
import type { RunSummary } from "./record.js";
import type { RunState } from "./saved-run.js";

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

/**
 * Writes what is left of a run and closes its files; the summary comes last, and so tells of all that failed before it.
 * @param failure what ended the run, if anything did
 * @returns the summary and the first failure of all
 */
export async function endRun(
  { agent, log, episodes }: RunState,
  run: PolicySource & { readonly stopped: boolean },
  failure: Failure | undefined,
): Promise<{ readonly summary: RunSummary; readonly failure: Failure | undefined }> {
  let first = failure;
  for (const step of [
    () => log.writeMetrics(),
    () => log.writePolicy(policyFile(agent, run, log.updates)),
    () => log.closeLines(),
    () => episodes.close(),
  ]) {
    const next = await failureIn(step);
    first ??= next;
  }
  const summary = log.summary(first ? { status: "failed", reason: reasonOf(first) } : endingOf(run.stopped));
  const last = await failureIn(() => log.writeSummary(summary));
  return { summary, failure: first ?? last };
}

function endingOf(stopped: boolean): Pick<RunSummary, "status"> {
  return { status: stopped ? "interrupted" : "completed" };
}

function reasonOf({ error }: Failure): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What a case of the chaos tool cannot test, however often its run is killed: if all evaluations are equal, a wrong one goes
 * unnoticed, and if the best state is the first or the last, it may have been kept by chance.
 */
import type { RunIdentity } from "./run-identity.js";
import type { ChaosCase } from "./run-settings.js";

/** Why others cannot be compared with an uninterrupted run, as sentences; empty if they can. */
export function untestedBy(
  { evaluations, best, notices }: Pick<RunIdentity, "evaluations" | "notices" | "best">,
  { tells }: Pick<ChaosCase, "tells">,
): string[] {
  const problems: string[] = [];
  const results = evaluations.map(({ successRate, returnMean, returnStandardDeviation, lengthMean }) =>
    JSON.stringify([successRate, returnMean, returnStandardDeviation, lengthMean]),
  );
  if (new Set(results).size < 2) problems.push("its evaluations are all the same, so a wrong one would go unnoticed");
  if (keptBest({ evaluations, best }) !== bestOf(evaluations))
    problems.push("its best state is not the one that was evaluated best");
  if (tells && !notices.some(({ kind }) => kind === tells))
    problems.push(`nothing of the kind ${tells} was recorded, so the case does not test it`);
  return problems;
}

/**
 * Whether the best state is the first that was evaluated or the last, which a wrong run may keep as well. It depends on the
 * last bits of the processor; among several runs one must be different.
 */
export function keepsBestByChance(run: Pick<RunIdentity, "evaluations" | "best">): boolean {
  const kept = keptBest(run);
  return kept === 0 || kept === run.evaluations.length - 1;
}

/** The index of the evaluation of the best state. */
function keptBest({ evaluations, best }: Pick<RunIdentity, "evaluations" | "best">): number {
  const { updates, onlineSteps } = best.saved.position;
  return evaluations.findIndex((line) => line.updates === updates && line.onlineSteps === onlineSteps);
}

/** The latest of the best, by success, then by return. */
function bestOf(evaluations: RunIdentity["evaluations"]): number {
  const order = evaluations.map((line, place) => ({ ...line, place }));
  order.sort((a, b) => (b.successRate ?? 0) - (a.successRate ?? 0) || b.returnMean - a.returnMean || b.place - a.place);
  return order[0]!.place;
}

/**
 * What a run of the chaos tool cannot show, however often it is ended: a run whose evaluations are all the same is no
 * other with a wrong one, and one whose best state is its first or its last may have kept the right one by chance.
 */
import type { RunIdentity } from "./run-identity.js";
import type { ChaosCase } from "./run-settings.js";

/** Why a run that was never ended is no measure for others, in words; nothing where it is one. */
export function untestedBy(
  { evaluations, best, notices }: Pick<RunIdentity, "evaluations" | "notices" | "best">,
  { tells }: Pick<ChaosCase, "tells">,
): string[] {
  const problems: string[] = [];
  const results = evaluations.map(({ successRate, returnMean, returnStandardDeviation, lengthMean }) =>
    JSON.stringify([successRate, returnMean, returnStandardDeviation, lengthMean]),
  );
  if (new Set(results).size < 2)
    problems.push("its evaluations are all the same, so that none tells a run from another");
  if (keptBest({ evaluations, best }) !== bestOf(evaluations))
    problems.push("its best state is not the one that was evaluated best");
  if (tells && !notices.some(({ kind }) => kind === tells))
    problems.push(`nothing of the kind ${tells} was told of, so that the case tests nothing of it`);
  return problems;
}

/**
 * Whether the best state is the first that was evaluated or the last, which a wrong run may keep as well. Which one it is
 * follows from the last bits of another processor too: of several runs, one need be otherwise.
 */
export function keepsBestByChance(run: Pick<RunIdentity, "evaluations" | "best">): boolean {
  const kept = keptBest(run);
  return kept === 0 || kept === run.evaluations.length - 1;
}

/** Which of the evaluations the best state is of. */
function keptBest({ evaluations, best }: Pick<RunIdentity, "evaluations" | "best">): number {
  const { updates, onlineSteps } = best.saved.position;
  return evaluations.findIndex((line) => line.updates === updates && line.onlineSteps === onlineSteps);
}

/** The latest of the best, by success, then by return. */
function bestOf(evaluations: RunIdentity["evaluations"]): number {
  const order = evaluations.map((line, place) => ({ ...line, place }));
  order.sort((a, b) => b.successRate - a.successRate || b.returnMean - a.returnMean || b.place - a.place);
  return order[0]!.place;
}

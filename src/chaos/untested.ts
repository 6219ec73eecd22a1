/**
 * What a run of the chaos tool cannot show, however often it is ended: a run whose evaluations are all the same is no
 * other with a wrong one, and one whose best state is its first or its last has kept the right one by chance.
 */
import type { RunIdentity } from "../training/run-identity.js";
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
  const { updates, onlineSteps } = best.saved.position;
  const kept = evaluations.findIndex((line) => line.updates === updates && line.onlineSteps === onlineSteps);
  if (kept !== bestOf(evaluations)) problems.push("its best state is not the one that was evaluated best");
  if (kept === 0 || kept === evaluations.length - 1)
    problems.push("its best state is the first evaluated or the last, which a wrong run may keep as well");
  if (tells && !notices.some(({ kind }) => kind === tells))
    problems.push(`nothing of the kind ${tells} was told of, so that the case tests nothing of it`);
  return problems;
}

/** The first of the best, by success, then by return. */
function bestOf(evaluations: RunIdentity["evaluations"]): number {
  const order = evaluations.map((line, place) => ({ ...line, place }));
  order.sort((a, b) => b.successRate - a.successRate || b.returnMean - a.returnMean || a.place - b.place);
  return order[0]!.place;
}

/**
 * What readers of logs say where rows do not make episodes: which line of the mapping helps.
 */
import { printable } from "../../containers/refusal.js";
import type { StepWords } from "../step-episodes.js";
import type { LogTable } from "./log-features.js";
import type { LogMapping } from "./log-mapping.js";

export function wordsOf({ where, isMapped }: LogTable, { terminated }: LogMapping, rewards: string): StepWords {
  const markEnds = "mark the last row of such an episode as terminated";
  if (isMapped) return { where, rewards, singleRows: "mark such rows as terminated where the task ended", markEnds };
  const instead = terminated === undefined ? "" : ` in place of "terminated: ${printable(terminated)}"`;
  return {
    where,
    rewards,
    singleRows: `where each row is an episode of its own, say "terminated: always" in the mapping${instead}`,
    markEnds: `${markEnds}, or, where all of them are, say "terminated: last" in the mapping${instead}`,
    unmarked: `where the last row of every episode ends the task, say "terminated: last" in the mapping${instead}`,
  };
}

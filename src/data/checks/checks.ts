/**
 * The one door where recorded data are checked: every check there is, in the order in which findings are told. What is
 * said by `calql data inspect`, `convert`, `merge`, `train` and `judge` comes from here, and so does the table in the documents.
 */
import type { Inspection } from "../inspect.js";
import { actionChecks } from "./action-checks.js";
import type { Check, DataContext, Finding } from "./check.js";
import { episodeChecks } from "./episode-checks.js";
import { observationChecks, valuesOf } from "./observation-checks.js";
import { rewardChecks } from "./reward-checks.js";

export type { Check, DataContext, Finding, Level, RewardTransform } from "./check.js";

export const checks: readonly Check[] = [...observationChecks, ...actionChecks, ...rewardChecks, ...episodeChecks];

/** What is odd about data, errors first. @param context what the task knows that they are for */
export function checkData(data: Inspection, context: DataContext = {}): readonly Finding[] {
  const broken = new Set(valuesOf(data).flatMap(({ of, nonFinite }) => (nonFinite > 0 ? [of] : [])));
  const sound = checks.filter(({ needs = [] }) => !needs.some((values) => broken.has(values)));
  const found = sound.flatMap(({ id, level, find }) =>
    find(data, context).map((text): Finding => ({ id, level, sentence: `${text[0]!.toUpperCase()}${text.slice(1)}.` })),
  );
  return [...found.filter(({ level }) => level === "error"), ...found.filter(({ level }) => level === "notice")];
}

/** The table of checks in Markdown, which stands in docs/data.md. */
export function checksTable(): string {
  const rows = checks.map(({ id, level, when }) => `| \`${id}\` | ${level} | ${when} |`);
  return ["| check | is | speaks when |", "|---|---|---|", ...rows].join("\n");
}

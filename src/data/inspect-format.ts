/** The text form of an inspection, for a terminal of 80 columns or more. */

import { describeParts, vectorSizeOf } from "./columns.js";
import type { Inspection } from "./inspect.js";
import type { Range, ValueSummary } from "./inspect-values.js";
import { boundsText } from "./transform.js";

const LABEL_WIDTH = 18;
const RANGES_PER_LINE = 3;

/** A plain text table: what, how much, how long, how good, and what looks odd. Ends with a newline. */
export function formatInspection(summary: Inspection): string {
  const { lengths, returns } = summary;
  const lines = [
    ["dataset", summary.source],
    ["shapes", `observations ${shapesText(summary)}, ${actionShape(summary)}`],
    ["episodes", `${whole(summary.episodes)} (${whole(summary.singleStepEpisodes)} of a single step)`],
    ["steps", whole(summary.steps)],
    ["length", `min ${lengths.min}  median ${lengths.median}  max ${lengths.max}`],
    [
      "return",
      `min ${short(returns.min)}  mean ${short(returns.mean)}  max ${short(returns.max)}  (raw, undiscounted)`,
    ],
    ["success", successText(summary)],
    [
      "episodes ended",
      `${percent(summary.terminatedShare)} by the task, ${percent(summary.truncatedShare)} by the clock`,
    ],
    ["positive reward", `in ${percent(summary.positiveRewardShare)} of the episodes`],
    ["rewards", rewardsText(summary)],
    ...actionLines(summary),
    ...(summary.states ? [["observations", ""], ...rangeLines(summary.states)] : []),
    ...Object.entries(summary.parts).flatMap(([name, values]) => [[name, ""], ...rangeLines(values)]),
    ...anomalies(summary).map((text, index) => [index === 0 ? "look at" : "", text]),
  ];
  return `${lines.map(([label = "", text = ""]) => `${label.padEnd(LABEL_WIDTH)}${text}`.trimEnd()).join("\n")}\n`;
}

/** What looks odd in the data, a sentence each; "nothing odd found" if there is nothing. */
function anomalies(summary: Inspection): string[] {
  const found: string[] = [];
  const values = [
    ...(summary.states ? [["observations", summary.states] as const] : []),
    ...Object.entries(summary.parts),
    ["actions", summary.actions] as const,
    ["rewards", summary.rewards] as const,
  ];
  for (const [key, { nonFinite, constantColumns }] of values) {
    if (nonFinite > 0)
      found.push(`${key}: ${whole(nonFinite)} values are NaN or infinite; such a file cannot be trained on`);
    if (constantColumns.length === 0) continue;
    found.push(
      key === "rewards"
        ? "rewards never change: there is nothing to learn from"
        : `${key}: constant in column ${constantColumns.join(", ")}`,
    );
  }
  if (summary.actionsBeyondShare > 0)
    found.push(
      `actions beyond ${boundsWord(summary)}: ${summary.actionBounds ? "correct these" : "give their"} bounds, or clipActions true where the environment clips them`,
    );
  // Where choices are few, the same one in the same place is what to expect.
  if (summary.duplicateSteps > 0 && !summary.actionCounts) {
    found.push(
      `${whole(summary.duplicateSteps)} steps (${percent(summary.duplicateSteps / summary.steps)}) occur more than once`,
    );
  }
  return found.length > 0 ? found : ["nothing odd found"];
}

/** "[29]", or "state [4], image uint8 [48, 48, 3]". */
function shapesText({ observations }: Inspection): string {
  const size = vectorSizeOf(observations);
  return size === undefined ? describeParts(observations) : `[${size}]`;
}

function boundsWord({ actionBounds }: Inspection): string {
  return actionBounds ? boundsText(actionBounds) : "+-1";
}

function actionShape({ actionCounts, actionSize }: Inspection): string {
  return actionCounts ? `${actionCounts.length} discrete actions` : `actions [${actionSize}]`;
}

function actionLines(summary: Inspection): string[][] {
  const { actionCounts, actions, actionsBeyondShare, steps } = summary;
  if (!actionCounts)
    return [
      [
        "actions",
        `${percent(actionsBeyondShare)} of the values beyond ${boundsWord(summary)}${summary.actionBounds ? "" : " (no bounds are known)"}`,
      ],
      ...rangeLines(actions),
    ];
  return [["actions", ""], ...cellLines(actionCounts.map((count, action) => [String(action), percent(count / steps)]))];
}

function successText({ success }: Inspection): string {
  if (success === undefined) return "not told by these rewards (they do not take just two values)";
  const { reward, episodeShare, recordings, recordingShare } = success;
  const perEpisode = `${percent(episodeShare)} of the episodes reach reward ${short(reward)}`;
  return `${perEpisode}; ${percent(recordingShare)} of the ${whole(recordings)} recordings do`;
}

function rewardsText(summary: Inspection): string {
  const range = summary.rewards.ranges[0];
  if (summary.rewardValues === undefined) return range === undefined ? "none" : `many values in ${rangeText(range)}`;
  return summary.rewardValues.map(({ value, steps }) => `${short(value)} in ${whole(steps)} steps`).join(", ");
}

function rangeLines({ ranges }: ValueSummary): string[][] {
  return cellLines(runsOf(ranges).map(({ label, range }) => [label, rangeText(range)]));
}

/** Neighbours of one range as one: a one-hot observation has hundreds of columns that all say "0 to 1". */
function runsOf(ranges: readonly Range[]): { readonly label: string; readonly range: Range }[] {
  const runs: { label: string; range: Range; count: number }[] = [];
  ranges.forEach((range, column) => {
    const run = runs.at(-1);
    if (run && run.range.min === range.min && run.range.max === range.max) {
      run.count++;
      run.label = `${column + 1 - run.count}-${column}`;
    } else runs.push({ label: String(column), range, count: 1 });
  });
  return runs;
}

/** Labelled figures, some to a line. */
function cellLines(labelled: readonly (readonly [label: string, figure: string])[]): string[][] {
  const cells = labelled.map(([label, figure]) => `${label.padStart(4)}  ${figure.padEnd(22)}`);
  const lines: string[][] = [];
  for (let i = 0; i < cells.length; i += RANGES_PER_LINE)
    lines.push(["", cells.slice(i, i + RANGES_PER_LINE).join("")]);
  return lines;
}

function rangeText({ min, max }: Range): string {
  return `${short(min)} to ${short(max)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function whole(count: number): string {
  return count.toLocaleString("en-US");
}

/** Four significant digits at most. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

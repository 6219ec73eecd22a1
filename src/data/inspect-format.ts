/** The text form of an inspection, for a terminal of 80 columns or more. */

import { checkData, type DataContext } from "./checks/checks.js";
import { describeParts, rowBytes, vectorSizeOf } from "./columns.js";
import { counted, percent, short, whole } from "./figures.js";
import type { Inspection } from "./inspect.js";
import type { Range, ValueSummary } from "./inspect-values.js";
import { noteSentence } from "./notes-text.js";
import { boundsText } from "./transform.js";

const LABEL_WIDTH = 18;
const RANGES_PER_LINE = 3;
const MOST_NAMES = 40;
const NAMES_WIDTH = 90;

/**
 * A plain text table: what, how much, how long, how good, what its reader left out, and what looks odd. Ends with a
 * newline. @param context what the task knows that the data are for
 */
export function formatInspection(summary: Inspection, context: DataContext = {}): string {
  const { lengths } = summary;
  const lines = [
    ["dataset", summary.source],
    ["shapes", `observations ${shapesText(summary)}, ${actionShape(summary)}`],
    ["episodes", `${whole(summary.episodes)} (${whole(summary.singleStepEpisodes)} of a single step)`],
    ["steps", whole(summary.steps)],
    ["length", `min ${whole(lengths.min)}  median ${whole(lengths.median)}  max ${whole(lengths.max)}`],
    ["return", returnText(summary)],
    ["success", successText(summary)],
    [
      "episodes ended",
      `${percent(summary.terminatedShare)} by the task, ${percent(summary.truncatedShare)} by the clock`,
    ],
    [
      "positive reward",
      Number.isNaN(summary.returns.mean) ? "unknown" : `in ${percent(summary.positiveRewardShare)} of the episodes`,
    ],
    ["rewards", rewardsText(summary)],
    ...actionLines(summary),
    ...(summary.states
      ? [...namedLines("observations", summary.names?.observations), ...rangeLines(summary.states)]
      : []),
    ...labelled("pictures", pictureLines(summary)),
    ...Object.entries(summary.parts).flatMap(([name, values]) => [[name, ""], ...rangeLines(values)]),
    ...labelled("reading", (summary.notes ?? []).map(noteSentence)),
    ...labelled("look at", oddities(summary, context)),
  ];
  return `${lines.map(([label = "", text = ""]) => `${label.padEnd(LABEL_WIDTH)}${text}`.trimEnd()).join("\n")}\n`;
}

function returnText({ returns: { min, mean, max }, rewards }: Inspection): string {
  if (Number.isNaN(mean)) return "unknown: no episode has only rewards that are numbers";
  const some = rewards.nonFinite > 0 ? ", of the episodes whose rewards are all numbers" : "";
  return `min ${short(min)}  mean ${short(mean)}  max ${short(max)}  (raw, undiscounted${some})`;
}

/** "image: 48x48 pixels of 3 channels, 6,912 bytes a frame, 13.8 MB in memory" */
function pictureLines({ observations, steps, episodes }: Inspection): string[] {
  return Object.entries(observations).flatMap(([name, part]) => {
    const [height, width, channels = 1] = part.shape;
    if (part.type !== "uint8" || height === undefined || width === undefined) return [];
    const bytes = rowBytes(part);
    const all = ((steps + episodes) * bytes) / 1e6;
    return [
      `${name}: ${width}x${height} pixels of ${counted(channels, "channel")}, ${whole(bytes)} bytes a frame, ${all < 0.1 ? "less than 0.1" : all.toFixed(1)} MB in memory`,
    ];
  });
}

/** What looks odd, a sentence each; "nothing odd found" if there is nothing. */
function oddities(summary: Inspection, context: DataContext): readonly string[] {
  const found = checkData(summary, context).map(({ level, sentence }) =>
    level === "error" ? `ERROR: ${sentence}` : sentence,
  );
  return found.length > 0 ? found : ["nothing odd found"];
}

/** Lines of which the first bears a label. */
function labelled(label: string, lines: readonly string[]): string[][] {
  return lines.map((line, index) => [index === 0 ? label : "", line]);
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
      ...namedLines("", summary.names?.actions).filter(([, text]) => text !== ""),
      ...rangeLines(actions),
    ];
  return [
    ...namedLines("actions", summary.names?.actions),
    ...cellLines(actionCounts.map((count, action) => [String(action), percent(count / steps)])),
  ];
}

/** A label, and beside it what the numbers below are, where that is known: "0 price, 1 device=phone". */
function namedLines(label: string, names: readonly string[] = []): string[][] {
  const lines: string[] = [];
  const told = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), ""] : names;
  for (const [i, name] of told.entries()) {
    const text = i < MOST_NAMES ? `${i} ${name}` : `and ${names.length - MOST_NAMES} more`;
    const line = lines.at(-1);
    if (line === undefined) lines.push(text);
    else if (line.length + text.length < NAMES_WIDTH) lines[lines.length - 1] = `${line}, ${text}`;
    else lines.push(text);
  }
  return labelled(label, lines.length > 0 ? lines : [""]);
}

function successText({ success, rewardValues }: Inspection): string {
  if (success === undefined)
    return `not told by these rewards (${rewardValues?.length === 2 ? "the higher one is the usual one" : "they do not take just two values"})`;
  const { reward, episodeShare, recordings, recordingShare } = success;
  const perEpisode = `${percent(episodeShare)} of the episodes reach reward ${short(reward)}`;
  if (recordings === undefined || recordingShare === undefined) return perEpisode;
  return `${perEpisode}; ${percent(recordingShare)} of the ${whole(recordings)} recordings do`;
}

function rewardsText(summary: Inspection): string {
  const range = summary.rewards.ranges[0];
  if (summary.rewardValues?.length === 0) return "none that is a number";
  if (summary.rewardValues === undefined) return range === undefined ? "none" : `many values in ${rangeText(range)}`;
  return summary.rewardValues.map(({ value, steps }) => `${short(value)} in ${counted(steps, "step")}`).join(", ");
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

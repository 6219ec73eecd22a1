/**
 * The headline of a report: one row per agent, the numbers by which it is judged, with their interval over seeds. The
 * columns are declared once, for the page and for the terminal.
 */

import type { Run } from "../runs/read.js";
import { compact, fixed, missing, percent } from "./format.js";
import { isOneRun, type RunGroup, runCount, seedOf, type TaskRuns, type UnrecordedRun } from "./groups.js";
import { type Html, html } from "./html.js";
import type { FigureSummary } from "./intervals.js";
import { seriesColour } from "./palette.js";
import { type RunFigures, runFigures, summariseRuns, summariseTasks } from "./statistics.js";

/** One figure as it is shown. */
export interface FigureColumn {
  readonly key: keyof RunFigures;
  readonly heading: string;
  readonly meaning: string;
  readonly format: (value: number) => string;
}

type ColumnRow = readonly [key: keyof RunFigures, heading: string, meaning: string, format?: FigureColumn["format"]];

const columnRows: readonly ColumnRow[] = [
  ["successBefore", "before", "success before any update"],
  ["successAtSwitch", "at the switch", "success when it goes online"],
  ["successAfter5", "after 5\u00a0%", "success after 5 % of the online steps"],
  ["successAfter20", "after 20\u00a0%", "success after 20 % of the online steps"],
  ["successAfter100", "after 100\u00a0%", "success after all online steps"],
  ["successEarly", "early mean", "mean success in the first 20 % of the online steps"],
  ["successEarlyLowest", "early lowest", "lowest success in there: the dip"],
  ["returnBefore", "return before", "mean return before any update", threeDigits],
  ["returnAtSwitch", "return at the switch", "mean return when it goes online", threeDigits],
  ["returnEarlyLowest", "lowest early return", "lowest mean return in the first 20 % of the online steps", threeDigits],
  ["returnEnd", "return", "mean return of the last evaluation", threeDigits],
  ["returnLogged", "as logged", "what the held-out episodes returned themselves, discounted", threeDigits],
  [
    "regret",
    "regret",
    "mean of 1 − success over the online steps of a run that has them all, from 0 (always succeeded) to 1 (never)",
    (value) => fixed(value, 3),
  ],
  [
    "qMinusReturnToGo",
    "Q − G",
    "what the critic promises for the policy's actions less what was earned from there on (Q less the return-to-go G), at the switch: near 0 its promises can be believed, far below it undervalues what it knows",
    (value) => fixed(value, 1),
  ],
  [
    "shareBelowReturn",
    "share below\u00a0G",
    "in how many of 100 states the critic promises less than was earned from there on, at the switch",
  ],
];

export const figureColumns: readonly FigureColumn[] = columnRows.map(([key, heading, meaning, format = percent]) => ({
  key,
  heading,
  meaning,
  format,
}));

function threeDigits(value: number): string {
  return compact(Number(value.toPrecision(3)));
}

/** Shown only where success is not known. */
const withoutSuccess: readonly (keyof RunFigures)[] = [
  "returnBefore",
  "returnAtSwitch",
  "returnEarlyLowest",
  "returnLogged",
];

/** The columns for some runs: where none of them knows success, those of the return, as far as they have them. */
export function columnsFor(groups: readonly RunGroup[]): readonly FigureColumn[] {
  const runs = groups.flatMap((group) => group.runs);
  const figures = runs.map(runFigures);
  if (runs.some(({ evaluations }) => evaluations.some(({ successRate }) => successRate !== undefined)))
    return figureColumns.filter(({ key }) => !withoutSuccess.includes(key));
  return figureColumns.filter(({ key }) => figures.some((one) => one[key] !== undefined));
}

/** The figures that mean the same on every task, for means over tasks. */
export const comparableColumns = figureColumns.filter(
  ({ key }) => key !== "qMinusReturnToGo" && !key.startsWith("return"),
);

/** The headline table: one row an agent; where an agent has several runs, each of them stands in a folded table. */
export function figuresTable(groups: readonly RunGroup[], unrecorded: readonly UnrecordedRun[] = []): Html {
  const columns = columnsFor(groups);
  const rows = groups.map((group) => groupRow(group, columns));
  const labels = new Set(groups.map((group) => group.label));
  const lost = unrecorded.filter(({ label }) => !labels.has(label));
  const several = unrecorded.length > 0 || groups.some((group) => group.runs.length > 1);
  return html`<table class="figures">
${heading(columns)}
<tbody>${rows}</tbody>
</table>
<p class="note">${legend(groups, columns)}</p>
${several && everyRun(groups, lost, columns)}`;
}

/** One row an agent over all tasks: interquartile means. */
export function tasksTable(tasks: readonly TaskRuns[]): Html {
  const groups = tasks.flatMap((task) => task.groups);
  const byLabel = new Map(groups.map((group) => [group.label, groups.filter(({ label }) => label === group.label)]));
  const rows = [...byLabel].map(([label, ofLabel]) => {
    const summaries = summariseTasks(ofLabel.map((group) => group.runs));
    const size = `${ofLabel.length} ${ofLabel.length === 1 ? "task" : "tasks"}, ${runCount(...ofLabel)}`;
    return html`<tr class="mean"><th scope="row">${swatch(ofLabel[0]!)}${label}<small>${size}</small></th>
${comparableColumns.map((column) => html`<td>${summaryCell(summaries[column.key], column)}</td>`)}</tr>`;
  });
  return html`<table class="figures">
${heading(comparableColumns)}
<tbody>${rows}</tbody>
</table>
<p class="note">Interquartile means over the runs of all tasks: the mean of the middle half. Below each: its 95 % bootstrap
interval, resampled over the runs within each task, where every task has two or more.</p>`;
}

function heading(columns: readonly FigureColumn[]): Html {
  const rates = columns.filter(({ key }) => key.startsWith("success")).length;
  if (rates === 0) return html`<thead><tr><th scope="col">agent</th>${columns.map(headingCell)}</tr></thead>`;
  return html`<thead>
<tr><th rowspan="2" scope="col">agent</th><th colspan="${rates}" scope="colgroup" class="span">success</th>
<th colspan="${columns.length - rates}" scope="colgroup"></th></tr>
<tr>${columns.map(headingCell)}</tr>
</thead>`;
}

function headingCell({ meaning, heading }: FigureColumn): Html {
  return html`<th scope="col" title="${meaning}">${heading}</th>`;
}

function groupRow(group: RunGroup, columns: readonly FigureColumn[]): Html {
  const summaries = summariseRuns(group.runs);
  return html`<tr class="mean"><th scope="row">${swatch(group)}${group.label}<small>${sizeOf(group)}</small></th>
${columns.map((column) => html`<td>${summaryCell(summaries[column.key], column)}</td>`)}</tr>`;
}

/** "seed 3", "5 runs", "4 of 5 runs complete". */
function sizeOf(group: RunGroup): string {
  return isOneRun(group) ? runName(group.runs[0]!) : runCount(group);
}

/** Every run's figures, and the names of those that have none. */
function everyRun(groups: readonly RunGroup[], lost: readonly UnrecordedRun[], columns: readonly FigureColumn[]): Html {
  const absentRow = ({ label, seed, status, reason }: UnrecordedRun): Html => {
    const what = `${status}${reason ? `: ${reason}` : ""}`;
    return html`<tr class="run"><th scope="row">${label}, seed ${seed}</th><td colspan="${columns.length}">${what}</td></tr>`;
  };
  return html`<details class="runs"><summary>Every run</summary>
<table class="figures">
${heading(columns)}
${groups.map(
  (group) => html`<tbody>
${group.runs.map((run) => runRow(group, runName(run), runFigures(run), columns))}
${group.absent.map(absentRow)}
</tbody>`,
)}
${lost.length > 0 && html`<tbody>${lost.map(absentRow)}</tbody>`}
</table>
</details>`;
}

/** The key to the colours, for charts that carry none of their own. */
export function colourKey(groups: readonly RunGroup[]): Html {
  return html`<p class="key">${groups.map((group) => html`<span>${swatch(group)}${group.label}</span>`)}</p>`;
}

function swatch(group: RunGroup): Html {
  return html`<span class="swatch" style="background:${seriesColour(group.colour)}"></span>`;
}

/** A run that did not complete says so beside its numbers, which are those of the part it completed. */
function runName(run: Run): string {
  const status = run.summary?.status ?? "no summary";
  return `seed ${seedOf(run)}${status === "completed" ? "" : `, ${status}`}`;
}

function summaryCell(summary: FigureSummary | undefined, { format }: FigureColumn): HtmlCell {
  if (summary === undefined) return missing;
  const { mean, low, high } = summary;
  if (low === undefined || high === undefined) return format(mean);
  return html`${format(mean)}<small>${intervalText(low, high, format)}</small>`;
}

/** "70–85 %", or "−25 to −22": a dash beside a minus sign is hard to read. */
export function intervalText(low: number, high: number, format: FigureColumn["format"]): string {
  return `${format(low).replace(" %", "")}${low < 0 ? " to " : "–"}${format(high)}`;
}

type HtmlCell = Html | string;

function runRow(group: RunGroup, name: string, figures: RunFigures, columns: readonly FigureColumn[]): Html {
  const cell = ({ key, format }: FigureColumn) => (figures[key] === undefined ? missing : format(figures[key]));
  return html`<tr class="run"><th scope="row">${swatch(group)}${group.label}, ${name}</th>
${columns.map((column) => html`<td>${cell(column)}</td>`)}</tr>`;
}

/** Runs below which a reader is told how little an interval covers; the figures are those of intervals.ts. */
const FEW_RUNS = 10;
const ofOneRun = "Below the return: the 95 % interval of the run's own last evaluation";
const explained: readonly (keyof RunFigures)[] = [
  "successEarly",
  "regret",
  "returnLogged",
  "qMinusReturnToGo",
  "shareBelowReturn",
];
const narrow =
  "From few runs it comes out too narrow: what is called 95 % holds the true mean in about 50 % of cases for 2 runs, 75 % for 3, 84 % for 5 and 90 % for 10";

function legend(groups: readonly RunGroup[], columns: readonly FigureColumn[]): string {
  const meanings = columns
    .filter(({ key }) => explained.includes(key))
    .map(({ heading, meaning }) => `${heading.charAt(0).toUpperCase()}${heading.slice(1)}: ${meaning}`);
  const has = (key: keyof RunFigures) => columns.some((column) => column.key === key);
  const estimated =
    "Return: estimated from recorded episodes that were held out, discounted, from where they begin; no episode was played";
  const shares = "After a share of the online steps: the first evaluation from there on, if it is not much later";
  const interval = "Below each mean: its 95 % bootstrap interval over the runs";
  const sizes = groups.map((group) => group.runs.length).filter((size) => size > 1);
  const intervals = [
    ...(sizes.length > 0 ? [interval] : []),
    ...(sizes.some((size) => size < FEW_RUNS) ? [narrow] : []),
    ...(sizes.length === 0 && !has("successEnd") && !has("successAtSwitch") && has("returnEnd") ? [ofOneRun] : []),
  ];
  const said = [...(has("successAfter5") ? [shares] : []), ...(has("returnLogged") ? [estimated] : [])];
  const all = [...said, ...meanings, ...intervals];
  return all.length > 0 ? `${all.join(". ")}.` : "";
}

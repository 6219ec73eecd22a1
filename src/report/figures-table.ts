/**
 * The headline of a report: one row an agent, the numbers by which it is judged, with their interval over seeds. The
 * columns are declared once, for the page and for whoever prints them in a terminal.
 */

import type { Run } from "../runs/read.js";
import { fixed, missing, percent } from "./format.js";
import { type RunGroup, seedOf } from "./groups.js";
import { type Html, html } from "./html.js";
import { seriesColour } from "./palette.js";
import { type FigureSummary, type RunFigures, runFigures, summariseRuns } from "./statistics.js";

/** One figure as it is shown. */
export interface FigureColumn {
  readonly key: keyof RunFigures;
  readonly heading: string;
  readonly meaning: string;
  readonly format: (value: number) => string;
}

export const figureColumns: readonly FigureColumn[] = [
  { key: "successBefore", heading: "before", meaning: "success before any update", format: percent },
  { key: "successAtSwitch", heading: "at the switch", meaning: "success when it goes online", format: percent },
  {
    key: "successEarly",
    heading: "early online",
    meaning: "mean success in the first 20 % of the online steps",
    format: percent,
  },
  { key: "successEarlyLowest", heading: "lowest early", meaning: "lowest success in there: the dip", format: percent },
  { key: "successEnd", heading: "at the end", meaning: "success of the last evaluation", format: percent },
  {
    key: "regret",
    heading: "regret",
    meaning: "mean of 1 − success over the online steps, from 0 (always succeeded) to 1 (never)",
    format: (value) => fixed(value, 3),
  },
  {
    key: "qMinusReturnToGo",
    heading: "Q − G",
    meaning: "mean Q of the policy's actions minus mean return-to-go, at the switch",
    format: (value) => fixed(value, 1),
  },
  {
    key: "shareBelowReturn",
    heading: "share below G",
    meaning: "states whose Q lies below their return-to-go, at the switch",
    format: percent,
  },
];

/** The headline table; a group of several runs has a row for each below its mean. */
export function figuresTable(groups: readonly RunGroup[]): Html {
  return html`<table class="figures">
<thead>
<tr><th rowspan="2" scope="col">agent</th><th colspan="5" scope="colgroup" class="span">success</th>
<th colspan="3" scope="colgroup"></th></tr>
<tr>${figureColumns.map((column) => html`<th scope="col" title="${column.meaning}">${column.heading}</th>`)}</tr>
</thead>
${groups.map(groupRows)}
</table>
<p class="note">${legend(groups)}</p>`;
}

function groupRows(group: RunGroup): Html {
  const summaries = summariseRuns(group.runs);
  const single = group.runs.length === 1;
  const size = single ? runName(group.runs[0]!) : `${group.runs.length} runs`;
  return html`<tbody>
<tr class="mean"><th scope="row">${swatch(group)}${group.label} <small>${size}</small></th>
${figureColumns.map((column) => html`<td>${summaryCell(summaries[column.key], column)}</td>`)}</tr>
${!single && group.runs.map((run) => runRow(runName(run), runFigures(run)))}
</tbody>`;
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
  return html`${format(mean)}<small>${format(low).replace(" %", "")} to ${format(high)}</small>`;
}

type HtmlCell = Html | string;

function runRow(name: string, figures: RunFigures): Html {
  const cell = ({ key, format }: FigureColumn) => (figures[key] === undefined ? missing : format(figures[key]));
  return html`<tr class="run"><th scope="row">${name}</th>${figureColumns.map((c) => html`<td>${cell(c)}</td>`)}</tr>`;
}

function legend(groups: readonly RunGroup[]): string {
  const meanings = figureColumns
    .filter(({ key }) => key === "successEarly" || key === "regret" || key === "qMinusReturnToGo")
    .map(({ heading, meaning }) => `${heading.charAt(0).toUpperCase()}${heading.slice(1)}: ${meaning}`);
  const interval = "Below each mean: its 95 % bootstrap interval over the runs";
  return `${[...meanings, ...(groups.some((group) => group.runs.length > 1) ? [interval] : [])].join(". ")}.`;
}

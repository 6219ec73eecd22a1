/**
 * The report: one HTML file that needs no network and no script, made from run folders alone. What matters stands
 * first: warnings, the headline numbers, success and return, the calibration picture; then the training's own curves,
 * the settings, the data and the machine.
 */

import { UsageError } from "../errors.js";
import type { Run } from "../runs/read.js";
import {
  type ChartDefinition,
  calibrationChart,
  calibrationDetails,
  chartSvg,
  estimateChart,
  otherCharts,
  perCriticCharts,
  returnChart,
  scoreChart,
  successChart,
  trainingCharts,
} from "./charts.js";
import { doctorSection } from "./doctor-table.js";
import { colourKey, figuresTable, tasksTable } from "./figures-table.js";
import { groupRuns, seedOf, type TaskRuns, type UnrecordedRun } from "./groups.js";
import { Html, html } from "./html.js";
import { pairedSentences } from "./paired.js";
import { endingsTable, originTable, settingsTables, warnings } from "./run-tables.js";
import { pageCss } from "./style.js";
import { onlineStepsSeen } from "./timeline.js";

const sizes = {
  full: { width: 960, height: 360, keyed: true },
  half: { width: 470, height: 260, keyed: false },
  third: { width: 308, height: 200, keyed: false },
} as const;

export interface ReportOptions {
  /** The heading; default the agents and the task. */
  readonly title?: string;
  /** Runs that left no summary, or nothing at all: they are shown as what they are. */
  readonly unrecorded?: readonly UnrecordedRun[];
  /** Whether a table of means over the tasks stands first, where there are several; default true. */
  readonly overTasks?: boolean;
}

/** The page that `renderReport` (render.ts) promises. */
export function reportPage(runs: readonly Run[], options: ReportOptions = {}): string {
  if (runs.length === 0) throw new UsageError("A report needs at least one run. Name one or more run folders.");
  const unrecorded = options.unrecorded ?? [];
  const tasks = groupRuns(runs, unrecorded);
  const title = options.title ?? titleOf(runs, tasks);
  const elsewhere = unrecorded.filter(({ task }) => !tasks.some((shown) => shown.task === task));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(pageCss)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1><p>${subtitle(runs)}</p></header>
${warnings([], elsewhere)}
${tasks.length > 1 && (options.overTasks ?? true) && html`<section class="task">${tasksTable(tasks)}</section>`}
${tasks.map((task) => taskSection(task, tasks.length > 1, unrecorded))}
</main>
</body>
</html>
`.text;
}

function titleOf(runs: readonly Run[], tasks: readonly TaskRuns[]): string {
  if (tasks.length > 1) return `${runs.length} runs on ${tasks.length} tasks`;
  const { task, groups } = tasks[0]!;
  return `${groups.map((group) => group.label).join(", ")} on ${task}`;
}

function subtitle(runs: readonly Run[]): string {
  const what = runs.length === 1 ? `One run, seed ${seedOf(runs[0]!)}` : `${runs.length} runs`;
  const online = runs.some((run) => onlineStepsSeen(run) > 0);
  const alone = runs.every((run) => run.config.settings.task === null);
  if (alone) return `${what}: offline training from recorded data alone, judged by an estimate.`;
  return `${what}: offline pre-training from recorded data${online ? ", then online fine-tuning in the environment" : ""}.`;
}

function taskSection(task: TaskRuns, named: boolean, allUnrecorded: readonly UnrecordedRun[]): Html {
  const unrecorded = allUnrecorded.filter((run) => run.task === task.task);
  const runs = task.groups.flatMap((group) => group.runs);
  const several = task.groups.some((group) => group.runs.length > 1);
  return html`<section class="task">
${named && html`<h2 class="task-name">${task.task}</h2>`}
${warnings(task.groups, unrecorded)}
${figuresTable(task.groups, unrecorded)}
${pairedSection(task)}
${runs.every(({ evaluations }) => evaluations.length === 0) && html`<p class="note">${notEvaluated}</p>`}
${chartSection(runs.some(knowsSuccess) ? "Success and return" : "Return", task, [
  { definition: successChart, size: "full" },
  { definition: returnChart, size: "full" },
  { definition: estimateChart, size: "full", caption: estimateCaption },
  { definition: scoreChart, size: "full" },
])}
${several && html`<p class="note">Lines are means over the runs of an agent, bands their 95 % bootstrap intervals, as in the table.</p>`}
${chartSection("Calibration", task, [
  { definition: calibrationChart, size: "full", caption: calibrationCaption },
  ...calibrationDetails.map((definition) => ({ definition, size: "half" as const })),
])}
${doctorSection(task.groups)}
${chartSection(
  "Training",
  task,
  [...trainingCharts, ...otherCharts(runs)].map((definition) => ({ definition, size: "third" as const })),
)}
${perCriticSection(task)}
<h2>How the runs ended</h2>
${endingsTable(runs)}
<h2>Settings</h2>
${settingsTables(task.groups)}
<h2>Data and machine</h2>
${originTable(runs)}
</section>`;
}

function knowsSuccess({ evaluations }: Run): boolean {
  return evaluations.length === 0 || evaluations.some(({ successRate }) => successRate !== undefined);
}

const notEvaluated =
  "Nothing here says how good the policy is: it was never evaluated. Runs with evaluationEpisodes above 0 are.";

const estimateCaption =
  "No episode was played: critics of their own (fitted Q evaluation) say what the policy would return from where the " +
  "held-out episodes begin. What the data hardly show is a guess; where the interval reaches below the dashed line, the " +
  "policy cannot be said to be better than what was logged.";

/** What the seeds that all agents share say, each agent against the first. */
function pairedSection({ groups }: TaskRuns): Html | undefined {
  const sentences = pairedSentences(groups);
  if (sentences.length === 0) return undefined;
  const items = sentences.map((sentence) => html`<li>${sentence}</li>`);
  return html`<details class="paired" open><summary>Seed by seed</summary><ul>${items}</ul>
<p class="note">Runs of the same seed in pairs; p is that of the exact two-sided sign test, and equal pairs do not count in it.</p></details>`;
}

const calibrationCaption =
  "Q is what the critic promises, G what was in fact earned from there on (the return-to-go): the nearer the lines, the " +
  "more its promises can be believed. In the paper a critic that lies far below G climbs to the scale of real returns when it goes online, and the policy " +
  "unlearns on the way; one that is bounded by G from below keeps its scale across the switch.";

interface Figure {
  readonly definition: ChartDefinition;
  readonly size: keyof typeof sizes;
  readonly caption?: string;
}

/** One chart a metric with a line for each critic of the ensemble: for a closer look. */
function perCriticSection(task: TaskRuns): Html | undefined {
  const definitions = perCriticCharts(task.groups.flatMap((group) => group.runs));
  const charts = drawFigures(
    task,
    definitions.map((definition) => ({ definition, size: "third" as const })),
  );
  if (charts.length === 0) return undefined;
  return html`<details><summary>Each critic of the ensemble</summary>
${task.groups.length > 1 && colourKey(task.groups)}<div class="charts">${charts}</div></details>`;
}

/** A section of charts, without those that were never recorded; nothing at all if none was. */
function chartSection(heading: string, task: TaskRuns, figures: readonly Figure[]): Html | undefined {
  const drawn = drawFigures(task, figures);
  if (drawn.length === 0) return undefined;
  const needsKey = task.groups.length > 1 && figures.every(({ size }) => !sizes[size].keyed);
  return html`<h2>${heading}</h2>${needsKey && colourKey(task.groups)}<div class="charts">${drawn}</div>`;
}

/** The figures that were recorded. */
function drawFigures(task: TaskRuns, figures: readonly Figure[]): Html[] {
  return figures.flatMap(({ definition, size, caption }) => {
    const svg = chartSvg(definition, task, sizes[size]);
    if (svg === undefined) return [];
    return [
      html`<figure class="${size}">${new Html(svg)}${caption && html`<figcaption>${caption}</figcaption>`}</figure>`,
    ];
  });
}

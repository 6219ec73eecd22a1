/**
 * Which charts there are and what each one says. A chart whose lines were never recorded is left out; nothing here
 * knows how a chart is drawn (chart.ts) or where it stands on the page (page.ts).
 */
import { UsageError, unknownName } from "../errors.js";
import type { Run } from "../runs/read.js";
import type { EvaluationLine } from "../training/record.js";
import { type Chart, type Curve, drawChart } from "./chart.js";
import { groupRuns, isOneRun, type RunGroup, runCount, type TaskRuns } from "./groups.js";
import type { KeyEntry } from "./key.js";
import { paletteCss, seriesColour } from "./palette.js";
import { evaluationPoints, meanOverRuns, metricPoints, type Point, thin } from "./series.js";
import { TimeAxis } from "./time-axis.js";

/** What a chart shows. */
export interface ChartDefinition {
  /** The name by which a chart is asked for. */
  readonly name: string;
  readonly title: string;
  readonly unit?: "share" | "number";
  readonly lines: readonly LineDefinition[];
}

interface LineDefinition {
  /** Only where a chart has several lines a group. */
  readonly label?: string;
  readonly dash?: string;
  readonly source: { readonly metric: string; readonly noisy?: boolean } | { readonly evaluation: EvaluationValue };
}

type EvaluationValue = (line: EvaluationLine) => Omit<Point, "step">;

const POINTS_PER_PHASE = 200;
const SMOOTHED_POINTS_PER_PHASE = 40;
/** Evaluations up to this many get a dot each. */
const MOST_DOTS = 80;

export const successChart: ChartDefinition = {
  name: "success",
  title: "Success rate of the evaluations",
  unit: "share",
  lines: [{ source: { evaluation: (line) => ({ value: line.successRate ?? Number.NaN }) } }],
};

export const returnChart: ChartDefinition = {
  name: "return",
  title: "Return of the evaluations (undiscounted, in the rewards of the environment)",
  lines: [{ source: { evaluation: (line) => ({ value: line.estimate ? Number.NaN : line.returnMean }) } }],
};

export const estimateChart: ChartDefinition = {
  name: "estimate",
  title: "Estimated return of the policy (discounted, on recorded episodes that are held out)",
  lines: [
    { label: "policy, with its 95 % interval", source: { evaluation: estimated } },
    {
      label: "as logged",
      dash: "7 4",
      source: { evaluation: ({ estimate }) => ({ value: estimate?.logged ?? Number.NaN }) },
    },
  ],
};

function estimated({ returnMean, estimate }: EvaluationLine): Omit<Point, "step"> {
  return estimate ? { value: returnMean, low: estimate.low, high: estimate.high } : { value: Number.NaN };
}

export const scoreChart: ChartDefinition = {
  name: "score",
  title: "D4RL's normalised score of the evaluations (0 is random, 100 an expert)",
  lines: [{ source: { evaluation: (line) => ({ value: line.normalisedScore ?? Number.NaN }) } }],
};

/** The picture of the paper: a critic that sits below G leaps up when it goes online, a calibrated one does not. */
export const calibrationChart: ChartDefinition = {
  name: "calibration",
  title: "Mean Q against the mean return-to-go G",
  lines: [
    { label: "Q of the policy's actions", source: { metric: "policyQMean" } },
    { label: "Q of the data's actions", dash: "7 4", source: { metric: "dataQMean" } },
    { label: "return-to-go G", dash: "1.5 4", source: { metric: "returnToGoMean" } },
  ],
};

export const calibrationDetails: readonly ChartDefinition[] = [
  shareChart("shareBelowReturn", "States whose Q(s, a~π) lies below G"),
  shareChart("boundRate", "Bound rate: sampled actions whose Q lies below G"),
  metricChart("conservativeGap", "Conservative gap"),
  metricChart("alphaPrime", "Conservative multiplier α′"),
];

export const trainingCharts: readonly ChartDefinition[] = [
  metricChart("criticLoss", "Critic loss", true),
  metricChart("bellmanLoss", "Bellman loss", true),
  metricChart("conservativeLoss", "Conservative loss", true),
  metricChart("actorLoss", "Actor loss", true),
  metricChart("temperatureLoss", "Temperature loss", true),
  metricChart("alphaPrimeLoss", "α′ loss", true),
  metricChart("temperature", "Temperature α"),
  metricChart("logPiMean", "Mean log π(a | s)", true),
  metricChart("targetQMean", "Mean target Q", true),
  metricChart("criticGradientNorm", "Critic gradient norm", true),
  metricChart("actorGradientNorm", "Actor gradient norm", true),
];

/** Metrics that no chart above knows (other agents have other losses): each gets a plain one, its name in words. */
export function otherCharts(runs: readonly Run[]): ChartDefinition[] {
  const known = new Set([calibrationChart, ...calibrationDetails, ...trainingCharts].flatMap(metricsOf));
  const names = recordedMetrics(runs).filter((name) => !known.has(name) && familyOf(name) === undefined);
  return names.map((name) => metricChart(name, inWords(name), true));
}

/** Metrics that are numbered by critic ("q1Mean", "q2Mean"): one chart for each family ("q#Mean"), a line a critic. */
export function perCriticCharts(runs: readonly Run[]): ChartDefinition[] {
  const families = new Map<string, string[]>();
  for (const name of recordedMetrics(runs)) {
    const family = familyOf(name);
    if (family !== undefined) families.set(family, [...(families.get(family) ?? []), name]);
  }
  return [...families].map(([name, metrics]) => ({
    name,
    title: name,
    lines: metrics.map((metric) => ({ source: { metric, noisy: true } })),
  }));
}

/** "q2Mean" -> "q#Mean"; undefined for a name without a number. */
function familyOf(metric: string): string | undefined {
  const family = metric.replace(/(?<=[a-z])\d+/i, "#");
  return family === metric ? undefined : family;
}

/** "advantageWeightMean" -> "Advantage weight mean". */
function inWords(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function recordedMetrics(runs: readonly Run[]): string[] {
  return [...new Set(runs.flatMap((run) => run.metrics.flatMap((line) => Object.keys(line.metrics))))];
}

/** The SVG of a chart for the runs of one task; undefined if none of its lines was recorded. */
export function chartSvg(
  definition: ChartDefinition,
  { groups }: TaskRuns,
  size: { readonly width: number; readonly height: number; readonly keyed: boolean },
): string | undefined {
  const curves = groups.flatMap((group) =>
    definition.lines.flatMap((line) => curveOf(group, line, groups.length === 1 && definition.lines.length === 1)),
  );
  if (curves.length === 0) return undefined;
  const chart: Chart = {
    title: definition.title,
    curves,
    axis: TimeAxis.of(groups.flatMap((group) => group.runs)),
    width: size.width,
    height: size.height,
    unit: definition.unit ?? "number",
    key: size.keyed ? keyOf(definition, groups) : [],
  };
  return drawChart(chart);
}

/** The file that `renderChartSvg` (render.ts) promises. */
export function chartFile(runs: readonly Run[], name: string, width = 880, height = 330): string {
  const tasks = groupRuns(runs);
  if (tasks.length !== 1) {
    throw new UsageError(`One chart shows one task, these runs have ${tasks.length}. Choose runs of one task.`);
  }
  const known = [
    successChart,
    returnChart,
    estimateChart,
    scoreChart,
    calibrationChart,
    ...calibrationDetails,
    ...trainingCharts,
  ];
  const all = [...known, ...otherCharts(runs), ...perCriticCharts(runs)];
  const definition = all.find((chart) => chart.name === name);
  if (definition === undefined) {
    const names = all.map((chart) => chart.name);
    throw unknownName("chart", name, names);
  }
  const svg = chartSvg(definition, tasks[0]!, { width, height, keyed: true });
  if (svg === undefined) throw new UsageError(`These runs recorded nothing for the chart "${name}". Choose another.`);
  return standalone(svg, width, height);
}

/** A drawing as a file of its own: with its namespace, its colours, a background and a margin; sizes in CSS pixels. */
export function standalone(svg: string, width: number, height: number): string {
  const margin = 14;
  const box = `${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`;
  const style = `${paletteCss("svg")}\nsvg { background: var(--paper); }`;
  return svg
    .replace(/ viewBox="[^"]*"/, ` viewBox="${box}"`)
    .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(">", `><style>${style}</style>`);
}

function metricChart(metric: string, title: string, noisy = false): ChartDefinition {
  return { name: metric, title, lines: [{ source: { metric, noisy } }] };
}

function shareChart(metric: string, title: string): ChartDefinition {
  return { name: metric, title, unit: "share", lines: [{ source: { metric } }] };
}

function metricsOf(definition: ChartDefinition): string[] {
  return definition.lines.flatMap(({ source }) => ("metric" in source ? [source.metric] : []));
}

/** The mean over a group's runs; a noisy metric that stands alone keeps its raw values behind the line. */
function curveOf(group: RunGroup, { source, dash }: LineDefinition, alone: boolean): Curve[] {
  const read = (run: Run) =>
    "metric" in source ? metricPoints(run, source.metric) : evaluationPoints(run, source.evaluation);
  const recorded = group.runs.map(read).filter((points) => points.some(({ value }) => Number.isFinite(value)));
  if (recorded.length === 0) return [];
  const noisy = "metric" in source && source.noisy === true;
  const smooth = recorded.map((points) => thin(points, noisy ? SMOOTHED_POINTS_PER_PHASE : POINTS_PER_PHASE));
  const points: readonly Point[] = smooth.length === 1 ? smooth[0]! : meanOverRuns(smooth);
  const raw = noisy && alone && recorded.length === 1 && recorded[0]!.length > points.length;
  return [
    {
      points,
      colour: seriesColour(group.colour),
      ...(dash ? { dash } : {}),
      ...(raw ? { raw: thin(recorded[0]!, 3 * POINTS_PER_PHASE) } : {}),
      ...("evaluation" in source && points.length <= MOST_DOTS ? { dots: group.label } : {}),
    },
  ];
}

/** Colours say which agent, dashes which quantity; where there is only one of either, it needs no entry. */
function keyOf(definition: ChartDefinition, groups: readonly RunGroup[]): KeyEntry[] {
  const agents = groups.map((group) => ({ label: nameOf(group), colour: seriesColour(group.colour) }));
  if (definition.lines.length === 1) return agents;
  const colour = groups.length === 1 ? agents[0]!.colour : "var(--muted)";
  const lines = definition.lines.map(({ label, dash }) => ({ label: label ?? "", colour, ...(dash ? { dash } : {}) }));
  return groups.length === 1 ? lines : [...agents, ...lines];
}

function nameOf(group: RunGroup): string {
  return isOneRun(group) ? group.label : `${group.label} (${runCount(group)})`;
}

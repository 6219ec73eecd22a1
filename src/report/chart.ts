/**
 * Draws one chart as static SVG: Observable Plot on a document made by linkedom, no browser and no script. A chart is
 * curves over the time axis, with the switch between the phases drawn and named, its title, and the key to its lines.
 * What is drawn is decided in charts.ts.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { compact, count, percent } from "./format.js";
import { escapeHtml } from "./html.js";
import { type KeyEntry, keyHeight, keyMark } from "./key.js";
import type { Point } from "./series.js";
import type { TimeAxis } from "./time-axis.js";

export interface Curve {
  readonly points: readonly Point[];
  /** A CSS colour. */
  readonly colour: string;
  /** An SVG dash pattern; absent for a solid line. */
  readonly dash?: string;
  /** The unsmoothed values, drawn pale behind the line. */
  readonly raw?: readonly Point[];
  /** Dots with a hover text at each point, for curves of few points. */
  readonly dots?: string;
}

export interface Chart {
  readonly title: string;
  readonly curves: readonly Curve[];
  readonly axis: TimeAxis;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Shares run from 0 to 1 and are written in percent. */
  readonly unit?: "share" | "number";
  readonly key?: readonly KeyEntry[];
}

const margins = { left: 50, right: 14, bottom: 42 };
const TITLE_HEIGHT = 22;
const PHASES_HEIGHT = 18;
/** Up to this many curves, bands may be strong. */
const FEW_CURVES = 6;

/** From this ratio of largest to smallest on, positive values are drawn on a logarithmic scale. */
const LOGARITHMIC_FROM = 300;

/** The chart as the text of an `<svg>` element. */
export function drawChart(chart: Chart): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const key = chart.key ?? [];
  const top = TITLE_HEIGHT + keyHeight(key, chart.width) + PHASES_HEIGHT;
  const values = valueScale(chart);
  const ticks = values.ticks === undefined ? { tickSpacing: 42 } : { ticks: values.ticks as number[] };
  const tickFormat = chart.unit === "share" ? percent : compact;
  const title = values.type === "log" ? `${chart.title} (logarithmic)` : chart.title;
  const svg = Plot.plot({
    document,
    className: "chart",
    width: chart.width,
    height: chart.height,
    marginTop: top,
    marginLeft: margins.left,
    marginRight: margins.right,
    marginBottom: margins.bottom,
    style: { fontSize: "11.5px", color: "var(--ink)", background: "none" },
    x: { domain: chart.axis.domain, type: "linear" },
    y: values,
    marks: [
      Plot.gridY({ ...ticks, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisY({ ...ticks, tickFormat, label: null, tickSize: 0, color: "var(--muted)" }),
      timeAxisMarks(chart),
      chart.curves.map((curve) => curveMarks(curve, chart)),
      boundaryMarks(chart.axis),
      heading(title, top),
      keyMark(key, TITLE_HEIGHT, chart.width),
    ],
  });
  // Written by hand, because linkedom leaves "<" and "&" in attributes as they are, which no SVG file may hold.
  return svg.outerHTML.replace("<svg ", () => `<svg role="img" aria-label="${escapeHtml(title)}" `);
}

/** Shares have a fixed scale; numbers get a linear one, or a logarithmic one if they span orders of magnitude. */
function valueScale(chart: Chart): Plot.ScaleOptions {
  if (chart.unit === "share") return { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1] };
  const values = chart.curves
    .flatMap((curve) => [...curve.points, ...(curve.raw ?? [])])
    .flatMap((point) => [point.value, point.low ?? point.value, point.high ?? point.value])
    .filter((value) => Number.isFinite(value));
  const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number]);
  const logarithmic = least > 0 && most / least >= LOGARITHMIC_FROM;
  if (logarithmic) return { type: "log", nice: true, ticks: powersOfTen(least, most) };
  // A constant has no extent of its own; a domain around it keeps its line off the frame.
  const domain = least === most ? { domain: [least - (Math.abs(least) || 1), most + (Math.abs(most) || 1)] } : {};
  return { nice: true, ...domain };
}

function powersOfTen(least: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const stride = Math.ceil((last - first + 1) / 7);
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, i) => Number(`1e${first + i * stride}`));
}

function curveMarks(curve: Curve, chart: Chart): Plot.Markish[] {
  const { colour, points } = curve;
  const x = (point: Point) => chart.axis.at(point.step);
  const line = { x, y: "value", stroke: colour, clip: false } as const;
  const banded = points.filter((point) => point.low !== undefined && point.low < point.high!);
  const marks: Plot.Markish[] = [];
  if (banded.length > 1)
    marks.push(Plot.areaY(points, { x, y1: "low", y2: "high", fill: colour, fillOpacity: bandOpacity(chart) }));
  if (curve.raw) marks.push(Plot.lineY(curve.raw, { ...line, strokeOpacity: 0.28, strokeWidth: 1 }));
  const dash = curve.dash ? { strokeDasharray: curve.dash } : {};
  marks.push(Plot.lineY(points, { ...line, strokeWidth: 2, ...dash }));
  if (curve.dots !== undefined || points.length === 1) {
    const title = (point: Point) => dotText(curve.dots ?? "", point, chart.unit);
    marks.push(Plot.dot(points, { x, y: "value", r: 2.4, fill: colour, title }));
  }
  return marks;
}

/** Bands of many agents lie over each other; they must not hide the lines. */
function bandOpacity({ curves }: Chart): number {
  return curves.length > FEW_CURVES ? 0.05 : 0.16;
}

function dotText(label: string, point: Point, unit: Chart["unit"]): string {
  const when = point.step > 0 ? `online step ${count(point.step)}` : `${count(-point.step)} updates before the switch`;
  const value = unit === "share" ? percent(point.value) : compact(Number(point.value.toPrecision(4)));
  return `${label}, ${when}: ${value}`;
}

function timeAxisMarks({ axis, width }: Chart): Plot.Markish[] {
  const ticks = axis.ticks(Math.max(3, width / 85));
  const label = new Map(ticks.map((tick) => [tick.at, tick.label]));
  const [start, end] = axis.domain;
  const wide = width >= 400;
  const counted = wide && axis.hasBothPhases;
  const names = [
    { at: start / 2, text: counted ? "offline updates before the switch" : "offline updates", shown: start < 0 },
    { at: end / 2, text: wide ? "online environment steps" : "online steps", shown: end > 0 },
  ].filter((name) => name.shown);
  return [
    Plot.axisX(
      ticks.map((tick) => tick.at),
      { label: null, tickFormat: (at: number) => label.get(at) ?? "", tickSize: 4, color: "var(--muted)" },
    ),
    Plot.text(names, { x: "at", text: "text", frameAnchor: "bottom", lineAnchor: "top", dy: 25, fill: "var(--muted)" }),
  ];
}

function boundaryMarks(axis: TimeAxis): Plot.Markish[] {
  if (!axis.hasBothPhases) return [];
  const word = { x: [0], frameAnchor: "top", lineAnchor: "bottom", fill: "var(--muted)", fontWeight: 600 } as const;
  return [
    Plot.ruleX([0], { stroke: "var(--ink)", strokeWidth: 1.2, strokeDasharray: "3 3" }),
    Plot.text(["offline \u2190"], { ...word, textAnchor: "end", dx: -6, dy: -5 }),
    Plot.text(["\u2192 online"], { ...word, textAnchor: "start", dx: 6, dy: -5 }),
  ];
}

function heading(title: string, top: number): Plot.Markish {
  return Plot.text([title], {
    frameAnchor: "top-left",
    lineAnchor: "top",
    dx: -margins.left,
    dy: 2 - top,
    fontWeight: 600,
    fontSize: 13,
    fill: "var(--ink)",
  });
}

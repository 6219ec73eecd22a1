/** Series of points with intervals and vertical rules as one SVG file, in the report's colours. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { standalone } from "../../src/report/charts.js";
import { seriesColour } from "../../src/report/palette.js";

export interface PlotPoint {
  readonly series: string;
  readonly x: number;
  readonly y: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export interface PlotDefinition {
  readonly title: string;
  readonly x: { readonly label: string; readonly ticks: readonly number[] };
  readonly y: { readonly domain?: readonly [number, number] };
  readonly points: readonly PlotPoint[];
  readonly rules?: readonly { readonly series: string; readonly x: number; readonly label: string }[];
}

const atEnd = { x: "x", y: "y", text: "series", textAnchor: "start", dx: 8 } as const;

/** Names of lines that end close to each other stand apart, in pixels. */
function shiftOf(end: PlotPoint, ends: readonly PlotPoint[]): number {
  const values = ends.map(({ y }) => y);
  const close = 0.04 * (Math.max(...values) - Math.min(...values));
  const neighbour = ends.find((other) => other !== end && Math.abs(other.y - end.y) < close);
  return neighbour === undefined ? 0 : 7 * Math.sign(neighbour.y - end.y || 1);
}

const [width, height] = [760, 340];

export function drawPlot({ title, x, y, points, rules = [] }: PlotDefinition): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const names = [...new Set(points.map(({ series }) => series))];
  const colour = ({ series }: { readonly series: string }) => seriesColour(names.indexOf(series));
  const spread = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  const ends = names.map((name) => points.findLast(({ series }) => series === name)!);
  const svg = Plot.plot({
    ...{ document, width, height, marginTop: 56, marginLeft: 60, marginRight: 120, marginBottom: 44 },
    style: { fontSize: "12px", color: "var(--ink)", background: "none" },
    x: { label: null },
    y: { label: null, ...(y.domain ? { domain: [...y.domain] } : { nice: true }) },
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisX([...x.ticks], { tickFormat: (tick: number) => String(tick).replace("-", "−"), label: x.label }),
      Plot.axisY({ label: null, tickSize: 0 }),
      Plot.ruleX([...rules], { x: "x", stroke: colour, strokeDasharray: "4 3" }),
      Plot.text([...rules], { x: "x", text: "label", frameAnchor: "top", dy: -8, fill: colour, lineAnchor: "bottom" }),
      Plot.ruleX(spread, { x: "x", y1: "low", y2: "high", stroke: colour, strokeWidth: 1.5 }),
      Plot.line([...points], { x: "x", y: "y", z: "series", stroke: colour, strokeWidth: 2 }),
      Plot.dot([...points], { x: "x", y: "y", r: 3, fill: colour }),
      ends.map((end) => Plot.text([end], { ...atEnd, dy: shiftOf(end, ends), fill: colour(end) })),
      Plot.text([title], { frameAnchor: "top-left", dx: -50, dy: -50, fontWeight: 600, fontSize: 14 }),
    ],
  });
  return standalone(svg.outerHTML, width, height);
}

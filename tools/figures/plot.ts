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

const [width, height] = [760, 340];
const margins = { marginTop: 56, marginLeft: 60, marginBottom: 44 } as const;
/** Between the names of two lines, and for each letter of one, in pixels. */
const [lineHeight, letterWidth] = [14, 6.4];

/** How far each name is moved down from its line's end, in pixels: names of lines that end close to each other stand apart. */
function shiftsOf(ends: readonly PlotPoint[], range: number): number[] {
  const perPixel = range / (height - margins.marginTop - margins.marginBottom);
  const shifts = ends.map(() => 0);
  let next = Number.NEGATIVE_INFINITY;
  for (const i of ends.map((_, i) => i).sort((a, b) => ends[b]!.y - ends[a]!.y)) {
    const at = -ends[i]!.y / perPixel;
    shifts[i] = Math.max(next - at, 0);
    next = at + shifts[i]! + lineHeight;
  }
  return shifts;
}

export function drawPlot({ title, x, y, points, rules = [] }: PlotDefinition): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const names = [...new Set(points.map(({ series }) => series))];
  const colour = ({ series }: { readonly series: string }) => seriesColour(names.indexOf(series));
  const spread = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  const values = points.flatMap(({ y, low = y, high = y }) => [y, low, high]);
  const ends = names.map((name) => points.findLast(({ series }) => series === name)!);
  const range = y.domain ? y.domain[1] - y.domain[0] : Math.max(...values) - Math.min(...values);
  const shifts = shiftsOf(ends, range);
  const marginRight = 16 + letterWidth * Math.max(...names.map((name) => name.length));
  const svg = Plot.plot({
    ...{ document, width, height, ...margins, marginRight },
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
      ends.map((end, i) => Plot.text([end], { ...atEnd, dy: shifts[i]!, fill: colour(end) })),
      Plot.text([title], { frameAnchor: "top-left", dx: -50, dy: -50, fontWeight: 600, fontSize: 14 }),
    ],
  });
  return standalone(svg.outerHTML, width, height);
}

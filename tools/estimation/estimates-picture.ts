/** Estimates against the truth, a panel for each method, as one SVG file in the report's colours. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { standalone } from "../../src/report/charts.js";
import { seriesColour } from "../../src/report/palette.js";
import type { SetResult } from "./scores.js";

const [width, height] = [760, 560];
const columns = 3;
/** What lies beyond is drawn at the edge. */
const [least, most] = [-0.3, 1.5];

interface Point {
  readonly truth: number;
  readonly value: number;
  readonly kind: string;
  readonly column: number;
  readonly row: number;
}

export function estimatesPicture(results: readonly SetResult[], methods: readonly string[]): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const kinds = [...new Set(results.map(({ kind }) => kind))];
  const panels = methods.map((method, i) => ({ method, column: i % columns, row: Math.floor(i / columns) }));
  const points = panels.flatMap(({ method, ...place }) =>
    results.flatMap(({ truths, kind, methods: found }) =>
      truths.map((truth, i): Point => {
        const { value } = found[method]!.values[i]!;
        return { truth, value: Math.max(least, Math.min(most, value)), kind, ...place };
      }),
    ),
  );
  const place = { fx: "column", fy: "row" } as const;
  const highest = Math.max(...points.map(({ truth }) => truth));
  const diagonal = panels.flatMap((panel) => [0, highest].map((at) => ({ ...panel, at })));
  const svg = Plot.plot({
    ...{ document, width, height, marginTop: 56, marginLeft: 44, marginBottom: 40 },
    style: { fontSize: "12px", color: "var(--ink)", background: "none" },
    fx: { axis: null, padding: 0.08 },
    fy: { axis: null, padding: 0.16 },
    x: { label: "true value" },
    y: { label: null, domain: [least, most] },
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisX({ ticks: 4, tickSize: 0, label: "true value" }),
      Plot.axisY({ ticks: 4, tickSize: 0, label: null }),
      Plot.line(diagonal, { ...place, x: "at", y: "at", z: "method", stroke: "var(--muted)", strokeDasharray: "4 3" }),
      Plot.dot(points, {
        ...place,
        x: "truth",
        y: "value",
        r: 2.2,
        fill: (d: Point) => seriesColour(kinds.indexOf(d.kind)),
      }),
      Plot.text(panels, { ...place, text: "method", frameAnchor: "top-left", dy: -13, fontWeight: 600 }),
      kinds.map((kind, i) =>
        Plot.text([panels[0]!], {
          ...{ ...place, text: () => `● ${kind}s`, frameAnchor: "top-left", dx: 330 + 110 * i, dy: -46 },
          fill: seriesColour(i),
        }),
      ),
      Plot.text([panels[0]!], {
        ...{ ...place, text: () => "Estimates against the truth", frameAnchor: "top-left", dx: -36, dy: -46 },
        ...{ fontWeight: 600, fontSize: 14 },
      }),
    ],
  });
  return standalone(svg.outerHTML, width, height);
}

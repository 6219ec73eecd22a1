/**
 * The key of a chart: a short sample of each line with its name, in rows below the title. It is drawn into the chart
 * itself, so that an image saved alone still says what its lines are.
 */
import type { RenderFunction } from "@observablehq/plot";

export interface KeyEntry {
  readonly label: string;
  /** A CSS colour. */
  readonly colour: string;
  readonly dash?: string;
}

const ROW_HEIGHT = 19;
const SAMPLE_WIDTH = 22;
const GAP = 18;
/** A generous mean width of a character at this font size: SVG cannot measure text before it is shown. */
const CHARACTER_WIDTH = 6.9;

interface Placed extends KeyEntry {
  readonly x: number;
  readonly row: number;
}

/** The height in pixels that the key takes from a chart of this width. */
export function keyHeight(entries: readonly KeyEntry[], width: number): number {
  const last = place(entries, width).at(-1);
  return last === undefined ? 0 : (last.row + 1) * ROW_HEIGHT;
}

/** A mark for Plot that draws the key `top` pixels below the upper edge. */
export function keyMark(entries: readonly KeyEntry[], top: number, width: number): RenderFunction {
  return (_index, _scales, _values, _dimensions, context) => {
    const { document } = context;
    const element = (name: string, attributes: Record<string, string | number>, text = "") => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
      node.textContent = text;
      return node;
    };
    const group = element("g", { "text-anchor": "start" });
    for (const { x, row, label, colour, dash } of place(entries, width)) {
      const y = top + (row + 0.5) * ROW_HEIGHT;
      const line = { x1: x, x2: x + SAMPLE_WIDTH, y1: y, y2: y, stroke: colour, "stroke-width": 2.4 };
      group.append(element("line", { ...line, ...(dash ? { "stroke-dasharray": dash } : {}) }));
      group.append(element("text", { x: x + SAMPLE_WIDTH + 6, y, dy: "0.35em", fill: "var(--ink)" }, label));
    }
    return group;
  };
}

function place(entries: readonly KeyEntry[], width: number): Placed[] {
  const placed: Placed[] = [];
  let x = 0;
  let row = 0;
  for (const entry of entries) {
    const needed = SAMPLE_WIDTH + 6 + entry.label.length * CHARACTER_WIDTH;
    if (x > 0 && x + needed > width) {
      x = 0;
      row++;
    }
    placed.push({ ...entry, x, row });
    x += needed + GAP;
  }
  return placed;
}

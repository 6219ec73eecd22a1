/**
 * What a dataset covers: the visits of every little square of a plane, drawn as static SVG, in the world's own
 * directions (x to the right, y up). For data whose first two observed numbers are a place in metres, as in the mazes.
 */
import { vectorSizeOf } from "../data/columns.js";
import { type Dataset, type Episode, stateOf } from "../data/episode.js";
import { UsageError } from "../errors.js";
import { compact, count } from "./format.js";
import { escapeHtml } from "./html.js";
import { paletteCss } from "./palette.js";

export interface CoverageOptions {
  readonly title: string;
  /** The edge of a square in metres. */
  readonly cell?: number;
}

interface Histogram {
  readonly cell: number;
  /** The corner of the first square, in squares from the origin. */
  readonly left: number;
  readonly bottom: number;
  readonly columns: number;
  readonly rows: number;
  /** [rows * columns], from the bottom row on. */
  readonly visits: Uint32Array;
  /** 1 where a reward was positive. */
  readonly rewarded: Uint8Array;
}

/** Pixels of a square, around the plane, and from one entry of the key to the next. */
const scale = 8;
const keyStep = 50;
const margins = { left: 34, right: 10, top: 48, bottom: 26 };
const narrowest = 344;

/** Metres between the numbers along an axis. */
const tickEvery = 4;

/** Visits from which on a square is drawn in the next darker shade. */
const shades = [1, 10, 100, 1000, 10_000] as const;

/** More squares than that along an edge are no place in a maze. */
const mostSquares = 1000;

/**
 * The visits of a dataset as the text of an `<svg>` element; squares in which a reward was positive are drawn green.
 * @throws UsageError if the data have no two numbers to be a place, or if they spread too far to be drawn
 */
export function drawCoverage(dataset: Dataset, { title, cell = 0.5 }: CoverageOptions): string {
  const histogram = countVisits(dataset, cell);
  const { columns, rows } = histogram;
  const width = Math.max(margins.left + scale * columns + margins.right, narrowest);
  const height = margins.top + scale * rows + margins.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<style>${paletteCss("svg")}\nsvg { background: var(--paper); } text { fill: var(--ink); }</style>`,
    `<text x="${margins.left}" y="17" font-size="13" font-weight="600">${escapeHtml(title)}</text>`,
    key(margins.left),
    `<g transform="translate(${margins.left} ${margins.top})">`,
    ...squares(histogram),
    frame(histogram),
    "</g>",
    "</svg>",
  ].join("\n");
}

function countVisits(dataset: Dataset, cell: number): Histogram {
  const { episodes } = dataset;
  const size = vectorSizeOf(dataset.observations) ?? 0;
  if (size < 2) throw new UsageError("Coverage is drawn of places: the data must observe x and y first, in metres.");
  const [x, y] = [extent(episodes, size, 0, cell), extent(episodes, size, 1, cell)];
  const columns = x.last - x.first + 1;
  const rows = y.last - y.first + 1;
  if (!(columns <= mostSquares && rows <= mostSquares))
    throw new UsageError(
      `The first two observed numbers spread over ${count(columns)} x ${count(rows)} squares of ${cell} m, or are not finite: that is no place in a maze, and coverage cannot be drawn.`,
    );
  const visits = new Uint32Array(columns * rows);
  const rewarded = new Uint8Array(columns * rows);
  for (const { length, observations: parts, rewards } of episodes) {
    const observations = stateOf(parts);
    for (let step = 0; step < length; step++) {
      const column = Math.floor(observations[step * size]! / cell) - x.first;
      const row = Math.floor(observations[step * size + 1]! / cell) - y.first;
      visits[row * columns + column]!++;
      if (rewards[step]! > 0) rewarded[row * columns + column] = 1;
    }
  }
  return { cell, left: x.first, bottom: y.first, columns, rows, visits, rewarded };
}

/** The first and last square that one of the two coordinates ever lies in. */
function extent(episodes: readonly Episode[], size: number, axis: 0 | 1, cell: number) {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { length, observations: parts } of episodes) {
    const observations = stateOf(parts);
    for (let step = 0; step < length; step++) {
      const square = Math.floor(observations[step * size + axis]! / cell);
      if (!(square >= first)) first = square;
      if (!(square <= last)) last = square;
    }
  }
  return { first, last };
}

/** One path a shade and colour: horizontal runs of equal squares. */
function squares({ columns, rows, visits, rewarded }: Histogram): string[] {
  const shadeOf = (index: number) => shades.filter((least) => visits[index]! >= least).length;
  const paths = new Map<string, string[]>();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; ) {
      const index = row * columns + column;
      let run = 1;
      while (
        column + run < columns &&
        shadeOf(index + run) === shadeOf(index) &&
        rewarded[index + run] === rewarded[index]
      )
        run++;
      const attributes = square(shadeOf(index), rewarded[index] === 1);
      const drawn = `M${column * scale} ${(rows - 1 - row) * scale}h${run * scale}v${scale}h${-run * scale}z`;
      if (visits[index]! > 0) paths.set(attributes, [...(paths.get(attributes) ?? []), drawn]);
      column += run;
    }
  }
  return [...paths].map(([attributes, drawn]) => `<path ${attributes} d="${drawn.join("")}"/>`);
}

function square(shade: number, isRewarded: boolean): string {
  return `fill="var(--series-${isRewarded ? 2 : 0})" fill-opacity="${(0.1 + (0.9 * shade) / shades.length).toFixed(2)}"`;
}

/** The border, and the numbers in metres along the axes. */
function frame({ cell, left, bottom, columns, rows }: Histogram): string {
  const [width, height] = [columns * scale, rows * scale];
  const at = (metres: number, first: number) => (metres / cell - first) * scale;
  const along = ticks(left * cell, (left + columns) * cell).map(
    (metres) => `<text x="${at(metres, left)}" y="${height + 15}">${compact(metres)}</text>`,
  );
  const up = ticks(bottom * cell, (bottom + rows) * cell).map(
    (metres) => `<text x="-6" y="${height - at(metres, bottom) + 4}">${compact(metres)}</text>`,
  );
  const border = `<rect width="${width}" height="${height}" fill="none" stroke="var(--line)"/>`;
  return `${border}<g text-anchor="middle">${along.join("")}</g><g text-anchor="end">${up.join("")}</g>`;
}

/** The multiples of `tickEvery` between two places, in metres. */
function ticks(from: number, to: number): number[] {
  const first = Math.ceil(from / tickEvery);
  return Array.from({ length: Math.floor(to / tickEvery) - first + 1 }, (_, i) => (first + i) * tickEvery);
}

function key(x: number): string {
  const entry = (at: number, attributes: string, label: string) =>
    `<rect x="${at}" y="27" width="12" height="12" ${attributes}/><text x="${at + 16}" y="37">${label}</text>`;
  const visits = shades.map((least, i) => entry(x + i * keyStep, square(i + 1, false), `${compact(least)}+`));
  return `${visits.join("")}${entry(x + shades.length * keyStep, square(shades.length, true), "reward")}`;
}

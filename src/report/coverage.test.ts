import { describe, expect, it } from "vitest";
import { vectorParts } from "../data/columns.js";
import { type Dataset, packEpisode } from "../data/episode.js";
import { drawCoverage } from "./coverage.js";

/** An episode through places [x, y], rewarded in its last step if it was a success. */
function through(places: readonly (readonly [number, number])[], success: boolean): Dataset["episodes"][number] {
  const rows = places.map((place) => Float32Array.from(place));
  const rewards = rows.slice(1).map((_, i) => Number(success && i === rows.length - 2));
  return packEpisode(
    rows,
    rewards.map(() => new Float32Array(1)),
    rewards,
    success,
  );
}

const dataset = (episodes: Dataset["episodes"], observationSize = 2): Dataset => ({
  source: "test",
  observations: vectorParts(observationSize),
  actionSize: 1,
  episodes,
});

/** The squares that are drawn, "column,row" from the top left, by the colour's variable and opacity. */
function squaresOf(svg: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [, series, opacity, path] of svg.matchAll(
    /<path fill="var\(--series-(\d)\)" fill-opacity="([\d.]+)" d="(.*?)"/g,
  )) {
    const squares = [...path!.matchAll(/M(\d+) (\d+)h(\d+)v8h-\d+z/g)].flatMap(([, x, y, run]) =>
      Array.from({ length: Number(run) / 8 }, (_, i) => `${Number(x) / 8 + i},${Number(y) / 8}`),
    );
    found.set(`${series} ${opacity}`, squares);
  }
  return found;
}

describe("the picture of a dataset's coverage", () => {
  it("draws the squares in which steps began: y up, shades by the number of steps, green where rewarded", () => {
    const often = Array.from({ length: 13 }, () => [0.6, 0.1] as const);
    const svg = drawCoverage(
      dataset([
        through([...often, [1.2, 1.4], [9, 9]], true),
        through(
          [
            [-0.3, 0.2],
            [5, 5],
          ],
          false,
        ),
      ]),
      { title: "a <b>" },
    );
    expect(squaresOf(svg)).toEqual(
      new Map([
        ["2 0.28", ["3,0"]],
        ["0 0.28", ["0,2"]],
        ["0 0.46", ["2,2"]],
      ]),
    );
    expect(svg).toContain('aria-label="a &lt;b&gt;"');
  });

  it("joins equal neighbours in a row and is the same for the same data", () => {
    const row = dataset([
      through(
        [
          [0.1, 0.1],
          [0.6, 0.1],
          [1.1, 0.1],
          [1.6, 0.1],
        ],
        false,
      ),
    ]);
    const svg = drawCoverage(row, { title: "row" });
    expect(svg).toContain('d="M0 0h24v8h-24z"');
    expect(drawCoverage(row, { title: "row" })).toBe(svg);
    expect(squaresOf(drawCoverage(row, { title: "row", cell: 1 }))).toEqual(new Map([["0 0.28", ["0,0", "1,0"]]]));
  });

  it("refuses data that hold no place", () => {
    const one = dataset(
      [packEpisode([new Float32Array(1), new Float32Array(1)], [new Float32Array(1)], [0], false)],
      1,
    );
    expect(() => drawCoverage(one, { title: "one" })).toThrow("the data must observe x and y first, in metres");
    const [near, far, nowhere] = [
      [0, 0],
      [4000, 0],
      [Number.NaN, 0],
    ] as const;
    for (const place of [far, nowhere])
      expect(() => drawCoverage(dataset([through([near, place, near], false)]), { title: "far" })).toThrow(
        "that is no place in a maze, and coverage cannot be drawn",
      );
  });
});

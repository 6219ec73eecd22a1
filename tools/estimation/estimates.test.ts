/** The whole of it in a small form: every method's intervals hold the truth as often as they must, and its table is told. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scoresText } from "./estimates-command.js";
import { estimatesPicture } from "./estimates-picture.js";
import { measureAll } from "./measure.js";
import { type SetResult, scoresOf } from "./scores.js";
import { plannedSets, readSetup } from "./setup.js";

const full = readSetup("reproductions/r-estimates.yaml");
const small = {
  ...full,
  gridworlds: { ...full.gridworlds, tasks: full.gridworlds.tasks.slice(0, 1) },
  shops: { ...full.shops, tasks: full.shops.tasks.slice(0, 1) },
  episodes: [150, 400],
  judged: full.judged.slice(1, 4),
  resamples: 100,
  fit: { ...full.fit, updates: 400 },
};
const folder = mkdtempSync(join(tmpdir(), "calql-estimates-"));
const file = join(folder, "results.jsonl");
afterAll(() => rmSync(folder, { recursive: true }));

it("the file names at least 200 pairs of a data set and a policy, no two of the same name", () => {
  const sets = plannedSets(full);
  expect(sets.length * full.judged.length).toBeGreaterThanOrEqual(200);
  expect(new Set(sets.map(({ name }) => name)).size).toBe(sets.length);
  expect(new Set(sets.map(({ seed }) => seed)).size).toBe(sets.length);
});

describe("in a small form", () => {
  let results: SetResult[] = [];
  beforeAll(async () => {
    results = await measureAll(small, file, () => {});
  }, 300_000);

  it.each([
    ["fitted Q", 0.7, 0.6, 0.8],
    ["doubly robust", 0.7, 0.6, 0.7],
    ["self-normalised per-decision", 0.7, 1, 0.6],
    ["per-decision", 0.6, 1.2, 0.5],
    ["self-normalised doubly robust", 0.7, 0.8, 0.6],
  ])("%s covers the truth, comes near it and ranks policies", (method, coverage, error, rank) => {
    const scores = scoresOf(results, method);
    expect(scores.coverage).toBeGreaterThan(coverage);
    expect(scores.error).toBeLessThan(error);
    expect(scores.rankCorrelation).toBeGreaterThan(rank);
    expect(scores.toldWrongly).toBeLessThan(0.1);
  });

  it("what was logged says the same of every policy, and is right about few", () => {
    const scores = scoresOf(results, "as logged");
    expect(scores.coverage).toBeLessThan(0.5);
    expect([scores.rankCorrelation, scores.told]).toEqual([0, 0]);
  });

  it("goes on from what is there, to the same figures, and refuses that of another setup", async () => {
    const whole = readFileSync(file, "utf8");
    writeFileSync(file, whole.split("\n").slice(0, -2).join("\n").concat("\n"));
    const done: number[] = [];
    expect(await measureAll(small, file, (count) => done.push(count))).toEqual(results);
    expect([done, readFileSync(file, "utf8")]).toEqual([[results.length], whole]);
    await expect(measureAll({ ...small, resamples: 200 }, file, () => {})).rejects.toThrow(
      "holds the estimates of another setup; name another file, or remove it.",
    );
  }, 300_000);

  it("stands in tables by method and group, and in a picture with a panel a method", () => {
    const text = scoresText(results);
    expect(text).toMatch(/^4 data sets, 12 pairs/);
    expect(text).toMatch(/coverage +150 episodes +400 episodes +gridworlds +shops/);
    const picture = estimatesPicture(results, ["fitted Q", "doubly robust"]);
    expect(picture.match(/<circle/g)).toHaveLength(2 * 12);
    expect(picture).toContain("fitted Q");
  });
});

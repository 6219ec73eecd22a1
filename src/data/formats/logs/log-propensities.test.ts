/** The logged probabilities of choices: how logs say them, and that they come back from every format that keeps them. */
import { describe, expect, it, test } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { type Dataset, splitAtTerminations } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import { mergeDatasets } from "../../merge.js";
import type { DatasetFormat, ReadOptions } from "../format.js";
import { calqlFormat, csvFormat, jsonLinesFormat, parquetFormat } from "../formats.js";
import { MemoryTarget } from "../memory-target.fixture.js";
import { notesOf, readRows, readText } from "./log.fixture.js";

const mapping = { actions: { discrete: 3 } };
const row = (episode: string, step: number, propensity: unknown, more: object = {}) => {
  return {
    episode,
    step,
    observation: [step],
    action: step % 3,
    reward: 1,
    terminated: step === 2,
    propensity,
    ...more,
  };
};
const rows = [row("a", 0, 0.5), row("a", 1, 1), row("a", 2, 0.125), row("b", 0, 0.25), row("b", 1, 0.75)];
const float32 = (...values: number[]) => Float32Array.from(values);
/** Of episode b the last row only tells an observation: its action and its propensity are no step. */
const expected = [float32(0.5, 1, 0.125), float32(0.25)];
const propensities = ({ episodes }: Dataset) => episodes.map((episode) => episode.propensities);

test("a column of that name, or the one that the mapping names, holds them", async () => {
  const usual = await readRows(rows, { mapping });
  expect(usual.hasPropensities).toBe(true);
  expect(propensities(usual)).toEqual(expected);
  expect(notesOf(usual)).not.toContain("not used: propensity");
  const renamed = rows.map(({ propensity, ...others }) => ({ ...others, p: propensity }));
  expect(propensities(await readRows(renamed, { mapping: { ...mapping, propensity: "p" } }))).toEqual(expected);
  const csv = "id,x,a,reward,propensity\n1,0,0,1,0.5\n1,1,2,1,0.25\n1,2,,,\n";
  const named = { ...mapping, episode: "id", observation: "x", action: "a" };
  expect(propensities(await readText(csv, { mapping: named }, csvFormat))).toEqual([float32(0.5, 0.25)]);
});

test("without the column, or with --ignore, there are none", async () => {
  const without = await readRows(
    rows.map(({ propensity: _, ...others }) => others),
    { mapping },
  );
  const ignored = await readRows(rows, { mapping, ignore: ["propensity"] });
  for (const dataset of [without, ignored]) {
    expect(dataset).not.toHaveProperty("hasPropensities");
    expect(propensities(dataset)).toEqual([undefined, undefined]);
  }
});

describe("what is no probability of an action that was taken", () => {
  it.each([
    [0, 'line 2: column "propensity" is 0, where a probability above 0 and at most 1 belongs, as the action was taken'],
    [1.01, 'line 2: column "propensity" is 1.01, where a probability above 0'],
    [1e-60, 'line 2: column "propensity" is 1e-60, where'],
    [null, 'line 2: column "propensity" is empty where a probability above 0 and at most 1 belongs'],
    ["0.5", 'line 2: column "propensity" is "0.5" where a probability above 0 and at most 1 belongs'],
  ])("%j is refused with its place", async (value, sentence) => {
    const faulty = rows.with(1, row("a", 1, value));
    await expect(readRows(faulty, { mapping })).rejects.toThrow(sentence);
    expect(propensities(await readRows(faulty, { mapping, dropFaulty: true }))).toEqual([expected[1]]);
  });
});

test("vectors have none: a mapping that names them is refused, a column that is merely called so is left alone", async () => {
  const dataset = await readRows(rows);
  expect(dataset).not.toHaveProperty("hasPropensities");
  expect(notesOf(dataset)).toContain('not used: "propensity"');
  await expect(readRows(rows, { mapping: { propensity: "propensity" } })).rejects.toThrow(
    'The mapping says the propensity (propensity), and the actions of "log" are vectors, which have none of that;',
  );
});

const readBack: readonly (readonly [string, DatasetFormat, ReadOptions])[] = [
  ["data.calql", calqlFormat, {}],
  ["log.jsonl", jsonLinesFormat, {}],
  ["log.parquet", parquetFormat, { mapping }],
];

test.each(readBack)("%s gives them back to the bit", async (name, format, options) => {
  const dataset = await readRows(rows, { mapping });
  dataset.episodes[0]!.propensities!.set([0.1, 1 / 3, 1]);
  const target = new MemoryTarget();
  const sink = await format.create!(target, dataset);
  for (const episode of dataset.episodes) await sink.write(episode);
  await sink.finish();
  const back = await loadDataset(await format.open(filesInMemory(name, target.contents()), options));
  expect(back.hasPropensities).toBe(true);
  expect(propensities(back)).toEqual([float32(0.1, 1 / 3, 1), expected[1]]);
});

test("what is no propensity is not written", async () => {
  const dataset = await readRows(rows, { mapping });
  dataset.episodes[0]!.propensities![2] = 0;
  const sink = await calqlFormat.create!(new MemoryTarget(), dataset);
  await expect(sink.write(dataset.episodes[0]!)).rejects.toThrow("its propensity in step 2 is 0, where a probability");
});

test("pieces of an episode keep theirs; a merger has them where all do, and says so where some do not", async () => {
  const dataset = await readRows(rows, { mapping });
  dataset.episodes[0]!.terminated[0] = 1;
  expect(propensities(splitAtTerminations(dataset))).toEqual([float32(0.5), float32(1, 0.125), expected[1]]);
  expect(mergeDatasets([dataset, dataset]).hasPropensities).toBe(true);
  const without = await readRows(rows, { mapping, ignore: ["propensity"] });
  const mixed = mergeDatasets([dataset, { ...without, source: "other" }]);
  expect(mixed).not.toHaveProperty("hasPropensities");
  expect(propensities(mixed)).toEqual([undefined, undefined, undefined, undefined]);
  expect(notesOf(mixed)).toContain('no propensities: "other" says none');
});

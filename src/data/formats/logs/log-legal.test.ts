/** Which actions were legal: how logs say it, where the masks go, and what contradicts them. */
import { describe, expect, it, test } from "vitest";
import { vectorParts } from "../../columns.js";
import { filesInMemory } from "../../containers/files.js";
import type { Dataset } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import { toTransitions } from "../../transitions.js";
import type { DatasetFormat } from "../format.js";
import { calqlFormat, jsonLinesFormat, parquetFormat } from "../formats.js";
import { MemoryTarget } from "../memory-target.fixture.js";
import { readRows } from "./log.fixture.js";

const mapping = { actions: { discrete: 3 } };
const row = (step: number, action: number | null, legal: unknown, more: object = {}) => {
  return {
    episode: "a",
    step,
    observation: [step],
    action,
    reward: action === null ? null : 1,
    terminated: false,
    legal,
    ...more,
  };
};
const rows = [row(0, 1, [0, 1, 1]), row(1, 0, [1, true, false]), row(2, 2, [0, 0, 1], { terminated: true })];
const masks = ({ episodes }: Dataset) => [...episodes[0]!.observations.legal!];

test("a mask is a part of the observation, and the next state's is that of the next row", async () => {
  const dataset = await readRows(rows, { mapping });
  expect(dataset.observations).toEqual({ ...vectorParts(1), legal: { type: "float32", shape: [3] } });
  // The task ended with the last row: its own stands in for the next, which nothing reads.
  expect(masks(dataset)).toEqual([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]);
  const { rows: transitions } = toTransitions(dataset.episodes, { discreteActions: 3 });
  expect([...transitions["observations/legal"]!]).toEqual([0, 1, 1, 1, 1, 0, 0, 0, 1]);
  expect([...transitions["nextObservations/legal"]!].slice(0, 6)).toEqual([1, 1, 0, 0, 0, 1]);
});

test("a last row without an action says the mask of the last state, or the one before it stands for it", async () => {
  const first = [row(0, 1, [0, 1, 1]), row(1, 0, [1, 1, 0])];
  expect(masks(await readRows([...first, row(2, null, [0, 0, 1])], { mapping })).slice(6)).toEqual([0, 0, 1]);
  expect(masks(await readRows([...first, row(2, null, null)], { mapping })).slice(6)).toEqual([1, 1, 0]);
  const other = { ...row(0, 2, [0, 0, 1]), episode: "b" };
  const mixed = [first[0]!, first[1]!, other, row(2, null, null), { ...row(1, null, null), episode: "b" }];
  const { episodes } = await readRows(mixed, { mapping: { ...mapping, interleaved: true } });
  expect(episodes.map(({ observations }) => [...observations.legal!].slice(-3))).toEqual([
    [1, 1, 0],
    [0, 0, 1],
  ]);
});

test("lists of the legal actions are told apart from masks by the mapping: numbers, or categories", async () => {
  // As a mask the first would say that action 1 alone is legal, as actions that 0 and 1 are.
  const two = [0, 1].map((step) => row(step, 1, [0, 1], { terminated: step === 1 }));
  const count = { actions: { discrete: 2 } };
  expect(masks(await readRows(two, { mapping: count })).slice(0, 2)).toEqual([0, 1]);
  const listed = { legal: { column: "legal", as: "actions" } };
  expect(masks(await readRows(two, { mapping: { ...count, ...listed } })).slice(0, 2)).toEqual([1, 1]);
  const named = [["buy", "wait"], ["wait"]].map((legal, step) => ({
    ...row(step, 0, legal),
    action: "wait",
    terminated: step === 1,
  }));
  const categories = { action: { column: "action", categories: ["buy", "sell", "wait"] }, ...listed };
  expect(masks(await readRows(named, { mapping: categories })).slice(0, 6)).toEqual([1, 0, 1, 0, 0, 1]);
});

describe("what contradicts itself", () => {
  it.each([
    [
      [1, 0, 1],
      {},
      'line 2: column "legal" does not have the action of its own row, 1, among the legal ones; correct the row, or say --ignore legal if it is something else.',
    ],
    [[0, 1], {}, 'line 2: column "legal" has 2 numbers where there are 3 actions;'],
    [[0, 1, 2], {}, 'line 2: column "legal" holds 2 where 0 or 1 belongs;'],
    [null, {}, 'line 2: column "legal" is empty where a list of 3 zeros and ones belongs;'],
    ["yes", {}, 'line 2: column "legal" is "yes" where a list of 3 zeros and ones belongs;'],
    [
      [1, 3],
      { legal: { column: "legal", as: "actions" } },
      'line 2: column "legal" names 3, which is none of the 3 actions; correct the row.',
    ],
    [[], { legal: { column: "legal", as: "actions" } }, 'line 2: column "legal" has no legal action; correct the row.'],
  ])("%j %j is refused with its place", async (legal, more, sentence) => {
    const listed = "legal" in more;
    const first = row(0, 1, listed ? [1] : [0, 1, 0]);
    const faulty = [first, row(1, 1, legal), row(2, 1, listed ? [1] : [0, 1, 0], { terminated: true })];
    await expect(readRows(faulty, { mapping: { ...mapping, ...more } })).rejects.toThrow(sentence);
  });

  it("is a mask of actions that are vectors", async () => {
    await expect(readRows(rows, { mapping: { legal: "legal" } })).rejects.toThrow(
      "The mapping says which actions are legal (legal), and the actions of",
    );
    expect((await readRows(rows)).observations).toEqual(vectorParts(1));
    expect((await readRows(rows, { mapping, ignore: ["legal"] })).observations).toEqual(vectorParts(1));
  });
});

const formats: readonly (readonly [string, DatasetFormat, object])[] = [
  ["data.calql", calqlFormat, {}],
  ["log.jsonl", jsonLinesFormat, {}],
  ["log.parquet", parquetFormat, { mapping }],
];

test.each(formats)("%s gives masks back", async (name, format, options) => {
  const dataset = await readRows(rows, { mapping });
  const target = new MemoryTarget();
  const sink = await format.create!(target, dataset);
  for (const episode of dataset.episodes) await sink.write(episode);
  await sink.finish();
  const back = await loadDataset(await format.open(filesInMemory(name, target.contents()), options));
  expect(back.observations).toEqual(dataset.observations);
  expect(back.episodes).toEqual(dataset.episodes);
});

test("an action that its mask forbids is not written", async () => {
  const dataset = await readRows(rows, { mapping });
  dataset.episodes[0]!.actions[1] = 2;
  const sink = await calqlFormat.create!(new MemoryTarget(), dataset);
  await expect(sink.write(dataset.episodes[0]!)).rejects.toThrow("its action 2 in step 1 is not legal by its mask");
});

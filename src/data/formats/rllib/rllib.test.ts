/**
 * RLlib's batches against those that Python wrote in its layout, and against what may be wrong with them.
 */
import { expect, test } from "vitest";
import { DataError, UsageError } from "../../../errors.js";
import { filesInMemory } from "../../containers/files.js";
import { episodeOf } from "../../containers/tables.fixture.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { recogniseFormat, rllibFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { expectedLogs, logFile, notesOf, readText, summaryOf } from "../logs/log.fixture.js";

const steps = [0, 1, 2];

/** A batch of one episode of three steps. */
const batch = (more: object = {}) => ({
  type: "SampleBatch",
  eps_id: [5, 5, 5],
  t: steps,
  obs: steps.map((step) => [step, 0.5]),
  actions: steps.map((step) => [step]),
  rewards: [1, 2, 3],
  dones: [false, false, true],
  ...more,
});

const read = (batches: readonly object[], options: ReadOptions = {}) =>
  readText(batches.map((line) => JSON.stringify(line)).join("\n"), options, rllibFormat);

test.each(["rllib.json", "rllib-old.json", "rllib-agents.json"])("%s gives Python's numbers", async (name) => {
  const files = logFile(name);
  const format = await recogniseFormat(files);
  expect(format.id).toBe("rllib");
  const dataset = await loadDataset(await format.open(files, {}));
  expect(dataset.episodes).toEqual(expectedLogs.rllib.map(episodeOf));
});

test("a folder of its files, of which each of several workers wrote one", async () => {
  const text = (name: string) => logFile(name).open(name).read(0, logFile(name).open(name).size);
  const late = new TextEncoder().encode(JSON.stringify(batch({ eps_id: [9, 9, 9] })));
  const contents = new Map([
    ["output-1_worker-1_0.json", text("rllib-old.json")],
    ["output-1_worker-2_0.json", late],
  ]);
  const files = filesInMemory("out", contents);
  const format = await recogniseFormat(files);
  expect(format.id).toBe("rllib");
  const error = await loadDataset(await format.open(files, {})).catch((thrown: unknown) => thrown);
  expect((error as Error).message).toBe(
    '"out": line 1 of "output-1_worker-2_0.json" (row 0): column "obs" has 2 numbers where the first row has 3; store the same number in each.',
  );
  const wide = JSON.stringify(
    batch({ eps_id: [9, 9, 9], obs: steps.map(() => [1, 2, 3]), actions: steps.map(() => [0, 1]) }),
  );
  contents.set("output-1_worker-2_0.json", new TextEncoder().encode(wide));
  const dataset = await loadDataset(await format.open(filesInMemory("out", contents), {}));
  expect(dataset.episodes.slice(0, 3)).toEqual(expectedLogs.rllib.map(episodeOf));
  expect([...dataset.episodes[3]!.rewards]).toEqual([1, 2, 3]);
  expect((await recogniseFormat(filesInMemory("out", new Map([...contents].slice(1))))).id).toBe("rllib");
});

test("dones alone is the task's end with a note, or what the user says", async () => {
  const dataset = await read([batch()]);
  expect(summaryOf(dataset)).toEqual([{ rewards: [1, 2, 3], terminated: true, last: 2 }]);
  expect(notesOf(dataset)[0]).toMatch(/^"dones" does not tell .* say --done-means clock, or --done-means either --hor/);
  const clock = await read([batch()], { doneMeans: "clock" });
  expect(summaryOf(clock)).toEqual([{ rewards: [1, 2], terminated: false, last: 2 }]);
  expect(summaryOf(await read([batch()], { doneMeans: "either", horizon: 3 }))).toEqual(summaryOf(clock));
});

test("a next observation that does not fit is refused, and each step that the refusal names works", async () => {
  const fine = batch({ eps_id: [6, 6, 6], new_obs: steps.map((step) => [step + 1, 0.5]) });
  const wrong = batch({ new_obs: steps.map(() => [9, 9]) });
  await expect(read([wrong, fine])).rejects.toThrow(
    '"log": line 1 (row 0) stores a next observation that is not the observation of the row after it; repair or remove the row, say --ignore new_obs to take the rows as they follow each other, or leave such episodes out with --drop-faulty.',
  );
  const both = await read([wrong, fine], { ignore: ["new_obs"], doneMeans: "task" });
  expect(both.episodes.map(({ length }) => length)).toEqual([3, 3]);
  const one = await read([wrong, fine], { dropFaulty: true, doneMeans: "task" });
  expect(summaryOf(one)).toEqual([{ rewards: [1, 2, 3], terminated: true, last: 3 }]);
  expect(notesOf(one)).toEqual([expect.stringMatching(/^3 because their episode is faulty .*line 1 \(row 0\)/)]);
});

test.each<[string, object, RegExp]>([
  ["a packed column", { obs: "BCJNGGhAZwAAAAA" }, /line 1: "obs" is packed \(a pickle, .*output_compress_columns=\[\]/],
  ["columns of different lengths", { rewards: [1, 2] }, /line 1 has 2 values in "rewards" but 3 in "eps_id"/],
  [
    "a missing column",
    { actions: undefined },
    /the batches have no "actions", which RLlib writes for every row; there:/,
  ],
  ["observations of parts", { obs: { a: [1], b: [2] } }, /"obs" is no list with one value a row/],
  ["a gap", { t: [0, 2, 3] }, /line 1 \(row 1\) is step 2 of episode "5", but step 1 comes next/],
  [
    "several policies",
    { type: "MultiAgentBatch", policy_batches: { a: batch(), b: batch() } },
    /line 1 holds the rows of 2 policies \("a", "b"\); write those of one policy/,
  ],
])("%s is refused", async (_, more, message) => {
  const error = await read([batch(more)]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toMatch(message);
});

test("choices by number are refused until their count is told; vectors of whole numbers are none", async () => {
  const choices = batch({ actions: [0, 2, 1] });
  await expect(read([choices])).rejects.toThrow(
    '"log": "actions" has one number a row, as choices have; say among how many with --discrete-actions N',
  );
  const dataset = await read([choices], { discreteActions: 3 });
  expect([...dataset.episodes[0]!.actions]).toEqual([0, 2, 1]);
  expect([...(await read([batch({ actions: [[0], [2], [1]] })])).episodes[0]!.actions]).toEqual([0, 2, 1]);
});

test("a mapping means nothing to it", async () => {
  const reading = read([batch()], { mapping: { episode: "eps_id" } });
  await expect(reading).rejects.toThrow(UsageError);
  await expect(reading).rejects.toThrow(
    "whose lines hold a batch of rows each, to which a mapping of columns means nothing; leave it out.",
  );
});

test("10,000 damaged files give valid data or one typed error each", { timeout: 300_000 }, async () => {
  const valid = ["rllib.json", "rllib-old.json"].map(logFile);
  const report = await fuzzFormat(rllibFormat, valid, { mutations: 10_000, seed: 1 });
  expect(report.cases).toBe(10_000);
  expect(report.refused).toBeGreaterThan(2_000);
  expect(report.accepted).toBeGreaterThan(100);
});

test.each([
  ["iVBORw0KGgoAAAANSUhEUg==", "a picture as text (PNG or JPEG in base64)"],
  [[[[1], [2]]], "is a list of lists, as pictures are"],
])("pictures are refused by their column, with what to do: %s", async (picture, told) => {
  const error = await read([batch({ obs: steps.map(() => picture) })]).catch((thrown: unknown) => thrown as Error);
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toContain(told);
  expect((error as Error).message).toMatch(/line 1 \(row 0\): column "obs".* in an \.npz \(see "Pictures" in docs/);
});

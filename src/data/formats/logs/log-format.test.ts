/**
 * Logs of applications against the files that Python wrote, and against what people get wrong.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { filesInMemory } from "../../containers/files.js";
import { episodeOf, expected, tableFile, tableJson } from "../../containers/tables.fixture.js";
import { type Episode, packEpisode, stateOf } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import type { DatasetFormat, ReadOptions } from "../format.js";
import { jsonLinesFormat, parquetFormat, recogniseFormat } from "../formats.js";
import { MemoryTarget } from "../memory-target.fixture.js";

/** Reads lines of JSON; strings stand as they are. */
async function read(lines: readonly unknown[], options: ReadOptions = {}) {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const files = filesInMemory("log.jsonl", new TextEncoder().encode(text));
  return loadDataset(await jsonLinesFormat.open(files, options));
}

const row = (episode: unknown, step: number, more: object = {}) => ({
  episode,
  step,
  observation: [step, 0.5],
  action: [-step],
  reward: step / 2,
  terminated: false,
  truncated: false,
  ...more,
});

describe.each(["log.parquet", "log.jsonl"])("%s by Python", (name) => {
  test("gives Python's numbers, float32 for float32", async () => {
    const files = tableFile(name);
    const dataset = await loadDataset(await (await recogniseFormat(files)).open(files, {}));
    expect(dataset).toMatchObject({ source: name, observations: vectorParts(3), actionSize: 2 });
    expect(dataset.episodes).toEqual(expected.episodes.map(episodeOf));
  });
});

test.each(["shop.jsonl", "shop.parquet"])("%s with its mapping: named columns, a category, a choice", async (name) => {
  const files = tableFile(name);
  const mapping = tableJson("shop.mapping.json");
  const dataset = await loadDataset(await (await recogniseFormat(files)).open(files, { mapping }));
  expect(dataset).toMatchObject({ observations: vectorParts(4), actionSize: 1, discreteActions: 3 });
  expect(dataset.episodes).toEqual(expected.shop.map(episodeOf));
});

test("a choice among categories is the number of its category", async () => {
  const lines = ["wait", "buy", "wait"].map((action, step) => row("a", step, { action, terminated: step === 2 }));
  const mapping = { action: { column: "action", categories: ["buy", "wait"] } };
  const { discreteActions, actionSize, episodes } = await read(lines, { mapping });
  expect({ discreteActions, actionSize }).toEqual({ discreteActions: 2, actionSize: 1 });
  expect([...episodes[0]!.actions]).toEqual([1, 0, 1]);
});

test.each(Object.keys(row("a", 0)))("a %s that is nested beyond the stack is refused in a sentence", async (column) => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  const line = JSON.stringify(row("a", 1)).replace(
    new RegExp(`("${column}":)("[^"]*"|\\[[^\\]]*\\]|[^,}]*)`),
    `$1${deep}`,
  );
  const reading = read([row("a", 0), line]);
  await expect(reading).rejects.toThrow(DataError);
  await expect(reading).rejects.toThrow(/^"log\.jsonl": line 2\b.{1,200}$/);
});

describe("the last observation", () => {
  const lastOf = async (lines: readonly unknown[]) => {
    const [episode] = (await read(lines)).episodes;
    return {
      length: episode!.length,
      last: [...stateOf(episode!.observations).slice(-2)],
      truncated: episode!.truncated,
    };
  };

  test("of a terminated row is its own", async () => {
    const found = await lastOf([row("a", 0), row("a", 1, { terminated: true })]);
    expect(found).toEqual({ length: 2, last: [1, 0.5], truncated: false });
  });

  test("of a truncated row, and of a log that just ends, is unknown: the row gives only its observation", async () => {
    const found = { length: 2, last: [2, 0.5], truncated: true };
    expect(await lastOf([row("a", 0), row("a", 1), row("a", 2, { truncated: true })])).toEqual(found);
    expect(await lastOf([row("a", 0), row("a", 1), row("a", 2)])).toEqual(found);
  });

  test("stands in a row without an action", async () => {
    const end = { episode: "a", step: 2, observation: [7, 8], action: null };
    const found = await lastOf([row("a", 0), row("a", 1, { truncated: true }), end]);
    expect(found).toEqual({ length: 2, last: [7, 8], truncated: true });
  });

  test("stands in next_observation, which must fit to the rows between", async () => {
    const lines = [row("a", 0, { next_observation: [1, 0.5] }), row("a", 1, { next_observation: [9, 9] })];
    expect(await lastOf(lines)).toEqual({ length: 2, last: [9, 9], truncated: true });
    await expect(lastOf([lines[1], { ...lines[0], step: 2 }])).rejects.toThrow(
      '"log.jsonl": line 1 stores a next observation that is not the observation of the row after it',
    );
  });
});

test("episodes that are mixed are refused, or sorted apart where the mapping says so", async () => {
  const lines = [row("a", 0), row("b", 0), row("a", 1), row("b", 1), row("a", 2), row("b", 2, { terminated: true })];
  await expect(read(lines)).rejects.toThrow(
    /^"log.jsonl": line 3 returns to episode "a", which ended at line 1 when another one began; sort the rows/,
  );
  const { episodes } = await read(lines, { mapping: { interleaved: true } });
  expect(episodes.map(({ length, truncated }) => ({ length, truncated }))).toEqual([
    { length: 2, truncated: true },
    { length: 3, truncated: false },
  ]);
});

test.each<[string, readonly unknown[], RegExp]>([
  ["a missing step", [row("a", 0), row("a", 2)], /line 2 is step 2 of episode "a", but step 1 comes next/],
  ["a step twice", [row("a", 0), row("a", 0)], /line 2 is step 0 of episode "a", but step 1 comes next/],
  ["a torn last line", [row("a", 0), '{"episode": "a", "st'], /line 2 is no complete JSON object/],
  ["NaN", [row("a", 0), '{"episode": "a", "reward": NaN}'], /line 2 holds NaN or Infinity, which JSON does not have/],
  ["a line that is a list", ["[1, 2]"], /line 1 is no JSON object/],
  ["nothing", ["", " "], /is empty; write one JSON object a line/],
  ["an empty number", [row("a", 0, { observation: [1, null] })], /line 1: column "observation" is empty/],
  [
    "a text",
    [row("a", 0, { observation: ["x", 1] })],
    /line 1: column "observation" is "x", a text; list its categories/,
  ],
  [
    "a number beyond float32",
    [row("a", 0, { reward: 1e39 })],
    /line 1: column "reward" is 1e\+39 where a finite number/,
  ],
  [
    "a shorter list",
    [row("a", 0), row("a", 1, { observation: [1] })],
    /line 2: column "observation" has 1 number where/,
  ],
  [
    "no reward",
    [row("a", 0, { reward: undefined })],
    /has no column "reward"; there: .* in lines such as "reward: NAME", and give it/,
  ],
  ["no episode", [row(null, 0)], /line 1: column "episode" is empty where the text or number of an episode/],
  [
    "a flag that is none",
    [row("a", 0, { terminated: "maybe" })],
    /line 1: column "terminated" is "maybe" where true or false/,
  ],
  ["going on after the end", [row("a", 0, { terminated: true }), row("a", 1)], /line 1 is marked terminated although/],
  [
    "rows without actions",
    [row("a", 0, { action: null })],
    /no line has a value in "action", where the action belongs/,
  ],
  ["only single rows", [row("a", 0), row("b", 0)], /holds no step whose next observation is known/],
])("%s is refused with line and column", async (_, lines, message) => {
  const error = await read(lines).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^"log.jsonl"/);
});

test("a mapping says what is wrong with it", async () => {
  const wrong = (mapping: unknown) => read([row("a", 0)], { mapping }).catch((error: unknown) => error);
  expect(await wrong({ observations: "x" })).toEqual(
    new UsageError(
      'Unknown key of the mapping of columns "observations". Did you mean "observation"? Known: action, actions, done, episode, interleaved, nextObservation, observation, order and 6 more.',
    ),
  );
  expect(await wrong({ actions: { discrete: 0 } })).toMatchObject({ message: expect.stringContaining("actions") });
  expect(await wrong(["episode"])).toBeInstanceOf(UsageError);
  expect(await wrong({ reward: "money" })).toMatchObject({
    message:
      '"log.jsonl": the mapping names "money" (reward), which the log has not. There: "episode", "step", "observation", "action", "reward", "terminated", "truncated".',
  });
});

test("a log of other columns is told the command that takes a mapping", async () => {
  const visit = { session: "a", time: 0, price: 3, hour: 7, offer: 1, revenue: 2, ended: true };
  await expect(read([visit])).rejects.toThrow(
    '"log.jsonl" has no columns "episode", "observation", "action", "reward"; there: "session", "time", "price", "hour", "offer", "revenue", "ended". Say in a mapping file MAP which column is what, in lines such as "episode: session", "observation: [price, hour]", "action: offer", "reward: revenue", and give it: calql data inspect FILE --mapping MAP shows what is read, calql data convert FILE out.calql --mapping MAP writes data that every verb reads; see "Application logs" in docs/data.md.',
  );
  const mapping = { episode: "session", observation: ["price", "hour"], action: "offer", reward: "revenue" };
  expect((await read([visit], { mapping: { ...mapping, done: "ended" } })).notes).toEqual([
    expect.objectContaining({ text: expect.stringContaining('"ended" does not tell') }),
    expect.objectContaining({ text: 'not used: "time"' }),
  ]);
  await expect(read([row("a", 0, { action: null })])).rejects.toThrow(
    /calql data convert FILE out\.calql --mapping MAP/,
  );
});

test("keys that reach prototypes are columns like others", async () => {
  const line = '{"__proto__": {"reward": 1}, "episode": "a", "observation": [1], "action": [1], "terminated": true}';
  await expect(read([line])).rejects.toThrow('has no column "reward"; there: "__proto__", "episode"');
  expect(({} as Record<string, unknown>).reward).toBeUndefined();
});

describe.each<DatasetFormat>([jsonLinesFormat, parquetFormat])("written and read again, $id", (format) => {
  const number = fc.float({ noDefaultInfinity: true, noNaN: true });
  const episode = fc
    .record({ length: fc.integer({ min: 1, max: 9 }), ended: fc.boolean(), numbers: fc.infiniteStream(number) })
    .map(({ length, ended, numbers }) => {
      const vector = (size: number) => Float32Array.from({ length: size }, () => numbers.next().value);
      const observations = Array.from({ length: length + 1 }, () => vector(3));
      const actions = Array.from({ length }, () => vector(2));
      return packEpisode(observations, actions, [...vector(length)], ended);
    });

  async function again(episodes: readonly Episode[], discreteActions?: number) {
    const target = new MemoryTarget();
    const actionSize = discreteActions === undefined ? 2 : 1;
    const sink = await format.create!(target, {
      source: "x",
      observations: vectorParts(3),
      actionSize,
      discreteActions,
    });
    for (const episode of episodes) await sink.write(episode);
    await sink.finish();
    const files = filesInMemory(`again.${format.id}`, [...target.contents().values()][0]!);
    return loadDataset(await (await recogniseFormat(files)).open(files, {}));
  }

  test("every bit comes back, -0 and the smallest numbers too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(episode, { minLength: 1, maxLength: 4 }), async (made) => {
        const episodes = structuredClone(made); // without the marks of fast-check
        expect((await again(episodes)).episodes).toEqual(episodes);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("so does the number of discrete actions", async () => {
    const rows = [0, 1, 2].map((value) => Float32Array.of(value, -0, 1e-45));
    const played = packEpisode(rows, [Float32Array.of(4), Float32Array.of(0)], [1, 2], true);
    const dataset = await again([played], 5);
    expect(dataset.discreteActions).toBe(5);
    expect(dataset.episodes).toEqual([played]);
  });
});

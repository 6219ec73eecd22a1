/**
 * Logs that give several episodes one id: a column that by its name marks ends or beginnings within an episode is told
 * with its count and the first place, and the steps of the refusal read the data.
 */
import { expect, test } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { writeParquet } from "../../containers/parquet/parquet-writer.js";
import { loadDataset } from "../../episode-source.js";
import { csvFormat, parquetFormat } from "../formats.js";
import { MemoryTarget } from "../memory-target.fixture.js";
import { logRow, notesOf, readRows, readText, summaryOf } from "./log.fixture.js";

/** Nine rows of three steps each, under one id or three; `mark` says what a row has besides, by its step. */
const rows = (mark: (step: number, episode: number) => object, id = (_: number): unknown => "one") =>
  Array.from({ length: 9 }, (_, i) => {
    const [step, episode] = [i % 3, Math.floor(i / 3)];
    return { ...logRow(id(episode), step, mark(step, episode)), step: undefined };
  });
const own = (episode: number) => episode;
const byTask = { rewards: [1, 2, 3], terminated: true, last: 2 };
const byClock = { rewards: [1, 2], terminated: false, last: 2 };

test.each(["end_of_episode", "endOfEpisode", "episode_end", "is_last", "done", "last"])(
  "%s within an episode is an error with its count, and each step reads the data",
  async (name) => {
    const mark = (step: number) => ({ [name]: step === 2 });
    await expect(readRows(rows(mark))).rejects.toThrow(
      `"log": line 3 is marked terminated although the episode goes on after it (the column "${name}" marks 2 rows within episodes); give each episode an id of its own, repair or remove the row, say --ignore ${name} if that column does not mark ends, or leave such episodes out with --drop-faulty.`,
    );
    expect(summaryOf(await readRows(rows(mark, own)))).toEqual([byTask, byTask, byTask]);
    const [all] = summaryOf(await readRows(rows(mark), { ignore: [name] }));
    expect(all!.rewards).toHaveLength(8);
  },
);

test("one mark within is one row, and rows that cannot be read behind it do not take its place", async () => {
  const mark = (step: number, episode: number) => ({ done: episode === 1 && step === 0 });
  const broken = [...rows(mark), { ...logRow("one", 0), step: undefined, observation: "nothing" }];
  await expect(readRows(broken)).rejects.toThrow(
    /^"log": line 4 is marked .* \(the column "done" marks 1 row within an episode\); give each episode an id/,
  );
});

test("marks are counted in rows that are mixed, and faulty episodes can still be left out", async () => {
  const marked = rows((step) => ({ done: step === 2 }));
  const other = rows(
    (step, episode) => ({ done: step === 2 && episode === 2 }),
    () => "two",
  );
  const mixed = marked.flatMap((row, i) => [row, other[i]!]);
  const mapping = { interleaved: true };
  await expect(readRows(mixed, { mapping })).rejects.toThrow(/line 5 is marked .* "done" marks 2 rows within episodes/);
  const { episodes } = await readRows(mixed, { mapping, dropFaulty: true });
  expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([[9, false]]);
});

test.each(["game_over", "finished", "isFinal", "EpisodeFinished", "last_step_of_run", "timeLimitReached"])(
  "%s, which nothing reads, is refused within an episode, and each step reads the data",
  async (name) => {
    const mark = (step: number) => ({ [name]: step === 2 });
    await expect(readRows(rows(mark))).rejects.toThrow(
      `"log" has a column "${name}", which by its name marks where episodes end, and is set in 2 rows within episodes (line 3, for one): give each episode an id of its own and name it in the mapping (terminated: ${name}, or done: ${name} where the clock ended some), or, if it marks something else, say --ignore ${name}.`,
    );
    const mapping = { terminated: name };
    expect(summaryOf(await readRows(rows(mark, own), { mapping }))).toEqual([byTask, byTask, byTask]);
    expect((await readRows(rows(mark), { ignore: [name] })).episodes).toHaveLength(1);
    // Where last rows end the task by the mapping's words, such a column contradicts the ids all the same.
    await expect(readRows(rows(mark), { mapping: { terminated: "last" } })).rejects.toThrow(/is set in 2 rows within/);
    expect(summaryOf(await readRows(rows(mark, own), { mapping: { terminated: "last" } }))[0]).toEqual(byTask);
  },
);

test.each(["is_first", "episode_start", "newEpisode", "reset"])(
  "%s within an episode says that another begins there; in first rows alone it is as it should be",
  async (name) => {
    const mark = (step: number) => ({ [name]: step === 0 });
    await expect(readRows(rows(mark))).rejects.toThrow(
      `"log" has a column "${name}", which by its name marks where episodes begin, and is set in 2 rows within episodes (line 4, for one): give each episode an id of its own, or, if it marks something else, say --ignore ${name}.`,
    );
    expect(summaryOf(await readRows(rows(mark, own)))).toEqual([byClock, byClock, byClock]);
    expect((await readRows(rows(mark), { ignore: [name] })).episodes).toHaveLength(1);
  },
);

test.each(["clicked", "last_price_seen", "weekend", "over_18", "is_new", "new"])(
  "%s is a flag about something else, or about all of an episode",
  async (name) => {
    const whole = /new/.test(name);
    const dataset = await readRows(rows((step) => ({ [name]: whole || step === 1 })));
    expect(dataset.episodes).toHaveLength(1);
    expect(notesOf(dataset)[0]).toBe(`not used: "${name}"`);
  },
);

test("reset may stand in last rows as well", async () => {
  const dataset = await readRows(rows((step) => ({ reset: step === 2, terminated: step === 2 }), own));
  expect(summaryOf(dataset)).toEqual([byTask, byTask, byTask]);
});

test("marks within objects follow the same rules: used, refused within an episode, ignored with their object", async () => {
  const clock = (step: number, episode: number) => ({
    done: step === 2,
    info: step === 2 ? { "TimeLimit.truncated": episode === 1, score: 3 } : {},
  });
  const dataset = await readRows(rows(clock, own));
  expect(summaryOf(dataset)).toEqual([byTask, byClock, byTask]);
  expect(notesOf(dataset).slice(0, 2)).toEqual([
    'the column "info.TimeLimit.truncated" was read as saying that the clock ended an episode',
    'not used: "info"',
  ]);
  for (const ignore of ["info", "info.TimeLimit.truncated"])
    expect(summaryOf(await readRows(rows(clock, own), { ignore: [ignore] }))).toEqual([byTask, byTask, byTask]);
  const within = rows((step) => ({ infos: { env: { timeout: step === 2 } } }));
  await expect(readRows(within)).rejects.toThrow(
    /line 3 is marked truncated .* \(the column "infos.env.timeout" marks 2 rows within episodes\).*--ignore infos.env.timeout if/,
  );
  expect((await readRows(within, { ignore: ["infos.env.timeout"] })).episodes).toHaveLength(1);
});

test("a mark within an object that only later lines have is refused, and both steps read the data", async () => {
  const long = Array.from({ length: 1500 }, (_, step) => logRow("a", step, { info: {} }));
  const late = [...long.slice(0, -1), logRow("a", 1499, { info: { "TimeLimit.truncated": true } })];
  await expect(readRows(late)).rejects.toThrow(
    /a column "info.TimeLimit.truncated", which marks .* \(truncated: info.TimeLimit.truncated\), or say --ignore info.TimeL/,
  );
  const mapping = { truncated: "info.TimeLimit.truncated" };
  expect((await readRows(late, { mapping })).episodes[0]!.truncated).toBe(true);
  expect((await readRows(late, { ignore: ["info"] })).episodes).toHaveLength(1);
});

test("in CSV flags may be words, and infos what Python prints", async () => {
  const table = (name: string, cell: (last: boolean) => string) =>
    [`episode,observation,action,reward,${name}`, ...[0, 1, 2, 3].map((i) => `1,${i},0,1,${cell(i % 2 === 1)}`)].join(
      "\n",
    );
  await expect(
    readText(
      table("game_over", (last) => (last ? "yes" : "no")),
      {},
      csvFormat,
    ),
  ).rejects.toThrow(/"game_over", which by its name .* is set in 1 row within an episode \(line 3\)/);
  const printed = table("info", (last) => `"{'TimeLimit.truncated': ${last ? "True" : "False"}, 'x': None}"`);
  await expect(readText(printed, {}, csvFormat)).rejects.toThrow(
    /"info.TimeLimit.truncated" marks 1 row within an epi/,
  );
});

test.each<[string, string, (last: boolean) => string | boolean]>([
  ["game_over", '"game_over", which by its name marks', (last) => last],
  ["episode_finished", '"episode_finished", which by its name marks', (last) => (last ? "Y" : "N")],
  ["info.TimeLimit.truncated", '(the column "info.TimeLimit.truncated" marks 1 row', (last) => last],
])("in Parquet %s, also as a member of a struct, is found alike", async (name, message, cell) => {
  const target = new MemoryTarget();
  const type = typeof cell(true) === "boolean" ? "boolean" : "text";
  const numbers = ["episode", "observation", "action", "reward"].map(
    (column) => ({ name: column, type: "float32" }) as const,
  );
  const writer = writeParquet(target.create("log.parquet"), [...numbers, { name, type }]);
  for (const i of [0, 1, 2, 3]) writer.add([1, i, 0, 1, cell(i % 2 === 1)]);
  writer.finish();
  const files = filesInMemory("log.parquet", target.contents().get("log.parquet")!);
  await expect(parquetFormat.open(files, {}).then(loadDataset)).rejects.toThrow(message);
  const ignoring = parquetFormat.open(files, { ignore: [name.split(".")[0]!] });
  expect((await ignoring.then(loadDataset)).episodes).toHaveLength(1);
});

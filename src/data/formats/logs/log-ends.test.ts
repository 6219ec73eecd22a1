/**
 * How a log says where its episodes end: no column that marks ends is passed over.
 */
import { expect, test } from "vitest";
import { UsageError } from "../../../errors.js";
import type { ReadOptions } from "../format.js";
import { logRow, marked, notesOf, readRows, summaryOf } from "./log.fixture.js";

const byTask = { rewards: [1, 2, 3], terminated: true, last: 2 };
const byClock = { rewards: [1, 2], terminated: false, last: 2 };

test("done alone is the task's end, with a note that says how to say otherwise", async () => {
  const dataset = await readRows(marked((done) => ({ done })));
  expect(summaryOf(dataset)).toEqual([byTask, byTask]);
  expect(notesOf(dataset)).toEqual([
    '"done" does not tell whether the task or the clock ended an episode, and was taken for the task; where the clock did, say --done-means clock, or --done-means either --horizon STEPS',
  ]);
});

test("the steps that the note names: the clock, or the clock where the episode is as long as the horizon", async () => {
  const rows = [...marked((done) => ({ done })), logRow("c", 0, { done: false }), logRow("c", 1, { done: true })];
  const short = { rewards: [1, 2], terminated: true, last: 1 };
  const clock = await readRows(rows, { doneMeans: "clock" });
  expect(summaryOf(clock)).toEqual([byClock, byClock, { rewards: [1], terminated: false, last: 1 }]);
  const either = await readRows(rows, { doneMeans: "either", horizon: 3 });
  expect(summaryOf(either)).toEqual([byClock, byClock, short]);
  expect(summaryOf(await readRows(rows, { doneMeans: "either", fallbackHorizon: 3 }))).toEqual(summaryOf(either));
  expect(summaryOf(await readRows(rows, { doneMeans: "task" }))).toEqual([byTask, byTask, short]);
  expect(notesOf(either)).toEqual([
    '2 because the task did not end their episode with them and the observation after them is unknown, although they have rewards; where the task ended, mark the last row of such an episode as terminated, or, where all of them are, say "terminated: last" in the mapping (line 3)',
  ]);
});

test.each<[string, ReadOptions, RegExp]>([
  ["either without a horizon", { doneMeans: "either" }, /follows from its length; give the environment's with --hor/],
  ["a horizon alone", { horizon: 3 }, /give it together with --done-means either, or leave it out/],
])("%s is refused", async (_, options, message) => {
  const reading = readRows(
    marked((done) => ({ done })),
    options,
  );
  await expect(reading).rejects.toThrow(UsageError);
  await expect(reading).rejects.toThrow(message);
});

test("a meaning of done is refused where the log tells by itself", async () => {
  const rows = marked((terminated) => ({ terminated }));
  await expect(readRows(rows, { doneMeans: "task" })).rejects.toThrow(
    /nothing to say about it; leave --done-means out/,
  );
});

test.each([
  ["terminal", true],
  ["is_terminal", true],
  ["isTerminal", true],
  ["timeout", false],
  ["truncated", false],
  ["Truncation", false],
])("a column %s is used", async (name, task) => {
  const dataset = await readRows(marked((last) => ({ [name]: last })));
  expect(summaryOf(dataset)).toEqual(task ? [byTask, byTask] : [byClock, byClock]);
});

test("done beside a mark of one kind means the other kind where that mark is not set", async () => {
  const rows = marked(
    (done) => ({ done, terminated: done }),
    (done) => ({ done, terminated: false }),
  );
  expect(summaryOf(await readRows(rows))).toEqual([byTask, byClock]);
  const steps = marked(
    (last) => ({ is_last: last, timeout: false }),
    (last) => ({ is_last: last, timeout: last }),
  );
  const dataset = await readRows(steps);
  expect(summaryOf(dataset)).toEqual([byTask, byClock]);
  expect(notesOf(dataset).slice(0, 2)).toEqual([
    'the column "timeout" was read as saying that the clock ended an episode',
    'the column "is_last" was read as saying that an episode ended',
  ]);
});

test("two columns of one meaning are refused, and each of the two steps that the refusal names reads the data", async () => {
  const rows = marked(
    (last) => ({ terminal: last, terminated: last }),
    (last) => ({ terminal: last, terminated: false }),
  );
  await expect(readRows(rows)).rejects.toThrow(
    '"log" says in "terminal" and in "terminated" that the task ended; say --ignore terminated if the first is right, or name the other in the mapping (terminated: terminated) with --ignore terminal.',
  );
  expect(summaryOf(await readRows(rows, { ignore: ["terminated"] }))).toEqual([byTask, byTask]);
  const mapping = { terminated: "terminated" };
  expect(summaryOf(await readRows(rows, { mapping, ignore: ["terminal"] }))).toEqual([byTask, byClock]);
});

test("what the mapping names is not all: done beside it is used, or ignored on request", async () => {
  const rows = marked(
    (done) => ({ done, sale: done }),
    (done) => ({ done, sale: false }),
  );
  const mapping = { terminated: "sale" };
  const going = [...rows.slice(0, 4), logRow("b", 1, { done: true, sale: false }), rows[5]!];
  expect(summaryOf(await readRows(rows, { mapping }))).toEqual([byTask, byClock]);
  await expect(readRows(going, { mapping })).rejects.toThrow(
    /line 5 is marked truncated although the episode goes on after it \(the column "done" marks 1 row within an episode\); give each episode an id of its own, repair or remove the row, say --ignore done if/,
  );
  expect(summaryOf(await readRows(going, { mapping, ignore: ["done"] }))).toEqual([byTask, byClock]);
});

test("a mark that only later lines have is found, or refused where nothing was decided about it", async () => {
  const late = marked((last) => (last ? { done: true } : {}));
  expect(summaryOf(await readRows(late))).toEqual([byTask, byTask]);
  const long = [...Array.from({ length: 1200 }, (_, step) => logRow("z", step)), ...late];
  await expect(readRows(long)).rejects.toThrow(
    '"log" has a column "done", which marks ends of episodes, but not in its first lines; name it in the mapping (done: done), or say --ignore done.',
  );
  const { episodes } = await readRows(long, { mapping: { done: "done" } });
  expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
    [1199, true],
    [3, false],
    [3, false],
  ]);
  expect(summaryOf(await readRows(long, { ignore: ["done"] })).slice(1)).toEqual([byClock, byClock]);
});

test("a mark of the opposite is refused, and each of the two steps reads the data", async () => {
  const rows = marked((last) => ({ not_done: !last }));
  await expect(readRows(rows)).rejects.toThrow(
    '"log" has a column "not_done", which by its name is 0 where the task ended; store the opposite as terminated, or say --ignore not_done.',
  );
  expect(summaryOf(await readRows(marked((terminated) => ({ terminated }))))).toEqual([byTask, byTask]);
  expect(summaryOf(await readRows(rows, { ignore: ["not_done"] }))).toEqual([byClock, byClock]);
});

test("what is ignored must be there", async () => {
  await expect(
    readRows(
      marked((done) => ({ done })),
      { ignore: ["acton"] },
    ),
  ).rejects.toThrow('Unknown column to ignore "acton". Did you mean "action"?');
});

test("a column that marks something else is refused with the step that helps", async () => {
  const rows = marked((terminated) => ({ terminated, timeout: 30 }));
  await expect(readRows(rows)).rejects.toThrow(
    '"log": line 1: column "timeout" is 30 where true or false belongs; correct it, or say --ignore timeout if it marks something else.',
  );
  expect(summaryOf(await readRows(rows, { ignore: ["timeout"] }))).toEqual([byTask, byTask]);
});

test("an end may be marked in the row that only holds the last observation", async () => {
  const closing = (more: object) => [
    logRow("a", 0, { terminated: false }),
    logRow("a", 1, { action: null, reward: null, terminated: false, ...more }),
  ];
  expect(summaryOf(await readRows(closing({ terminated: true })))).toEqual([
    { rewards: [1], terminated: true, last: 1 },
  ]);
  expect(summaryOf(await readRows(closing({})))).toEqual([{ rewards: [1], terminated: false, last: 1 }]);
});

test.each([
  ["yes", "no"],
  ["true", "false"],
  ["True", "False"],
  ["t", "f"],
  ["Y", "N"],
  ["1", "0"],
])("a flag may be written as %s and %s", async (set, unset) => {
  const rows = marked((last) => ({ terminated: last ? set : unset }));
  expect(summaryOf(await readRows(rows))).toEqual([byTask, byTask]);
});

test("a named column that is no flag is taken out of the mapping, and cannot be both named and ignored", async () => {
  const rows = marked((last) => ({ sale: last ? "shoes" : "" }));
  const mapping = { terminated: "sale" };
  await expect(readRows(rows, { mapping })).rejects.toThrow(
    'line 3: column "sale" is "shoes" where true or false belongs; correct it, or take sale out of the mapping if it marks something else.',
  );
  await expect(readRows(rows, { mapping, ignore: ["sale"] })).rejects.toThrow(
    'The mapping names "sale" (terminated), which --ignore leaves aside; take it out of one of both.',
  );
  expect(summaryOf(await readRows(rows, { ignore: ["sale"] }))).toEqual([byClock, byClock]);
});

test("a mark that the mapping names and no line has is a typing error", async () => {
  const rows = marked((sale) => (sale ? { sale } : {}));
  await expect(readRows(rows, { mapping: { terminated: "slae" } })).rejects.toThrow(
    '"log": the mapping names "slae" (terminated), which the log has not. Did you mean "sale"? There: "episode",',
  );
  expect(summaryOf(await readRows(rows, { mapping: { terminated: "sale" } }))).toEqual([byTask, byTask]);
});

test("timestamps are no step numbers, and taking them out of the mapping reads the data", async () => {
  const times = [1700000000, 1700000007, 1700000031];
  const log = (time: (step: number) => unknown) =>
    marked((terminated) => ({ terminated })).map((row, i) => ({ ...row, step: undefined, time: time(i % 3) }));
  const mapping = { step: "time" };
  await expect(
    readRows(
      log((step) => times[step]),
      { mapping },
    ),
  ).rejects.toThrow(
    '"log": line 2 is step 1700000007 of episode "a", but step 1700000001 comes next; timestamps are no step numbers: take time out of the mapping.',
  );
  await expect(
    readRows(
      log((step) => `2024-05-0${step + 1}T10:00`),
      { mapping },
    ),
  ).rejects.toThrow(
    /"time" is "2024-05-01T10:00" where a whole number belongs; timestamps are no step numbers: take time out/,
  );
  await expect(
    readRows(
      log((step) => 5 * step),
      { mapping },
    ),
  ).rejects.toThrow(
    /line 2 is step 5 of episode "a", but step 1 comes next; sort .* if these are no step numbers, take time out of the/,
  );
  expect(summaryOf(await readRows(log((step) => times[step])))).toEqual([byTask, byTask]);
});

test.each(["finished", "game_over", "isLastStep", "my own name"])(
  "a column %s of flags that is set only in last rows is refused where there is no other mark",
  async (name) => {
    const rows = marked(
      (last) => ({ [name]: last, mobile: true }),
      () => ({ [name]: false, mobile: true }),
    );
    const reading = readRows(rows);
    await expect(reading).rejects.toThrow(
      `"log" has no mark that says where the task ended, and a column "${name}" that is set only in last rows of episodes, so that it may be one; name it in the mapping (terminated: ${name}, or done: ${name} where the clock ended some), or say --ignore ${name}.`,
    );
    expect(summaryOf(await readRows(rows, { mapping: { terminated: name } }))).toEqual([byTask, byClock]);
    expect(summaryOf(await readRows(rows, { mapping: { done: name } }))).toEqual([byTask, byClock]);
    expect(summaryOf(await readRows(rows, { ignore: [name] }))).toEqual([byClock, byClock]);
  },
);

test("so is one that is 0 only there, and both in rows that are mixed, or closed by a row without an action", async () => {
  const masks = marked((last) => ({ alive: last ? 0 : 1 }));
  await expect(readRows(masks)).rejects.toThrow(
    /"alive" that is 0 or false only in last rows of episodes, .*; store the opposite as terminated, or say --ignore alive\.$/,
  );
  const flags = marked((last) => (last ? { over: 1 } : {}));
  const mixed = [0, 3, 1, 4, 2, 5].map((i) => flags[i]!);
  await expect(readRows(mixed, { mapping: { interleaved: true } })).rejects.toThrow(/a column "over" that is set only/);
  const closed = [...flags.slice(0, 3), logRow("a", 3, { action: null, reward: null }), ...flags.slice(3)];
  await expect(readRows(closed)).rejects.toThrow(/a column "over" that is set only/);
});

test("a flag that stands elsewhere too, or that a mark makes superfluous, is left alone; beside marks one is noted", async () => {
  const alone = marked(
    (last) => ({ clicked: true, visits: last ? 2 : 0 }),
    (last) => ({ clicked: last, visits: 1 }),
  );
  expect(summaryOf(await readRows(alone))).toEqual([byClock, byClock]);
  const twice = await readRows(marked((last) => ({ terminated: last, over: last })));
  expect(notesOf(twice)).toEqual(['not used: "over"']);
  const beside = await readRows(
    marked(
      (last) => ({ terminated: last, over: last }),
      (last) => ({ terminated: false, over: last }),
    ),
  );
  expect(summaryOf(beside)).toEqual([byTask, byClock]);
  expect(notesOf(beside)).toContainEqual(
    expect.stringMatching(
      /^the column "over" is set only in last rows of episodes but was not used; if it marks where/,
    ),
  );
});

test("a counter that falls back within an episode where nothing ends it is refused", async () => {
  const counted = (t: number, more: object = {}) => ({ ...(logRow("a", t, more) as object), step: undefined, t });
  const rows = [0, 1, 2, 0, 1].map((t) => counted(t));
  await expect(readRows(rows)).rejects.toThrow(
    '"log": line 4 falls back from t 2 to 0 within episode "a", as if another one began there; give each episode an id of its own, such as the run\'s and the episode\'s numbers together, or say --ignore t if it does not count steps.',
  );
  const own = rows.map((row, i) => ({ ...row, episode: i < 3 ? "a" : "b" }));
  expect(summaryOf(await readRows(own)).map(({ rewards }) => rewards)).toEqual([[1, 2], [1]]);
  expect(summaryOf(await readRows(rows, { ignore: ["t"] })).map(({ rewards }) => rewards)).toEqual([[1, 2, 3, 1]]);
  expect(summaryOf(await readRows([0, 2, 2, 5].map((t) => counted(t))))[0]!.rewards).toEqual([1, 3, 3]);
});

test("an id that comes back from the first step on is another episode's: to sort the rows would not help", async () => {
  const again = [0, 1, 2, 0, 1].map((step) => logRow("a", step, { terminated: step === 2 }));
  await expect(readRows(again)).rejects.toThrow(
    /line 4 begins episode "a" again with step 0; give each episode an id of its own/,
  );
  const later = [...again.slice(0, 3), logRow("b", 0), ...again.slice(3)];
  await expect(readRows(later)).rejects.toThrow(
    /line 5 returns to episode "a", which ended at line 3 when another one began, and counts from its beginning; give each/,
  );
  const mixed = [logRow("a", 0), logRow("b", 0), logRow("a", 1), logRow("b", 1)];
  await expect(readRows(mixed)).rejects.toThrow(/say "interleaved: true" in the mapping/);
  expect((await readRows(mixed, { mapping: { interleaved: true } })).episodes).toHaveLength(2);
});

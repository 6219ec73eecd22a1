/**
 * Rows that give no step, episodes that contradict themselves, and rewards that a log lacks: nothing of it without a word.
 */
import { expect, test } from "vitest";
import { DataError } from "../../../errors.js";
import { logRow, marked, notesOf, readRows, summaryOf } from "./log.fixture.js";

test("rows that give no step are counted by reason, with the first of them", async () => {
  const rows = [
    logRow("a", 0, { reward: 0 }),
    logRow("a", 1, { reward: 0 }),
    logRow("b", 0),
    logRow("c", 0, { action: null }),
    logRow("d", 0),
    logRow("e", 0, { terminated: true }),
  ];
  const dataset = await readRows(rows);
  expect(summaryOf(dataset)).toEqual([
    { rewards: [0], terminated: false, last: 1 },
    { rewards: [1], terminated: true, last: 0 },
  ]);
  expect(notesOf(dataset)).toEqual([
    '1 because the task did not end their episode with them and the observation after them is unknown; where the last row of every episode ends the task, say "terminated: last" in the mapping (line 2)',
    '2 because their episode has only one row, which nothing marks as terminated; mark the last row of such an episode as terminated, or, where all of them are, say "terminated: last" in the mapping (line 3)',
    "1 because their episode has no row with an action (line 4)",
    "episodes that were left out (2) earn 1 on average, those that are left (2) 0.5: the data look worse than they are",
  ]);
});

test("a bandit's log is refused with a step that keeps every row", async () => {
  const rows = [0, 1, 0, 1].map((reward, i) => ({ user: i % 2, x: i, offer: i, paid: reward }));
  const columns = { observation: "x", action: "offer", reward: "paid" };
  await expect(readRows(rows.slice(0, 2), { mapping: { ...columns, episode: "user" } })).rejects.toThrow(
    /because its episodes have one row each; where each row is an episode of its own, say "terminated: always" in the/,
  );
  const { episodes, notes } = await readRows(rows, { mapping: { ...columns, terminated: "always" } });
  expect(episodes.map(({ rewards, actions, terminated }) => [...rewards, ...actions, ...terminated])).toEqual([
    [0, 0, 1],
    [1, 1, 1],
    [0, 2, 1],
    [1, 3, 1],
  ]);
  expect(notes).toEqual([{ text: 'not used: "user"', leftOut: 0 }]);
});

test("a log whose every reward would be lost is refused, and marking the rows keeps them", async () => {
  const rewards = (last: boolean) => ({ reward: Number(last) });
  const reading = readRows(marked(rewards));
  await expect(reading).rejects.toThrow(DataError);
  await expect(reading).rejects.toThrow(
    '"log" has rewards other than 0 only in last rows such as line 3, whose next observation is unknown, so that none would be left; mark the last row of such an episode as terminated, or, where all of them are, say "terminated: last" in the mapping.',
  );
  expect(summaryOf(await readRows(marked(rewards), { mapping: { terminated: "last" } }))[0]!.rewards).toEqual([
    0, 0, 1,
  ]);
  const dataset = await readRows(marked((terminated) => ({ ...rewards(terminated), terminated })));
  expect(summaryOf(dataset).map((episode) => episode.rewards)).toEqual([
    [0, 0, 1],
    [0, 0, 1],
  ]);
});

test("faulty episodes are left out on request, counted and named", async () => {
  const good = [0, 1].map((step) => logRow("good", step, { terminated: step === 1 }));
  const rows = [
    ...[0, 1, 2].map((step) => logRow("ended twice", step, { terminated: step > 0 })),
    ...good,
    ...[0, 2, 3].map((step) => logRow("a gap", step)),
    ...[0, 1].map((step) => logRow("a hole", step, { observation: [step, null] })),
  ];
  await expect(readRows(rows)).rejects.toThrow(/line 2 is marked terminated .* or leave such episodes out with --drop/);
  const dataset = await readRows(rows, { dropFaulty: true });
  expect(summaryOf(dataset)).toEqual([{ rewards: [1, 2], terminated: true, last: 1 }]);
  expect(notesOf(dataset)).toEqual([
    expect.stringMatching(
      /^8 because their episode is faulty \(line 2 is marked terminated although the episode goes on after it\)$/,
    ),
  ]);
});

test("rewards are made from successes: a column, or a list of episodes", async () => {
  const rows = marked(
    (terminated) => ({ terminated, success: terminated }),
    () => ({ success: false }),
  ).map((row) => ({ ...row, reward: undefined }));
  const expected = [
    { rewards: [0, 0, 1], terminated: true, last: 2 },
    { rewards: [0, 0], terminated: false, last: 2 },
  ];
  const dataset = await readRows(rows, { successReward: "recorded" });
  expect(summaryOf(dataset)).toEqual(expected);
  expect(notesOf(dataset)).toContain(
    "rewards were made from successes: 1 at the last step of 1 of 2 episodes, 0 elsewhere",
  );
  expect(summaryOf(await readRows(rows, { successReward: { column: "success" } }))).toEqual(expected);
  expect(summaryOf(await readRows(rows, { successReward: { episodes: [1] } }))).toEqual([
    { rewards: [0, 0, 0], terminated: true, last: 2 },
    { rewards: [0, 0, 1], terminated: true, last: 2 },
  ]);
  await expect(readRows(rows, { successReward: { episodes: [2] } })).rejects.toThrow(
    '"log" has 2 episodes, numbered from 0, and so none of the number 2; correct the list of those that succeeded.',
  );
  const without = marked((terminated) => ({ terminated, reward: Number(terminated) }));
  await expect(readRows(without, { successReward: "recorded" })).rejects.toThrow(
    /has none of the columns "success", .* or the episodes, counted from 0, with --reward success:0,3,5/,
  );
  expect(summaryOf(await readRows(without, { successReward: { episodes: [0] } }))[0]!.rewards).toEqual([0, 0, 1]);
});

test("terminated: last keeps the last row of every episode, unless the clock is said to have ended it", async () => {
  const session = (id: string, rewards: readonly number[], more: object = {}) =>
    rewards.map((reward, step) => logRow(id, step, { reward, sale: reward > 0, ...more }));
  const rows = [...session("a", [0, 9]), ...session("b", [0]), ...session("c", [0, 0]), ...session("d", [0])];
  const dataset = await readRows(rows, { mapping: { terminated: "sale" } });
  expect(summaryOf(dataset).map(({ rewards }) => rewards)).toEqual([[0, 9], [0]]);
  expect(notesOf(dataset)).toEqual([
    expect.stringMatching(
      /^2 because their episode has only one row.*"terminated: last" .* of "terminated: sale" \(line/,
    ),
    expect.stringMatching(
      /^1 because the task did not end .* every episode ends the task, say "terminated: last" in the/,
    ),
    "episodes that were left out (2) earn 0 on average, those that are left (2) 4.5: the data look better than they are",
  ]);
  const kept = await readRows(rows, { mapping: { terminated: "last" } });
  expect(summaryOf(kept).map(({ rewards, terminated }) => ({ rewards, terminated }))).toEqual(
    [[0, 9], [0], [0, 0], [0]].map((rewards) => ({ rewards, terminated: true })),
  );
  expect(notesOf(kept)).toEqual(['not used: "sale"']);
  const clock = marked(
    () => ({}),
    (truncated) => ({ truncated }),
  );
  const ended = summaryOf(await readRows(clock, { mapping: { terminated: "last" } }));
  expect(ended.map(({ rewards, terminated }) => ({ rewards, terminated }))).toEqual([
    { rewards: [1, 2, 3], terminated: true },
    { rewards: [1, 2], terminated: false },
  ]);
  const closing = [logRow("a", 0), logRow("a", 1, { action: null, reward: null })];
  expect(summaryOf(await readRows(closing, { mapping: { terminated: "last" } }))).toEqual([
    { rewards: [1], terminated: true, last: 1 },
  ]);
});

test("terminated: always is refused where an episode has several rows, and each of the steps reads the data", async () => {
  const rows = marked(() => ({}));
  await expect(readRows(rows, { mapping: { terminated: "always" } })).rejects.toThrow(
    '"log": line 2 is one more of episode "a", but "terminated: always" in the mapping makes each row an episode of its own; say "terminated: last" where the last row of an episode ends the task, or, if each row does, say --ignore episode.',
  );
  const alone = await readRows(rows, { mapping: { terminated: "always" }, ignore: ["episode"] });
  expect(alone.episodes).toHaveLength(6);
  const named = rows.map((row) => ({ ...row, episode: undefined, user: (row as { episode: string }).episode }));
  await expect(readRows(named, { mapping: { terminated: "always", episode: "user" } })).rejects.toThrow(
    /or, if each row does, take the episode out of the mapping\.$/,
  );
  expect((await readRows(named, { mapping: { terminated: "always" } })).episodes).toHaveLength(6);
  const last = await readRows(named, { mapping: { terminated: "last", episode: "user" } });
  expect(summaryOf(last).map(({ rewards }) => rewards)).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test("rows that came in another order are sorted by a column of times, in memory", async () => {
  const times = ["2024-05-01T10:00", "2024-05-01T10:01", "2024-05-02T09:00"];
  const rows = marked((terminated) => ({ terminated })).map((row, i) => ({
    ...row,
    step: undefined,
    time: times[i % 3],
  }));
  const shuffled = [4, 2, 0, 5, 3, 1].map((i) => rows[i]!);
  const mapping = { interleaved: true, order: "time" };
  const { episodes } = await readRows(rows, { mapping: { interleaved: true } });
  const sorted = await readRows(shuffled, { mapping });
  expect(sorted.episodes).toEqual([...episodes].reverse());
  expect(notesOf(sorted)).toEqual([]);
  const numbers = shuffled.map((row, i) => ({ ...row, time: [4, 2, 0, 5, 3, 1][i]! * 10.5 }));
  expect((await readRows(numbers, { mapping })).episodes).toEqual(sorted.episodes);
  await expect(readRows(shuffled, { mapping: { order: "time" } })).rejects.toThrow('say "interleaved: true" as well.');
  await expect(readRows([{ ...rows[0], time: null }], { mapping })).rejects.toThrow(
    /line 1: column "time" is empty where a time or number to sort by belongs/,
  );
});

test("a reward in a last row without an action is that of the action before it, and is told", async () => {
  const closing = [
    ...[0, 1].map((step) => logRow("a", step, { reward: 0 })),
    logRow("a", 2, { reward: 1, action: null, terminated: true }),
    ...[0, 1].map((step) => logRow("b", step, { reward: 0 })),
    logRow("b", 2, { reward: null, action: null, truncated: true }),
  ];
  const dataset = await readRows(closing);
  expect(summaryOf(dataset)).toEqual([
    { rewards: [0, 1], terminated: true, last: 2 },
    { rewards: [0, 0], terminated: false, last: 2 },
  ]);
  expect(notesOf(dataset)).toEqual([
    "rewards in last rows without an action were taken as those of the actions before them",
  ]);
});

test("where nothing tells which action earned the reward of a last row, the episode is refused", async () => {
  const rows = (reward: number) => [
    ...[0, 1].map((step) => logRow("a", step)),
    logRow("a", 2, { reward, action: null, terminated: true }),
    ...[0, 1].map((step) => logRow("b", step, { terminated: step === 1 })),
  ];
  await expect(readRows(rows(5))).rejects.toThrow(
    /line 3 has a reward of 5 and no action, although other rows of its episode have rewards; write each reward in the row of the/,
  );
  expect(summaryOf(await readRows(rows(0)))[0]).toEqual({ rewards: [1, 2], terminated: true, last: 2 });
  const dropped = await readRows(rows(5), { dropFaulty: true });
  expect(summaryOf(dropped)).toEqual([{ rewards: [1, 2], terminated: true, last: 1 }]);
  expect(notesOf(dropped)[0]).toMatch(/^3 because their episode is faulty .* has a reward of 5 and no action/);
});

test("stored rewards that tell more than successes are not replaced without a word", async () => {
  const rows = marked((terminated) => ({ terminated, success: terminated }));
  await expect(readRows(rows, { successReward: "recorded" })).rejects.toThrow(
    '"log" stores rewards (1, 2 ...), which tell more than successes; leave --reward out, or replace them with --ignore reward.',
  );
  const empty = rows.map((row) => ({ ...row, reward: null }));
  expect(summaryOf(await readRows(empty, { successReward: "recorded" }))[0]!.rewards).toEqual([0, 0, 1]);
  const replaced = await readRows(rows, { successReward: "recorded", ignore: ["reward"] });
  expect(summaryOf(replaced).map(({ rewards }) => rewards)).toEqual([
    [0, 0, 1],
    [0, 0, 1],
  ]);
});

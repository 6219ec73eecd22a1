/**
 * The observation after the action, where the row stores it: under its usual names, and never something else.
 */
import { expect, test } from "vitest";
import { logRow, marked, notesOf, readRows, summaryOf } from "./log.fixture.js";

const told = { rewards: [1, 2, 3], terminated: false, last: 9 };

/** Each row tells the observation after it; 9 after the last. */
const stored = (name: string) =>
  marked(() => ({})).map((row, i) => ({ ...row, [name]: [i % 3 === 2 ? 9 : (i % 3) + 1, 0.5] }));

test.each(["next_obs", "nextState", "new_obs", "nextObservation"])("%s keeps the last row", async (name) => {
  const dataset = await readRows(stored(name));
  expect(summaryOf(dataset)).toEqual([told, told]);
  expect(notesOf(dataset)).toEqual([`the column "${name}" was read as the next observation`]);
});

test("next_observation comes first, and of two others one is to be named", async () => {
  const first = stored("next_observation").map((row) => ({ ...row, next_state: "CA" }));
  const dataset = await readRows(first);
  expect(summaryOf(dataset)).toEqual([told, told]);
  expect(notesOf(dataset)).toEqual(['not used: "next_state"']);
  const two = stored("next_obs").map((row) => ({ ...row, next_state: [7, 7] }));
  await expect(readRows(two)).rejects.toThrow(
    /"next_obs" and "next_state", which may both be the next observation; name the right one .* or say --ignore next_st/,
  );
  expect(summaryOf(await readRows(two, { ignore: ["next_state"] }))).toEqual([told, told]);
  const mapping = { nextObservation: "next_obs" };
  expect(summaryOf(await readRows(two, { mapping }))).toEqual([told, told]);
});

test("what is no such observation is refused, and ignored on request", async () => {
  const rows = marked(() => ({ next_state: "CA" }));
  await expect(readRows(rows)).rejects.toThrow(
    '"log": "next_state" has 1 number where the observation has 2, so that it is not the observation after it; name that one in the mapping (nextObservation), or say --ignore next_state.',
  );
  expect(summaryOf(await readRows(rows, { ignore: ["next_state"] }))[0]!.rewards).toEqual([1, 2]);
  const narrow = [0, 1].map((step) => ({ ...logRow("a", step), observation: [step], next_state: "CA" }));
  await expect(readRows(narrow)).rejects.toThrow(
    /"next_state" is "CA", a text.*, or say --ignore next_state if it is some/,
  );
});

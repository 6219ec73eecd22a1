/**
 * Features that are objects from ids to numbers.
 */
import { expect, test } from "vitest";
import { DataError, UsageError } from "../../../errors.js";
import { stateOf } from "../../episode.js";
import { csvFormat } from "../formats.js";
import { logRow, readRows, readText } from "./log.fixture.js";

const rows = (first: unknown, second: unknown) => [
  logRow("a", 0, { f: first }),
  logRow("a", 1, { f: second, terminated: true }),
];

const state = ({ episodes }: Awaited<ReturnType<typeof readRows>>) => [...stateOf(episodes[0]!.observations)];

test("ids that the mapping names, in its order, beside other columns", async () => {
  const mapping = { observation: [{ column: "f", ids: [77, "12", "age"] }, "step"] };
  const dataset = await readRows(rows({ 12: 0.5, 77: 1 }, { age: -2 }), { mapping });
  expect(state(dataset).slice(0, 8)).toEqual([1, 0.5, 0, 0, 0, 0, -2, 1]);
});

test("ids that count from 0", async () => {
  const dataset = await readRows(rows({ 2: 0.5, 0: 1 }, {}), { mapping: { observation: { column: "f", size: 3 } } });
  expect(state(dataset).slice(0, 6)).toEqual([1, 0, 0.5, 0, 0, 0]);
});

test("the same in a cell of CSV", async () => {
  const text = 'episode,f,action,reward,terminated\na,"{""1"": 2}",1,1,true\n';
  const options = { mapping: { observation: { column: "f", size: 2 } } };
  expect(state(await readText(text, options, csvFormat)).slice(0, 2)).toEqual([0, 2]);
});

test.each<[string, unknown, RegExp]>([
  ["an id that is not known", { 3: 1 }, /line 2: column "f" has the id "3", which is none of the 3 .*larger size/],
  ["an id that is no number", { "01": 1 }, /has the id "01", which is none of the 3/],
  ["a key that reaches prototypes", JSON.parse('{"__proto__": 1}'), /has the id "__proto__", which is none of the 3/],
  ["a value that is none", { 1: "x" }, /column "f" is "x", a text/],
  ["a value that is empty", { 1: null }, /column "f" is empty; repair or remove the row/],
  [
    "a list",
    [1, 2],
    /column "f" is \[1,2\] where an object of ids and numbers belongs; write \{\} where there are none/,
  ],
  ["nothing", null, /column "f" is none where an object/],
])("%s is refused", async (_, value, message) => {
  const reading = readRows(rows({ 0: 1 }, value), { mapping: { observation: { column: "f", size: 3 } } });
  await expect(reading).rejects.toThrow(DataError);
  await expect(reading).rejects.toThrow(message);
});

test("an object without a mapping of its ids is refused with the step that reads it", async () => {
  await expect(readRows(rows({ 0: 1 }, {}), { mapping: { observation: "f" } })).rejects.toThrow(
    /line 1: column "f" is \{"0":1\}, an object; name its ids in the mapping \(\{"column", "ids"\}\)/,
  );
  const mapping = { observation: { column: "f", ids: ["0"] } };
  expect(state(await readRows(rows({ 0: 1 }, {}), { mapping }))).toEqual([1, 0, 0]);
});

test("a mapping that names an id twice, or too many, is refused", async () => {
  for (const observation of [
    { column: "f", ids: ["1", 1] },
    { column: "f", size: 2 ** 17 },
  ])
    await expect(readRows(rows({}, {}), { mapping: { observation } })).rejects.toThrow(UsageError);
});

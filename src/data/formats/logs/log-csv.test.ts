/**
 * CSV logs against those that Python wrote, and against what spreadsheets and hands make of them.
 */
import { expect, test } from "vitest";
import { DataError } from "../../../errors.js";
import { filesInMemory } from "../../containers/files.js";
import { episodeOf } from "../../containers/tables.fixture.js";
import { loadDataset } from "../../episode-source.js";
import { inspectDataset } from "../../inspect.js";
import { formatInspection } from "../../inspect-format.js";
import type { ReadOptions } from "../format.js";
import { csvFormat, recogniseFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { expectedLogs, logFile, notesOf, readText, summaryOf } from "./log.fixture.js";

const mapping = { observation: ["x", "y", "z"], action: ["left", "right"] };
const simple = { episode: "id", observation: "x", action: "a", reward: "r" };
const read = (text: string, options: ReadOptions = { mapping: simple }) => readText(text, options, csvFormat);

test.each(["log.csv", "excel.csv", "log.tsv", "log.csv.gz"])("%s gives Python's numbers", async (name) => {
  const files = logFile(name);
  const format = await recogniseFormat(files);
  expect(format.id).toBe("csv");
  const dataset = await loadDataset(await format.open(files, { mapping }));
  expect(dataset.episodes).toEqual(expectedLogs.episodes.map(episodeOf));
});

test("a bandit's rows are episodes, whatever their names", async () => {
  const bandit = {
    observation: ["price", { column: "device", categories: ["phone", "desktop"] }],
    action: "offer",
    actions: { discrete: 3 },
    reward: "paid",
    terminated: "always",
  };
  const dataset = await loadDataset(await csvFormat.open(logFile("bandit.csv"), { mapping: bandit }));
  expect(dataset.episodes).toEqual(expectedLogs.bandit.map(episodeOf));
  expect(dataset.discreteActions).toBe(3);
  const { terminated: _, ...byName } = { ...bandit, episode: "id" };
  const named = await loadDataset(await csvFormat.open(logFile("bandit.csv"), { mapping: byName }));
  // Only the two rows of session 8 follow each other: "7" and "007" are two sessions.
  expect(named.episodes.map(({ length }) => length)).toEqual([1]);
  expect(notesOf(named)[0]).toMatch(/^3 because their episode has only one row, .*say "terminated: last".*\(line 2\)$/);
});

test("cells are what they read as: numbers, flags, lists, texts, nothing", async () => {
  const text = 'id,x,a,r,terminated\na,"[1, 2.5]", -1e-1,True,false\na,"[3, 4]",.5,2.,TRUE\n';
  const dataset = await read(text);
  expect([...dataset.episodes[0]!.actions]).toEqual([-0.1, 0.5].map(Math.fround));
  expect(summaryOf(dataset)).toEqual([{ rewards: [1, 2], terminated: true, last: 3 }]);
  const closing = await read("id;x;a;r\na;1;1;1\n\na;2;;\n");
  expect(summaryOf(closing)).toEqual([{ rewards: [1], terminated: false, last: 1 }]);
});

test.each<[string, string, RegExp]>([
  ["nothing", "", /is empty; write the names of the columns and one row a step/],
  ["a name twice", "id,x,a,r,x\n", /has two columns "x"; rename one of them in its first line/],
  ["no names", "1,0.5,2,0\n2,0.5,2,0\n", /begins with "1", "0\.5", "2", "0" where the names of the columns belong/],
  ["a cell too many", "id,x,a,r\na,1,1,1\na,1,1,1,1\n", /line 3 has 5 cells where the first line names 4 columns/],
  ["a cell too few", "id,x,a,r\na,1,1\n", /line 2 has 3 cells where/],
  ["an open mark", 'id,x,a,r\na,"1,1,1\n', /line 2 opens a quotation mark that nothing closes/],
  [
    "a mark inside",
    'id,x,a,r\n5" tube,1,1,1\n5" tube,1,1,1\n',
    /a quotation mark at or after line 2 stands where none/,
  ],
  ["a comma for a point", "id;x;a;r\na;0,5;1;1\n", /line 2: column "x" is "0,5"; write numbers with a point/],
  ["NumPy's lists", "id,x,a,r\na,[0.5 1.],1,1\n", /column "x" is "\[0\.5 1\.\]"; write lists as \[1, 2\]/],
  ["a text", "id,x,a,r\na,low,1,1\n", /column "x" is "low", a text; list its categories/],
  ["an empty number", "id,x,a,r\na,,1,1\n", /line 2: column "x" is empty/],
  ["nan", "id,x,a,r\na,nan,1,1\n", /line 2: column "x" is NaN, which is no finite/],
  [
    "a column that is not there",
    "id,x,b,r\na,1,1,1\n",
    /names "a" \(action\), which the log has not\..* There: "id", "x", "b", "r"\.$/,
  ],
  ["no UTF-8", "id,x,a,r\n\u0000", /line 2 has 1 cell /],
])("%s is refused", async (_, text, message) => {
  const error = await read(text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^"log"/);
});

test("cells with ends of lines and the delimiter in quotation marks keep the number of their line", async () => {
  const text = 'id,x,a,r,note\na,1,1,1,"one\r\ntwo, ""three"""\r\na,oops,1,1,\r\n';
  await expect(read(text)).rejects.toThrow('"log": line 4: column "x" is "oops", a text');
});

test("10,000 damaged CSV logs give valid data or one typed error each", { timeout: 300_000 }, async () => {
  const valid = ["log.csv", "excel.csv"].map(logFile);
  const report = await fuzzFormat(csvFormat, valid, { mutations: 10_000, seed: 1, options: { mapping } });
  expect(report.cases).toBe(10_000);
  expect(report.refused).toBeGreaterThan(2_000);
  expect(report.accepted).toBeGreaterThan(100);
});

test("every number of a log has a name, which an inspection prints before the ranges", async () => {
  const text = "id,price,device,pose,offer,r,host\na,1,phone,[1;2],no,0,h\na,2,desktop,[3;4],yes,1,h\n".replaceAll(
    ";",
    ",",
  );
  const quotedLists = text.replace(/\[\d,\d\]/g, '"$&"');
  const mapping = {
    episode: "id",
    observation: ["price", { column: "device", categories: ["phone", "desktop"] }, "pose"],
    action: { column: "offer", categories: ["no", "yes"] },
    reward: "r",
    terminated: "last",
  };
  const dataset = await read(quotedLists, { mapping });
  expect(dataset.names).toEqual({
    observations: ["price", "device=phone", "device=desktop", "pose[0]", "pose[1]"],
    actions: ["offer=no", "offer=yes"],
  });
  const shown = formatInspection(inspectDataset(dataset));
  expect(shown).toMatch(
    /observations +0 price, 1 device=phone, 2 device=desktop, 3 pose\[0\], 4 pose\[1\]\n +0 +1 to 2/,
  );
  expect(shown).toMatch(/actions +0 offer=no, 1 offer=yes\n/);
  expect(shown).toMatch(/reading +not used: "host"\n/);
});

test("what is no CSV is not taken for it by its name, and told where the user says so", async () => {
  const named = (text: string) => filesInMemory("log.csv", new TextEncoder().encode(text));
  expect((await recogniseFormat(named('{"id": "a"}\n'))).id).toBe("jsonl");
  await expect(recogniseFormat(named("PK\u0003\u0004"))).rejects.toThrow(DataError);
  expect((await recogniseFormat(named("id,x\n"))).id).toBe("csv");
  await expect(read('{"id": "a", "x": 1}\n')).rejects.toThrow(
    '"log" holds JSON, not CSV; say --from jsonl, or leave --from out.',
  );
});

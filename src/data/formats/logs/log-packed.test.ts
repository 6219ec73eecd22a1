/**
 * Logs that are packed with gzip, and logs whose objects are one long list.
 */
import { gzipSync } from "fflate";
import { expect, test } from "vitest";
import { DataError } from "../../../errors.js";
import { filesInMemory } from "../../containers/files.js";
import { episodeOf } from "../../containers/tables.fixture.js";
import { loadDataset } from "../../episode-source.js";
import { jsonLinesFormat, recogniseFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { expectedLogs, logFile, logRow, readText, summaryOf } from "./log.fixture.js";

test.each(["log.jsonl.gz", "log-list.json"])("%s gives Python's numbers", async (name) => {
  const files = logFile(name);
  const format = await recogniseFormat(files);
  expect(format.id).toBe("jsonl");
  const dataset = await loadDataset(await format.open(files, {}));
  expect(dataset.episodes).toEqual(expectedLogs.episodes.map(episodeOf));
});

const bytesOf = (name: string) => {
  const file = logFile(name).open(name);
  return file.read(0, file.size);
};
const readBytes = async (bytes: Uint8Array) =>
  loadDataset(await jsonLinesFormat.open(filesInMemory("log.jsonl.gz", bytes), {}));

test("a packed log is checked to its last byte", async () => {
  const bytes = bytesOf("log.jsonl.gz");
  for (const cut of [bytes.length - 1, bytes.length - 9, 400, 15])
    await expect(readBytes(bytes.slice(0, cut))).rejects.toThrow(/^"log\.jsonl\.gz" .*; the gzip file is damaged, so/);
  const rows = [0, 1].map((step) => JSON.stringify(logRow("a", step, { terminated: step === 1 }))).join("\n");
  const stored = gzipSync(new TextEncoder().encode(rows), { level: 0 });
  expect(summaryOf(await readBytes(stored))).toEqual([{ rewards: [1, 2], terminated: true, last: 1 }]);
  const changed = stored.slice();
  changed[changed.indexOf(0x35, 30)] = 0x36; // 0.5 becomes 0.6
  await expect(readBytes(changed)).rejects.toThrow("does not match its checksum");
});

test("a bomb takes neither memory nor a claim that cannot be", async () => {
  const zeros = gzipSync(new Uint8Array(50_000_000));
  await expect(readBytes(zeros)).rejects.toThrow(/line 1 has more than 1048576 bytes; write one row a line/);
  const claims = gzipSync(new Uint8Array(100));
  new DataView(claims.buffer).setUint32(claims.length - 4, 0x7fffffff, true);
  await expect(readBytes(claims)).rejects.toThrow("ends before its checksum, or claims more than its bytes can hold");
});

test("objects in a list are told apart by their marks, not by lines", async () => {
  const rows = [0, 1].map((step) => logRow('} ], \\" {', step, { terminated: step === 1, more: { deep: [{}] } }));
  const dataset = await readText(JSON.stringify(rows));
  expect(summaryOf(dataset)).toEqual([{ rewards: [1, 2], terminated: true, last: 1 }]);
});

test.each<[string, string, RegExp]>([
  ["is cut off", `[${JSON.stringify(logRow("a", 0))},`, /ends within its list of objects; copy it again/],
  ["holds lists", `[${JSON.stringify(logRow("a", 0))}, [1]]`, /object 2 is no JSON object; write one object/],
  ["holds numbers", `[${JSON.stringify(logRow("a", 0))}, 1]`, /object 2 is no JSON object/],
  [
    "holds an object that is none",
    `[${JSON.stringify(logRow("a", 0))}, {"a": }]`,
    /object 2 is no complete JSON object/,
  ],
  ["holds a wrong value", `[${JSON.stringify(logRow("a", 0, { reward: "x" }))}]`, /object 1: column "reward" is "x"/],
])("a list that %s is refused", async (_, text, message) => {
  const error = await readText(text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toMatch(message);
});

test("10,000 damaged packed logs and lists", { timeout: 300_000 }, async () => {
  const packed = await fuzzFormat(jsonLinesFormat, [logFile("log.jsonl.gz")], { mutations: 5_000, seed: 1 });
  expect(packed.refused).toBeGreaterThan(4_000);
  const lists = await fuzzFormat(jsonLinesFormat, [logFile("log-list.json")], { mutations: 5_000, seed: 2 });
  expect(lists.refused).toBeGreaterThan(1_000);
  expect(lists.accepted).toBeGreaterThan(50);
});

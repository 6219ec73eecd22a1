/**
 * The readers of logs and of LeRobot data against damaged files: random damage to bytes, and damage that keeps the form
 * and only the sense is lost (odd values in lines of JSON, odd numbers in a description).
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RandomStream } from "../../random.js";
import { filesInMemory } from "../containers/files.js";
import { tableFile, tableFolder, tableJson } from "../containers/tables.fixture.js";
import { jsonLinesFormat, lerobotFormat, parquetFormat } from "./formats.js";
import { type FuzzReport, fuzzFormat } from "./fuzz.fixture.js";

const mapping = tableJson("shop.mapping.json");
const timeout = 300_000;

function check(report: FuzzReport, cases: number): void {
  expect(report.cases).toBe(cases);
  expect(report.refused).toBeGreaterThan(cases / 5);
  expect(report.accepted).toBeGreaterThan(cases / 100);
}

test("10,000 damaged logs of JSON lines", { timeout }, async () => {
  check(await fuzzFormat(jsonLinesFormat, [tableFile("log.jsonl")], { mutations: 7_000, seed: 1 }), 7_000);
  const shop = [tableFile("shop.jsonl")];
  check(await fuzzFormat(jsonLinesFormat, shop, { mutations: 3_000, seed: 2, options: { mapping } }), 3_000);
});

test("10,000 damaged Parquet logs", { timeout }, async () => {
  check(await fuzzFormat(parquetFormat, [tableFile("log.parquet")], { mutations: 7_000, seed: 3 }), 7_000);
  const shop = [tableFile("shop.parquet")];
  check(await fuzzFormat(parquetFormat, shop, { mutations: 3_000, seed: 4, options: { mapping } }), 3_000);
});

test.each(["lerobot-v21", "lerobot-v30"])("10,000 damaged %s datasets", { timeout }, async (name) => {
  check(await fuzzFormat(lerobotFormat, [tableFolder(name)], { mutations: 10_000, seed: 5 }), 10_000);
});

test.each(["snappy-v1", "zstd-v2", "gzip", "lz4", "plain", "split"])(
  "400 damaged Parquet files packed as %s, read as logs of one episode",
  { timeout },
  async (way) => {
    const columns = ["float", "double", "int", "few", "flag", "pairs", "boxes", "nested.deep.x"];
    const one = { episode: "few", observation: columns, action: "nested.goal", reward: "long", interleaved: true };
    const files = [tableFile(`packed-${way}.parquet`)];
    const report = await fuzzFormat(parquetFormat, files, { mutations: 400, seed: 6, options: { mapping: one } });
    check(report, 400);
  },
);

test("5,000 logs whose lines are JSON with odd values", { timeout }, async () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(1e308, -0, 2 ** 53, "", "__proto__", "NaN", null, [], {}, [[1]], [null], [1e39], true),
  );
  const key = fc.constantFrom(
    "episode",
    "step",
    "observation",
    "action",
    "reward",
    "terminated",
    "truncated",
    "__proto__",
  );
  // A value replaces the one of a column in one line, by text, as it would stand in the file.
  const samples = fc.sample(fc.tuple(key, odd), { numRuns: 2_000, seed: 7 });
  const damage = (bytes: Uint8Array, random: RandomStream) => {
    const lines = new TextDecoder().decode(bytes).trim().split("\n");
    const at = random.integer(lines.length);
    const [column, value] = samples[random.integer(samples.length)]!;
    lines[at] = `${lines[at]!.slice(0, -1)},${JSON.stringify(column)}:${JSON.stringify(value)}}`;
    return new TextEncoder().encode(lines.join("\n"));
  };
  check(
    await fuzzFormat(jsonLinesFormat, [tableFile("log.jsonl")], { mutations: 5_000, seed: 8, mutate: damage }),
    5_000,
  );
});

test("2,000 LeRobot descriptions with odd values", { timeout }, async () => {
  const odd = fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: 1_000, seed: 9 });
  const files = tableFolder("lerobot-v30");
  const damage = (bytes: Uint8Array, random: RandomStream, path: string) => {
    if (!path.endsWith("info.json")) return bytes;
    const info = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const owner = random.integer(2) === 0 ? info : (info.features as Record<string, unknown>);
    const keys = [...Object.keys(owner), "__proto__", "calql", "observation.more"];
    const changed = Object.fromEntries([
      ...Object.entries(owner),
      [keys[random.integer(keys.length)], odd[random.integer(odd.length)]],
    ]);
    return new TextEncoder().encode(JSON.stringify(owner === info ? changed : { ...info, features: changed }));
  };
  const info = filesInMemory(
    "info",
    new Map(files.paths.map((path) => [path, files.open(path).read(0, files.open(path).size)])),
  );
  check(await fuzzFormat(lerobotFormat, [info], { mutations: 2_000, seed: 10, mutate: damage }), 2_000);
});

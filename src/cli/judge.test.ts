/** The verb on a few episodes: its table, and what it refuses before anything is fitted. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Agent } from "../agents/agent.js";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-judge-"));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

async function policy(name: string, observationSize: number): Promise<void> {
  const agent = await Agent.create("bc", { observationSize, actionSize: 2, settings: { actorHidden: [4] } });
  writeFileSync(at(name), agent.exportPolicy());
  await agent.release();
}

beforeAll(async () => {
  await calql("data", "collect", "corridor-exit", "--out", at("walks.hdf5"), "--episodes", "12");
  await calql("data", "collect", "corridor-exit", "--out", at("few.hdf5"), "--episodes", "9");
  await policy("one.onnx", 2);
  await policy("other.onnx", 3);
});

it("prints what the checks find, then every policy and what the data did, best first, the same each time", async () => {
  const words = ["judge", at("walks.hdf5"), at("one.onnx"), "--updates", "20", "--discount", "0.9"];
  const { code, out } = await calql(...words);
  expect(code).toBe(0);
  const [said, ...lines] = out.split("\n");
  expect(said).toMatch(/^notice: \d+ steps in 12 episodes are few: /);
  const rows = lines.map((row) => row.split(/ {2,}/));
  expect(rows[0]).toEqual(["policy", "value", "95 % interval", "less than the best"]);
  expect(new Set([rows[1]![0], rows[2]![0]])).toEqual(new Set(["as logged", at("one.onnx")]));
  expect(Number(rows[1]![1])).toBeGreaterThanOrEqual(Number(rows[2]![1]));
  expect(rows[1]!.at(-1)).toBe("best");
  expect(out).toContain("the 12 episodes");
  expect((await calql(...words)).out).toBe(out);
}, 60_000);

it.each([
  [
    "other.onnx",
    [],
    /other\.onnx turns vectors of 3 numbers into 2, and ".*walks\.hdf5" holds vectors of 2 numbers and actions of 2; judge it on data of its own task\./,
  ],
  ["none.onnx", [], /The policy .*none\.onnx cannot be read: there is no such file\. Give a run that has ended/],
  ["one.onnx", ["--discount", "1"], /The flag --discount is "1"; give a number, at least 0 and at most 0\.9999\./],
] as const)("refuses %s %j", async (name, flags, sentence) => {
  const { code, error } = await calql("judge", at("walks.hdf5"), at(name), ...flags);
  expect(error).toMatch(sentence);
  expect(code).toBe(2);
});

it("refuses data that are too few to say anything, and a policy that is named twice", async () => {
  const few = await calql("judge", at("few.hdf5"), at("one.onnx"));
  expect(few.error).toMatch(/few\.hdf5" has 9 episodes, and intervals need at least 10; record more\./);
  const twice = await calql("judge", at("walks.hdf5"), at("one.onnx"), at("one.onnx"));
  expect(twice.error).toMatch(/one\.onnx is named twice; name each once\./);
});

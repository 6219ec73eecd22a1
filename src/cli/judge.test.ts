/** The verb on a few episodes: its table, and what it refuses before anything is fitted. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Agent } from "../agents/agent.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { sizesOfData } from "../training/fitting-agents.js";
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

/** Visits of one step: of three offers one is made with a probability of its own, and the second earns twice the others. */
it("weighs a log that says its propensities, and tells how many episodes count", async () => {
  const propensities = [0.5, 0.25, 0.25];
  const rows = Array.from({ length: 400 }, (_, i) => {
    const action = [0, 1, 0, 2][i % 4]!;
    const reward = action === 1 ? 2 : 1;
    return { id: i, observation: [i % 7], action, reward, propensity: propensities[action] };
  });
  writeFileSync(at("visits.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  writeFileSync(at("visits.yaml"), "episode: id\nactions: {discrete: 3}\nterminated: last\n");
  const sizes = { observationSize: 1, actionSize: 1, discreteActions: 3 };
  const agent = await Agent.create("dqn", { ...sizes, settings: { criticHidden: [4] } });
  writeFileSync(at("offers.onnx"), agent.exportPolicy());
  const chosen = (
    await agent.act(
      Float32Array.from(rows, ({ observation }) => observation[0]!),
      { deterministic: true },
    )
  ).slice();
  await agent.release();
  const words = ["judge", at("visits.jsonl"), at("offers.onnx"), "--mapping", at("visits.yaml"), "--updates", "300"];
  const { code, out } = await calql(...words);
  expect(code).toBe(0);
  const table = out.slice(out.indexOf("importance sampling")).split("\n").slice(1, 3);
  const cells = new Map(table.map((line) => line.split(/ {2,}/)).map(([name, ...others]) => [name, others]));
  const value = (cell = "") => Number(cell.split(" ")[0]);
  expect(cells.get("as logged")!.slice(0, 4).map(value)).toEqual([1.25, 1.25, 1.25, 1.25]);
  expect(cells.get("as logged")!.at(-1)).toBe("400");
  // By hand: the weight of a visit is 1 / propensity where the policy makes the logged offer, else 0.
  const weights = rows.map(({ action, propensity }, i) => (action === chosen[i] ? 1 / propensity! : 0));
  const sum = (figures: number[]) => figures.reduce((total, figure) => total + figure, 0);
  const earned = sum(rows.map(({ reward }, i) => reward * weights[i]!));
  const [plain, normalised, each, robust, , count] = cells.get(at("offers.onnx"))!;
  expect(value(plain)).toBeCloseTo(earned / 400, 2);
  expect(value(normalised)).toBeCloseTo(earned / sum(weights), 2);
  expect(value(each)).toBeCloseTo(earned / 400, 2);
  expect(Math.abs(value(robust) - earned / 400)).toBeLessThan(0.2);
  expect(Number(count)).toBeCloseTo(sum(weights) ** 2 / sum(weights.map((weight) => weight ** 2)), 1);
}, 60_000);

it("judges a policy with masks on masked data, and says what a format that has no place for propensities loses", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const legal = i % 2 === 0 ? [1, 1, 0] : [0, 1, 1];
    return {
      id: i,
      observation: [i % 5],
      action: i % 4 < 2 ? 1 : i % 2 === 0 ? 0 : 2,
      reward: 1,
      propensity: 0.5,
      legal,
    };
  });
  writeFileSync(at("masked.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  const map = ["--mapping", at("visits.yaml")];
  const data = await readDataset(at("masked.jsonl"), {
    mapping: { episode: "id", actions: { discrete: 3 }, terminated: "last" },
  });
  const agent = await Agent.create("dqn", { ...sizesOfData(data), settings: { criticHidden: [4] } });
  writeFileSync(at("masked.onnx"), agent.exportPolicy());
  await agent.release();
  const { code, out, error } = await calql("judge", at("masked.jsonl"), at("masked.onnx"), ...map, "--updates", "10");
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(out).toMatch(/importance sampling/);
  const unmasked = await calql("judge", at("masked.jsonl"), at("offers.onnx"), ...map);
  expect(unmasked.error).toContain("offers.onnx turns vectors of 1 number into 1, and");
  const lost = await calql("data", "convert", at("visits.jsonl"), at("lost.hdf5"), ...map);
  expect(lost.error).toContain("The format d4rl has no place for the propensities of actions");
  const kept = await calql("data", "convert", at("visits.jsonl"), at("kept.calql"), ...map);
  expect(kept.error).not.toContain("propensities");
}, 60_000);

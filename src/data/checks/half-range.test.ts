/** What is said of actions that use half of their bounds, followed as it is said: in training they then go from -1 to 1. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countingTables, exampleFile } from "../example-data.fixture.js";
import type { ReadOptions } from "../formats/format.js";
import { inspectDataset } from "../inspect.js";
import { convertDataset } from "../storage/convert-dataset.js";
import { readDataset } from "../storage/open-dataset.js";
import { scaleActions } from "../transform.js";
import { checkData } from "./checks.js";

const place = mkdtempSync(join(tmpdir(), "calql-half-"));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

/** Actions of 12 rows from 0 to 1, [0, 1, 0.9 ...]; each row is a step, since the task ends in it. */
const actions = Array.from({ length: 12 }, (_, row) => [0, 1, 0.9, 0.25][row % 4]!);
const ones = actions.map(() => 1);
const shown = (file: string, options: ReadOptions = {}) =>
  readDataset(file, options).then((dataset) =>
    checkData(inspectDataset(dataset)).filter(({ id }) => /^actions/.test(id)),
  );

/** What an agent gets of the data. */
async function scaled(file: string, options: ReadOptions = {}): Promise<number[]> {
  const { episodes, actionBounds } = await readDataset(file, options);
  return episodes.flatMap(({ actions }) => {
    const own = actions.slice();
    scaleActions(own, actionBounds!);
    return [...own];
  });
}

async function writeRows(name: string, values: readonly number[]): Promise<void> {
  const tables = { ...countingTables(ones), actions: { shape: [values.length, 1], values } };
  writeFileSync(at(name), await exampleFile(tables));
}

beforeAll(async () => {
  await writeRows("none.hdf5", actions);
  await writeRows(
    "upper.hdf5",
    actions.map((value) => -value),
  );
  await convertDataset(at("none.hdf5"), at("wrong.hdf5"), { actionBounds: [-1, 1] });
});

describe("actions that use half of the range", () => {
  const expected = actions.map((value) => Math.fround(2 * Math.fround(value) - 1));

  it.each([
    ["none.hdf5", "0,1", expected],
    ["upper.hdf5", "-1,0", expected.map((value) => -value)],
    ["wrong.hdf5", "0,1", expected],
  ])("of %s have the bounds %s", async (name, bounds, values) => {
    const [notice] = await shown(at(name));
    expect(notice!.id).toBe("actions-use-half");
    const [, low, high] = /--action-bounds (-?[\d.]+),(-?[\d.]+)[,)]/.exec(notice!.sentence)!;
    expect(`${low},${high}`).toBe(bounds);
    const options = { actionBounds: [Number(low), Number(high)] as const };
    expect(await shown(at(name), options)).toEqual([]);
    await convertDataset(at(name), at(`${name}.calql`), options);
    expect(await shown(at(`${name}.calql`))).toEqual([]);
    for (const [i, value] of (await scaled(at(`${name}.calql`))).entries()) expect(value).toBeCloseTo(values[i]!, 6);
  });

  it("of a log have those that the mapping names", async () => {
    const rows = actions.map((action, row) => JSON.stringify({ observation: [row], action: [action], reward: row }));
    writeFileSync(at("log.jsonl"), rows.join("\n"));
    const mapping = { terminated: "always" };
    const [notice] = await shown(at("log.jsonl"), { mapping });
    const [, low, high] = /in a log's mapping actions: \{low: (\S+), high: (\S+)\}/.exec(notice!.sentence)!;
    const told = { mapping: { ...mapping, actions: { low: Number(low), high: Number(high) } } };
    expect(await shown(at("log.jsonl"), told)).toEqual([]);
    for (const [i, value] of (await scaled(at("log.jsonl"), told)).entries())
      expect(value).toBeCloseTo(expected[i]!, 6);
  });
});

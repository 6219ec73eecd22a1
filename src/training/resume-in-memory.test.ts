/** A run in memory that is resumed is the run that was never ended, wherever it stopped; another run is refused. */
import { afterEach, describe, expect, it } from "vitest";
import { randomDataset } from "../data/example-data.fixture.js";
import { DataError, UsageError } from "../errors.js";
import { errorOf, lineData, registerLine, tiny } from "../runs/tiny-run.fixture.js";
import type { TrainSettings } from "../settings/configuration.js";
import { MemorySink } from "./memory-sink.js";
import { trainInMemory } from "./train-in-memory.js";

/** Called before every step of the environment. */
let beforeStep = () => {};
afterEach(() => {
  beforeStep = () => {};
});
const reward = (_step: number, action: number, seed: number) => action + seed / 2 ** 31;
const task = registerLine("line in memory", { beforeStep: () => beforeStep(), reward, savable: true });
const settings = { ...tiny, task, onlineSteps: 60, evaluateEverySteps: 50, logEveryUpdates: 4 } satisfies TrainSettings;
const dataset = lineData();

/** A record whose run ended in that step of the environment, counted from 1. */
async function failedAt(step: number): Promise<MemorySink> {
  let steps = 0;
  beforeStep = () => {
    if (++steps === step) throw new Error("out of battery");
  };
  const record = new MemorySink();
  expect((await errorOf(trainInMemory(settings, { dataset, record }))).message).toContain("out of battery");
  expect(record.ending?.status).toBe("failed");
  beforeStep = () => {};
  return record;
}

/** All of a record that does not depend on the clock. */
function contentOf({ metricsLines, evaluations, notices, episodes, model, ending }: MemorySink) {
  const timeless = (lines: readonly object[]) => lines.map((line) => ({ ...line, seconds: 0 }));
  const lines = [metricsLines, evaluations, notices].map(timeless);
  return { lines, episodes, model, status: ending?.status, updates: ending?.updates };
}

describe("a run in memory", () => {
  // Two evaluations of two episodes of 10 steps come before the first online episode.
  it.each([
    ["in its fourth online episode", 40 + 35],
    ["in its second evaluation", 20 + 5],
    ["before its first snapshot", 5],
  ])("that failed %s goes on as if it had not", async (_, step) => {
    const whole = await trainInMemory(settings, { dataset });
    const record = await failedAt(step);
    await trainInMemory(settings, { dataset, record });
    expect(contentOf(record)).toEqual(contentOf(whole));
  });

  it("goes on with no other settings or data than it was begun with, and is then left as it is", async () => {
    const record = await failedAt(75);
    const before = contentOf(record);
    const otherSettings = await errorOf(trainInMemory({ ...settings, discount: 0.5 }, { dataset, record }));
    expect(otherSettings).toBeInstanceOf(UsageError);
    expect(otherSettings.message).toBe(
      "The record is of a run with other settings: its discount is 0.99, now it is 0.5. Give the settings that it was begun with, or train without a record.",
    );
    const other = randomDataset(2, [20, 30, 50], { observationSize: 2, actionSize: 1 });
    const otherData = await errorOf(trainInMemory(settings, { dataset: other, record }));
    expect(otherData).toBeInstanceOf(DataError);
    expect(otherData.message).toMatch(/^The recorded data are not those that the run in the record began with; give/);
    expect(contentOf(record)).toEqual(before);
  });

  it("goes on from a copy of its record, as another process would have it", async () => {
    const copy = Object.assign(new MemorySink(), structuredClone({ ...(await failedAt(75)) }));
    await trainInMemory(settings, { dataset, record: copy });
    expect(contentOf(copy)).toEqual(contentOf(await trainInMemory(settings, { dataset })));
  });
});

/** Recorded choices in a file that does not say that its actions are choices: the flag that the message names helps. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectGridWorld } from "../environments/gridworld/collect-gridworld.js";
import { readRun } from "../runs/read.js";
import { writeDataset } from "../runs/task-data.js";
import { train } from "../runs/tiny-run.fixture.js";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-discrete-"));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

const task = "gridworld-cliff";
const { discreteActions, ...untold } = await collectGridWorld({ task, seed: 1, steps: 1000 });
const small =
  "--preset laptop --threads 1 --batch-size 8 --critic-hidden 8 --offline-updates 20 --online-steps 20 --evaluation-episodes 2";
const trainOn = (file: string, out: string, ...more: string[]) => {
  const words = ["--task", task, "--dataset", at(file), "--agent", "dqn", "--out", at(out), ...small.split(" ")];
  return calql("train", ...words, ...more);
};

beforeAll(() => writeDataset(at("untold.hdf5"), untold));

describe("a D4RL file of choices without metadata", () => {
  it("is refused for a task of choices, with the flag that helps", async () => {
    const { code, error } = await trainOn("untold.hdf5", "refused");
    expect(code).toBe(2);
    expect(error).toContain(`say how many there are with discreteActions (--discrete-actions ${discreteActions};`);
  });

  it("trains a discrete agent with it, exactly as the file that says it does", async () => {
    const { code } = await trainOn("untold.hdf5", "told", "--discrete-actions", String(discreteActions));
    expect(code).toBe(0);
    await writeDataset(at("said.hdf5"), { ...untold, discreteActions: discreteActions! });
    expect((await trainOn("said.hdf5", "said")).code).toBe(0);
    const [told, said] = [at("told"), at("said")].map((folder) => readRun(folder));
    expect(told!.config.settings).toMatchObject({ agent: "dqn", discreteActions });
    expect(told!.summary!.status).toBe("completed");
    const metricsOf = (run: typeof told) => run!.metrics.map(({ metrics }) => metrics);
    expect(metricsOf(told)).toEqual(metricsOf(said));
  });

  it("becomes one that says it, where it is converted with the flag", async () => {
    const flag = ["--discrete-actions", String(discreteActions)];
    expect((await calql("data", "convert", at("untold.hdf5"), at("converted/"), "--to", "calql", ...flag)).code).toBe(
      0,
    );
    expect((await trainOn("converted/", "converted-run")).code).toBe(0);
    expect((await calql("data", "inspect", at("untold.hdf5"), ...flag)).out).toContain(`${discreteActions}`);
  });

  it.each([
    [
      ["--discrete-actions", "2"],
      2,
      /holds [23] in row \d+, which is no whole number from 0 to 1, the actions that are declared/,
    ],
    [["--discrete-actions", "0"], 2, /^error: The flag --discrete-actions is "0"; give a whole number, at least 1/],
  ])("is refused with %j", async (flag, code, sentence) => {
    const outcome = await calql("data", "inspect", at("untold.hdf5"), ...flag);
    expect([outcome.code, outcome.error]).toEqual([code, expect.stringMatching(sentence)]);
  });
});

it("what the data say themselves is not told otherwise, nor that vectors are choices", async () => {
  const settings = { task, agent: "dqn", offlineUpdates: 1, onlineSteps: 0, criticHidden: [8], discreteActions: 3 };
  const said = { ...untold, discreteActions: discreteActions! };
  await expect(train(settings, { folder: at("other"), dataset: said })).rejects.toThrow(
    `says itself that its actions are a choice among ${discreteActions}, not 3; leave discreteActions out.`,
  );
  const vectors = { ...untold, actionSize: 2, episodes: [] };
  await expect(train(settings, { folder: at("other"), dataset: vectors })).rejects.toThrow(
    "are vectors of 2 numbers and no choice among 3; leave discreteActions out.",
  );
});

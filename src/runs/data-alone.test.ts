/**
 * Runs without a task: they learn from recorded data alone, and an estimate on episodes that are held out stands in for
 * what would be played. The same in a folder and in memory, ended or not.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { comparisonTables } from "../cli/compare-text.js";
import { resultText } from "../cli/progress.js";
import type { ComparedRun } from "../comparison/compare.js";
import { vectorParts } from "../data/columns.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { convertDataset } from "../data/storage/convert-dataset.js";
import { cells, dataset as walks } from "../estimation/walker.fixture.js";
import { reportPage } from "../report/page.js";
import { runFigures, summariseRuns } from "../report/statistics.js";
import type { TrainSettings } from "../settings/configuration.js";
import { trainInMemory } from "../training/train-in-memory.js";
import { exportPolicy } from "./export-policy.js";
import { readRun } from "./read.js";
import { writeDataset } from "./task-data.js";
import { errorOf, newFolder, registerLine, tiny, train, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const dataset = {
  source: "walks",
  observations: vectorParts(cells),
  actionSize: 1,
  discreteActions: 2,
  ...walks(true, 60),
};
const sizes = { observationSize: 2, actionSize: 1 };
const settings = {
  task: null,
  agent: "cal-ql-discrete",
  ...{ threads: 1, batchSize: 8, criticHidden: [8], criticLearningRate: 0.02, seed: 3 },
  ...{ offlineUpdates: 30, evaluateEveryUpdates: 10, logEveryUpdates: 10 },
} satisfies TrainSettings;

const timeless = (lines: readonly object[]) => lines.map((line) => ({ ...line, seconds: 0 }));

describe("a run from data alone", () => {
  it("judges its policies by episodes that it does not learn from, and says so first", async () => {
    const folder = newFolder();
    const { summary, evaluations } = await train(settings, { folder, dataset });
    expect(summary).toMatchObject({ status: "completed", updates: 30, onlineSteps: 0 });
    expect(evaluations.map(({ updates }) => updates)).toEqual([0, 10, 20, 30]);
    for (const { episodes, successRate, lengthMean, returnMean, estimate } of evaluations) {
      expect([episodes, successRate, lengthMean]).toEqual([12, undefined, undefined]);
      expect(estimate!.low).toBeLessThan(returnMean);
      expect(estimate!.logged).toBe(evaluations[0]!.estimate!.logged);
    }
    const { config, notices } = readRun(folder);
    const learned = dataset.episodes.reduce((sum, { length }) => sum + length, 0);
    expect(config.dataset).toMatchObject({ episodes: 48, heldOut: { episodes: 12 } });
    expect(config.dataset.steps + config.dataset.heldOut!.steps).toBe(learned);
    expect(notices[0]!.notice).toMatch(
      /^No task is named: the run learns offline from the data alone\. Its policy is not played but judged by an estimate \(fitted Q evaluation\) on 12 of the 60 episodes, .* go by that estimate/,
    );
  });

  it("keeps the state whose interval begins highest as its best, and exports it", async () => {
    const folder = newFolder();
    const { evaluations } = await train(settings, { folder, dataset });
    const lows = evaluations.map(({ estimate }) => estimate!.low);
    const best = evaluations[lows.lastIndexOf(Math.max(...lows))]!;
    expect((await exportPolicy({ folder, best: true })).evaluation).toEqual(best);
  });

  it("is the same in a folder and in memory, and when it is ended and resumed", async () => {
    const [whole, pieces] = [newFolder(), newFolder()];
    await train(settings, { folder: whole, dataset });
    const { metricsLines, evaluations, notices } = await trainInMemory(settings, { dataset });
    const recorded = readRun(whole);
    expect(timeless(metricsLines)).toEqual(timeless(recorded.metrics));
    expect(timeless(evaluations)).toEqual(timeless(recorded.evaluations));
    expect(timeless(notices)).toEqual(timeless(recorded.notices));
    for (const [i, end] of [4, 12, Number.POSITIVE_INFINITY].entries()) {
      const stop = new AbortController();
      let calls = 0;
      const onProgress = () => {
        if (++calls === end) stop.abort();
      };
      const options = { folder: pieces, dataset, signal: stop.signal, onProgress };
      await (i === 0 ? train(settings, options) : resume(options));
    }
    expect(identityOf(pieces)).toEqual(identityOf(whole));
  });

  it("takes the bounds of vector actions from the data: declared ones, or what was recorded", async () => {
    const { agent: _, criticHidden: _hidden, criticLearningRate: _rate, ...vectors } = settings;
    const { episodes, ...header } = randomDataset(1, new Array<number>(20).fill(10), sizes);
    const scaled = episodes.map((episode) => ({
      ...episode,
      actions: episode.actions.map((action) => 20 + 5 * action),
    }));
    const bounds = async (given: object) => {
      const record = await trainInMemory(
        { ...vectors, agent: "bc", actorHidden: [8] },
        { dataset: { ...header, episodes: scaled, ...given } },
      );
      const { tensors } = record.newest!;
      return ["low", "high"].map((name) => (tensors.get(`transform/actions/${name}`) as Float32Array)[0]!);
    };
    const all = scaled.flatMap(({ actions }) => [...actions]);
    expect(await bounds({})).toEqual([Math.min(...all), Math.max(...all)]);
    expect(await bounds({ actionBounds: { low: [10], high: [30] } })).toEqual([10, 30]);
  });

  it("reads a log by its mapping, which stays among the settings", async () => {
    const folder = newFolder();
    const place = newFolder();
    const rows = dataset.episodes.flatMap(({ length, actions, rewards, terminated }, session) =>
      Array.from({ length }, (_, i) =>
        JSON.stringify({ session, i, offer: actions[i] ? "on" : "back", paid: rewards[i], end: terminated[i] === 1 }),
      ),
    );
    writeFileSync(`${place}.jsonl`, `${rows.join("\n")}\n`);
    const columns =
      "{episode: session, observation: i, action: {column: offer, categories: [back, on]}, reward: paid, terminated: end}";
    writeFileSync(`${place}.yaml`, columns);
    await train({ ...settings, dataset: `${place}.jsonl`, mapping: `${place}.yaml` }, { folder });
    writeFileSync(`${place}.yaml`, "episode: other");
    const { config } = readRun(folder);
    expect(config.settings).toMatchObject({ task: null, mapping: { episode: "session", reward: "paid" } });
    expect(config.dataset.heldOut!.episodes).toBe(12);
  });

  it("learns from data that are larger than its memory, of which it holds out whole blocks", async () => {
    const [hdf5, own] = [`${newFolder()}.hdf5`, `${newFolder()}.calql`];
    await writeDataset(hdf5, randomDataset(1, new Array<number>(600).fill(100), sizes));
    await convertDataset(hdf5, own);
    const folder = newFolder();
    const small = { ...tiny, task: null, onlineSteps: 0, replayMemory: 1, dataset: own, heldOutShare: 0.1 };
    const { evaluations } = await train(small, { folder });
    const { dataset: told } = readRun(folder).config;
    expect(told.episodes + told.heldOut!.episodes).toBe(600);
    expect(told.heldOut!.episodes).toBe(evaluations[0]!.episodes);
    expect(told.heldOut!.episodes).toBeGreaterThan(10);
  });
});

describe("a run without evaluations", () => {
  it("goes through both phases in its environment, and every verb copes", async () => {
    const task = registerLine("line that nobody judges");
    const { folder, evaluations, summary } = await trainTiny(task, { evaluationEpisodes: 0 });
    expect([evaluations, summary.status, summary.onlineSteps]).toEqual([[], "completed", 20]);
    const run = readRun(folder);
    expect(runFigures(run)).toMatchObject({ successEnd: undefined, returnEnd: undefined });
    expect(reportPage([run])).toContain("it was never evaluated");
    const compared = {
      ...{ name: "cal-ql, seed 0", label: "cal-ql", task, seed: 0, folder },
      run,
      status: "completed",
    };
    expect(comparisonTables([compared as unknown as ComparedRun])).not.toMatch(/NaN|undefined|success/);
  });

  it("learns from all data where there is no task, and says that nothing judges it", async () => {
    const folder = newFolder();
    const { evaluations, summary } = await train({ ...settings, evaluationEpisodes: 0 }, { folder, dataset });
    expect([evaluations, summary.status]).toEqual([[], "completed"]);
    const { config, notices } = readRun(folder);
    expect(config.dataset).toMatchObject({ episodes: 60 });
    expect(config.dataset).not.toHaveProperty("heldOut");
    expect(notices[0]!.notice).toMatch(/nothing judges its policy: there are no evaluations\.$/);
    expect((await errorOf(exportPolicy({ folder, best: true }))).message).toBe(
      `The run in ${folder} has no best state (best.safetensors): it has no evaluations (evaluationEpisodes is 0). Export the newest state in its place, without --best.`,
    );
    expect((await exportPolicy({ folder })).path).toBe(join(folder, "policy-last.onnx"));
  });
});

describe("a run in an environment that knows no success", () => {
  it("shows its return with an interval, and never a success of 0 %", async () => {
    const task = registerLine("line of better or worse", { success: () => null, reward: (step) => step });
    const { folder, evaluations } = await trainTiny(task);
    const last = evaluations.at(-1)!;
    expect(last).toMatchObject({ episodes: 2, returnMean: 55, lengthMean: 10 });
    expect(last).not.toHaveProperty("successRate");
    expect(resultText(last)).toBe("return 55");
    const run = readRun(folder);
    expect(runFigures(run)).toMatchObject({
      successEnd: undefined,
      regret: undefined,
      returnBefore: 55,
      returnEnd: 55,
    });
    expect(summariseRuns([run]).returnEnd).toEqual({ mean: 55, low: 55, high: 55, runs: 1 });
    const page = reportPage([run]);
    expect(page).toContain("<h2>Return</h2>");
    expect(page).not.toMatch(/Success rate|0 %<\/td>/);
  });
});

describe("a run without a task is refused", () => {
  it.each([
    [
      { agent: "rlpd" },
      /^Without a task there is no online phase, and rlpd learns in that alone \(offlineUpdates is 0\); name/,
    ],
    [{ agent: "wsrl" }, /^Without a task there is no online phase, and wsrl goes on in it with wsrl; name a task/],
    [{ agent: "sac" }, /^Without a task there is no online phase, and sac learns in that alone/],
    [{ ...settings, onlineSteps: 5 }, /^Without a task there is no online phase, but onlineSteps is 5; name a task/],
    [
      { ...settings, agent: "iql", criticLearningRate: 1e-3 },
      /^The agent iql acts with vectors|take an agent for discrete actions/,
    ],
    [{ ...settings, heldOutShare: 0.01 }, /^walks holds 60 episodes, of which a share of 0\.01 is too few/],
  ] as const)("%j", async (written, sentence) => {
    const given = { ...written, task: null } as TrainSettings;
    expect((await errorOf(train(given, { folder: newFolder(), dataset }))).message).toMatch(sentence);
  });

  it("where it has no data either", async () => {
    expect((await errorOf(train({ ...settings }, { folder: newFolder() }))).message).toMatch(
      /^Neither a task nor recorded data are named: there is nothing to learn from; name the data/,
    );
  });
});

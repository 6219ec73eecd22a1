/**
 * A comparison in this process: what is complete is not run again, what is not goes on, and other people's runs are left
 * alone. Runs that ended early are in going-on.test.ts, the processes in worker.test.ts.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, describe, expect, it } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { comparisonTables } from "../cli/compare-text.js";
import { lockFolder } from "../runs/lock.js";
import { readRun } from "../runs/read.js";
import { registerLine } from "../runs/tiny-run.fixture.js";
import { type CompareOptions, compare } from "./compare.js";
import { newPlace, recorded, tinyComparison, tinySettings } from "./comparison.fixture.js";
import { variantOf, withCommon } from "./comparison.js";
import { NO_TASK } from "./plan.js";
import { type StartWorker, startHere } from "./run-worker.js";

const { place, remove } = newPlace();
afterAll(remove);
const pair = tinyComparison(["cal-ql", "sac"]);
const at = (folder: string, name = "") => join(place, folder, "pointmaze-umaze", name);

/** Compares in this process and says which runs began. */
async function comparing(folder: string, comparison = pair, options: Partial<CompareOptions> = {}) {
  const began: string[] = [];
  const asides: string[] = [];
  const resumed: string[] = [];
  const events = {
    began: ({ name }: { name: string }) => began.push(name),
    setAside: ({ name }: { name: string }, reason: string) => asides.push(`${name} ${reason}`),
    resumed: ({ name }: { name: string }, reason: string) => resumed.push(`${name} ${reason}`),
  };
  const result = await compare(comparison, { folder: join(place, folder), startWorker: startHere, events, ...options });
  return { ...result, began, asides, resumed, statuses: result.runs.map(({ status }) => status) };
}

const exampleMapping = {
  episode: "session",
  observation: ["interest"],
  action: { column: "offer", categories: ["none", "coupon"] },
  reward: "revenue",
  terminated: "left",
};

/** Twenty sessions of a shop, three steps each. */
function exampleLog(folder: string): string {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const [session, step] = [Math.floor(i / 3), i % 3];
    return JSON.stringify({
      session,
      interest: 1 - step / 3,
      offer: (session + step) % 2 ? "coupon" : "none",
      revenue: step,
      left: step === 2,
    });
  });
  const path = join(folder, "visits.jsonl");
  writeFileSync(path, `${rows.join("\n")}\n`);
  return path;
}

/** Fails those runs of whose folder a word is part, with nothing left behind. */
const failing =
  (word: string): StartWorker =>
  (task, events) =>
    task.folder.includes(word)
      ? { ended: Promise.resolve({ status: "failed", reason: "out of battery" }), stop: () => {} }
      : startHere(task, events);

describe("a comparison without a task", () => {
  it("learns from the data alone, with a table and a page of estimated returns", async () => {
    const dataset = exampleLog(place);
    const settings = { dataset, mapping: exampleMapping, batchSize: 8, criticHidden: [8], offlineUpdates: 20 };
    const alone = {
      tasks: [NO_TASK],
      seeds: [0],
      variants: withCommon(["cal-ql-discrete", "cql-discrete"].map(variantOf), settings, "under"),
    };
    const { runs, statuses, report } = await comparing("alone", alone);
    expect(statuses).toEqual(["completed", "completed"]);
    expect(runs[0]).toMatchObject({
      task: "data alone (visits.jsonl)",
      folder: join(place, "alone", "visits", "cal-ql-discrete-seed0"),
      run: { config: { settings: { task: null, onlineSteps: 0 }, dataset: { heldOut: { episodes: 4 } } } },
    });
    expect(comparisonTables(runs)).toMatch(
      /^data alone \(visits\.jsonl\), .*\nagent +return before +return +as logged/,
    );
    expect(readFileSync(report!, "utf8")).toContain("data alone (visits.jsonl)");
    expect((await comparing("alone", alone)).began).toEqual([]);
  });

  it("is refused without data", async () => {
    const alone = { tasks: [NO_TASK], seeds: [0], variants: [variantOf("cql")] };
    await expect(comparing("nothing", alone)).rejects.toThrow(
      "Without a task the data must be named that the runs learn from, with --dataset FILE.",
    );
  });
});

describe("compare", () => {
  it("runs what is missing and nothing twice, from one dataset", async () => {
    const first = await comparing("whole", pair, { jobs: 2 });
    expect(first.began).toEqual(["cal-ql, seed 0", "sac, seed 0", "cal-ql, seed 1", "sac, seed 1"]);
    expect(first.statuses).toEqual(["completed", "completed", "completed", "completed"]);
    expect(readRun(at("whole", "cal-ql-seed1")).config).toMatchObject({
      settings: { label: "cal-ql", seed: 1, threads: 1, dataset: at("whole", "data.hdf5") },
      dataset: { steps: 300 },
    });
    const before = recorded(at("whole", "sac-seed1"));
    const dataTime = statSync(at("whole", "data.hdf5")).mtimeMs;
    const more = await comparing("whole", { ...pair, seeds: [0, 1, 2] });
    expect(more.began).toEqual(["cal-ql, seed 2", "sac, seed 2"]);
    expect(more.statuses).toEqual(Array(6).fill("completed"));
    expect(recorded(at("whole", "sac-seed1"))).toEqual(before);
    expect(statSync(at("whole", "data.hdf5")).mtimeMs).toBe(dataTime);
    expect(existsSync(join(place, "whole", ".lock"))).toBe(false);
  });

  it("gives the same records whatever the number of jobs", async () => {
    await comparing("serial", pair, { jobs: 1 });
    for (const name of ["cal-ql-seed0", "sac-seed0", "cal-ql-seed1", "sac-seed1"])
      expect(identityOf(at("serial", name)), name).toEqual(identityOf(at("whole", name)));
  });

  it("refuses a folder whose runs have other settings, naming the first, and touches nothing", async () => {
    const before = readFileSync(at("serial", "sac-seed0/config.json"), "utf8");
    const other = tinyComparison(["cal-ql", "sac"], { ...tinySettings, offlineUpdates: 30 });
    await expect(comparing("serial", other)).rejects.toThrow(
      /serial\/pointmaze-umaze\/cal-ql-seed0 holds a run with other settings: its offlineUpdates is 20, now it is 30\. Name/,
    );
    expect(readFileSync(at("serial", "sac-seed0/config.json"), "utf8")).toBe(before);
  });

  it("refuses data that were collected in another way", async () => {
    rmSync(at("serial", "cal-ql-seed0"), { recursive: true });
    const other = { ...pair, collection: { steps: 300, seed: 1 } };
    await expect(comparing("serial", other)).rejects.toThrow(/data\.hdf5 was collected in another way/);
  });

  it("needs no data for runs that learn from none, not even of a task that has none", async () => {
    const task = registerLine("line without data");
    const { statuses } = await comparing("none", { ...tinyComparison(["sac"]), tasks: [task], seeds: [0] });
    expect(statuses).toEqual(["completed"]);
    const folder = join(place, "none", task);
    expect(readdirSync(folder)).toEqual(["sac-seed0"]);
    expect(readRun(join(folder, "sac-seed0")).config).toMatchObject({
      settings: { dataset: null },
      dataset: { steps: 0 },
    });
  });

  it("shares the cores among the runs at a time, of which there are no more than runs", async () => {
    const comparison = { ...tinyComparison(["sac"]), tasks: [registerLine("line of many cores")] };
    const told = async (jobs: number) => {
      const cores: unknown[] = [];
      const startWorker: StartWorker = (task, events) => {
        cores.push(task.cores);
        return failing("seed")(task, events);
      };
      await comparing("cores", comparison, { jobs, startWorker });
      return cores;
    };
    const all = availableParallelism();
    const half = Math.max(1, Math.floor(all / 2));
    expect([await told(1), await told(2), await told(50)]).toEqual([
      [all, all],
      [half, half],
      [half, half],
    ]);
  });

  it("shows a run that failed with its reason, goes on with the others, and runs it at the next call", async () => {
    const first = await comparing("failed", pair, { startWorker: failing("sac-seed0") });
    expect(first.runs.filter(({ status }) => status !== "completed")).toEqual([
      expect.objectContaining({ name: "sac, seed 0", status: "failed", reason: "out of battery" }),
    ]);
    const { document } = parseHTML(readFileSync(first.report!, "utf8"));
    expect(document.querySelector(".warnings")!.textContent).toMatch(/^sac, seed 0 failed: out of battery\./);
    expect(document.querySelector(".figures")!.textContent).toContain("1 of 2 runs complete");
    expect(document.querySelector("details.runs")!.textContent).toContain("sac, seed 0failed: out of battery");
    const again = await comparing("failed");
    expect(again.began).toEqual(["sac, seed 0"]);
    expect(again.statuses).toEqual(["completed", "completed", "completed", "completed"]);
  });

  it("continues with a run that failed, in its folder", async () => {
    await comparing("diverged", { ...pair, seeds: [0] });
    const summary = at("diverged", "sac-seed0/summary.json");
    const failed = { ...JSON.parse(readFileSync(summary, "utf8")), status: "failed", reason: "It diverged." };
    writeFileSync(summary, JSON.stringify(failed));
    const again = await comparing("diverged", { ...pair, seeds: [0] });
    expect(again.resumed).toEqual(["sac, seed 0 failed (It diverged)"]);
    expect(again.asides).toEqual([]);
    expect(again.statuses).toEqual(["completed", "completed"]);
    expect(readdirSync(at("diverged")).sort()).toEqual(["cal-ql-seed0", "data.hdf5", "sac-seed0"]);
    expect(identityOf(at("diverged", "sac-seed0"))).toEqual(identityOf(at("whole", "sac-seed0")));
  });

  it("ends at the signal with what is there, and continues with the interrupted run at the next call", async () => {
    const stop = new AbortController();
    const events = { evaluated: () => stop.abort() };
    const first = await comparing("stopped", pair, { jobs: 1, signal: stop.signal, events });
    expect(first.statuses).toEqual(["interrupted", "not run", "not run", "not run"]);
    expect(readRun(at("stopped", "cal-ql-seed0")).summary?.status).toBe("interrupted");
    const again = await comparing("stopped");
    expect(again.resumed).toEqual(["cal-ql, seed 0 was interrupted"]);
    expect(again.asides).toEqual([]);
    expect(again.statuses).toEqual(["completed", "completed", "completed", "completed"]);
    expect(readdirSync(at("stopped")).filter((name) => name.startsWith("cal-ql-seed0"))).toEqual(["cal-ql-seed0"]);
    expect(recorded(at("stopped", "cal-ql-seed0"))).toEqual(recorded(at("whole", "cal-ql-seed0")));
  });

  it("keeps out of a folder where another comparison is at work", async () => {
    const unlock = lockFolder(join(place, "whole"), "comparison");
    await expect(comparing("whole")).rejects.toThrow(
      /Another comparison \(process \d+, .*\) is at work in .*whole; wait/,
    );
    unlock();
    expect((await comparing("whole")).began).toEqual([]);
  });

  it("has no report if nothing was recorded", async () => {
    const { report, statuses } = await comparing("nothing", pair, { startWorker: failing("seed") });
    expect(statuses).toEqual(["failed", "failed", "failed", "failed"]);
    expect(report).toBeUndefined();
  });
});

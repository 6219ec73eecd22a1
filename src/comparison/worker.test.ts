/**
 * Runs as processes of their own, from the built program: a worker that is killed costs its own run and no other, its
 * run is picked up at the next call, processes record what one process records, and Ctrl-C ends all in order.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { builtProgram } from "../cli/built.fixture.js";
import { readRun } from "../runs/read.js";
import { type CompareEvents, type CompareOptions, compare } from "./compare.js";
import {
  flipByteOfNewestCheckpoint,
  newPlace,
  recorded,
  tinyComparison,
  tookTheOneBefore,
} from "./comparison.fixture.js";
import { processWorkers, type RunWorker, startHere } from "./run-worker.js";

const { bin, worker, remove: removeProgram } = builtProgram();
const { place, remove } = newPlace();
afterAll(() => {
  removeProgram();
  remove();
});
const at = (folder: string, name: string) => join(place, folder, "pointmaze-umaze", name);
/** Long enough to be killed in the middle, with an evaluation on the way. */
const pair = tinyComparison(["cal-ql", "cql"], { offlineUpdates: 300, evaluateEveryUpdates: 20 });
const processes = (folder: string, options: CompareOptions = {}) =>
  compare(pair, { folder: join(place, folder), startWorker: processWorkers(worker), jobs: 2, ...options });

describe("a worker process", () => {
  it("that is killed costs its own run, which is told and picked up at the next call", async () => {
    const workers = new Map<string, RunWorker>();
    const began: string[] = [];
    const first = await processes("killed", {
      events: {
        began: ({ name }, started) => workers.set(name, started),
        evaluated: ({ name }, { updates }) => {
          if (name === "cql, seed 0" && updates === 20) process.kill(workers.get(name)!.pid!, "SIGKILL");
        },
      },
    });
    expect(first.runs.map(({ name, status, reason }) => [name, status, reason])).toEqual([
      ["cal-ql, seed 0", "completed", undefined],
      ["cql, seed 0", "failed", "its worker was killed by SIGKILL"],
      ["cal-ql, seed 1", "completed", undefined],
      ["cql, seed 1", "completed", undefined],
    ]);
    expect(readRun(at("killed", "cql-seed0")).summary).toBeUndefined();
    expect(readFileSync(first.report!, "utf8")).toContain("cql, seed 0 failed: its worker was killed by SIGKILL.");
    const untouched = readFileSync(at("killed", "cal-ql-seed0/summary.json"), "utf8");
    const reasons: string[] = [];
    const again = await processes("killed", {
      events: { began: ({ name }) => began.push(name), resumed: (_, reason) => reasons.push(reason) },
    });
    expect({ began, reasons }).toEqual({ began: ["cql, seed 0"], reasons: ["was killed"] });
    expect(again.runs.map(({ status }) => status)).toEqual(Array(4).fill("completed"));
    expect(readFileSync(at("killed", "cal-ql-seed0/summary.json"), "utf8")).toBe(untouched);
    await compare(pair, { folder: join(place, "here"), startWorker: startHere, jobs: 1 });
    for (const name of ["cal-ql-seed0", "cql-seed0", "cal-ql-seed1", "cql-seed1"])
      expect(recorded(at("killed", name)), name).toEqual(recorded(at("here", name)));
  });

  it("tells what a person should know, such as a damaged checkpoint, in the name of its run", async () => {
    const stop = new AbortController();
    const progressed = (_: unknown, { phase }: { readonly phase: string }) => {
      if (phase === "online") stop.abort();
    };
    // Long enough online for the word to stop to come through.
    const one = { ...tinyComparison(["cal-ql"], { onlineSteps: 2_000 }), seeds: [0] };
    const options = { folder: join(place, "flipped"), startWorker: processWorkers(worker) };
    const first = await compare(one, { ...options, signal: stop.signal, events: { progressed } });
    expect(first.runs[0]!.status).toBe("interrupted");
    flipByteOfNewestCheckpoint(at("flipped", "cal-ql-seed0"));
    const notices: [string, string][] = [];
    const noticed: CompareEvents["noticed"] = ({ name }, sentence) => notices.push([name, sentence]);
    const again = await compare(one, { ...options, events: { noticed } });
    expect(notices).toEqual([["cal-ql, seed 0", expect.stringMatching(tookTheOneBefore)]]);
    expect(again.runs[0]!.status).toBe("completed");
  });

  it("that does not start is a run that failed, with the reason", async () => {
    const { runs } = await compare(
      { ...pair, seeds: [0], variants: pair.variants.slice(0, 1) },
      { folder: join(place, "unstarted"), startWorker: processWorkers(join(place, "no-such-worker.js")) },
    );
    expect(runs[0]).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/exit code 1 \(Error: Cannot find/),
    });
  });
});

describe("calql compare as a process", () => {
  it("ends cleanly at Ctrl-C, workers and all", async () => {
    const out = join(place, "interrupted");
    const flags =
      "--agents cql,sac --seeds 0 --jobs 2 --preset laptop --batch-size 8 --actor-hidden 8 --critic-hidden 8";
    const words = [bin, "compare", "--out", out, ...flags.split(" "), "--offline-updates", "1000000"];
    // Its own process group, so that the signal reaches the workers as well, as Ctrl-C does.
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    let [text, printed] = ["", ""];
    child.stdout.on("data", (chunk) => {
      printed += String(chunk);
    });
    const begun = () =>
      ["cql", "sac"].every((agent) => existsSync(join(out, "pointmaze-umaze", `${agent}-seed0`, "evaluations.jsonl")));
    const waiting = setInterval(() => {
      if (!begun()) return;
      clearInterval(waiting);
      process.kill(-child.pid!, "SIGINT");
    }, 50);
    child.stderr.on("data", (chunk) => {
      text += String(chunk);
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    clearInterval(waiting);
    expect(code).toBe(130);
    expect(text).toContain("stopping; what there is will be written");
    expect(printed).toMatch(
      /cql, seed 0: interrupted\nsac, seed 0: interrupted\n\nreport: .*report\.html\nRun the same command again to continue\.\n$/,
    );
    for (const agent of ["cql", "sac"])
      expect(readRun(join(out, "pointmaze-umaze", `${agent}-seed0`)).summary?.status).toBe("interrupted");
    expect(readdirSync(out).sort()).toEqual(["pointmaze-umaze", "report.html"]);
  });
});

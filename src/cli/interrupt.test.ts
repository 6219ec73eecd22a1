/**
 * The executable as the system runs it: built into a folder of its own, started as a process, stopped by signals.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectPointMaze } from "../environments/pointmaze/collect-pointmaze.js";
import { contentOf } from "../runs/folder-content.fixture.js";
import { readRun } from "../runs/read.js";
import { writeDataset } from "../runs/task-data.js";
import { builtProgram, root } from "./built.fixture.js";
import { tinyFlags } from "./command-line.fixture.js";

const { place, bin, remove } = builtProgram();
const data = join(place, "data.hdf5");

beforeAll(async () => writeDataset(data, await collectPointMaze({ task: "pointmaze-umaze", steps: 1_000, seed: 0 })));
afterAll(remove);

const signals = ["SIGINT", "SIGTERM"] as const;

/** Resolves with the exit code; calls `onLine` for every piece of standard error. */
function ended(process: ChildProcess, onError: (text: string) => void): Promise<number | null> {
  process.stderr!.on("data", (chunk) => onError(String(chunk)));
  return new Promise((resolve) => process.on("close", resolve));
}

describe("the executable", async () => {
  it("is what package.json names, and runs", () => {
    const { bin: named } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { bin: { calql: string } };
    expect(join(place, named.calql)).toBe(bin);
    expect(readFileSync(bin, "utf8").split("\n")[0]).toBe("#!/usr/bin/env node");
    const { status, stderr, stdout } = spawnSync(process.execPath, [bin, "train", "--discount", "2"], {
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: The setting discount [^\n]*\n$/);
  });

  it.each(signals)("ends cleanly at %s, with everything written", async (signal) => {
    const folder = join(place, signal);
    const flags = ["--offline-updates", "1000000", "--evaluate-every-updates", "20", "--log-every-updates", "5"];
    const words = [
      bin,
      "train",
      "--task",
      "pointmaze-umaze",
      "--dataset",
      data,
      "--out",
      folder,
      ...tinyFlags,
      ...flags,
    ];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += String(chunk);
    });
    const code = await ended(child, (piece) => {
      const begun = text.includes("after 40 updates");
      text += piece;
      if (!begun && text.includes("after 40 updates")) child.kill(signal);
    });
    expect(code).toBe(130);
    expect(text).toContain("cal-ql stopping; what there is will be written");
    expect(out).toBe(
      `interrupted: ${folder}/report.html (policy: ${folder}/policy.onnx)\nContinue with: calql resume ${folder}\n`,
    );
    const lines = ["config.json", "evaluations.jsonl", "metrics.jsonl", "policy.onnx", "report.html", "summary.json"];
    const others = ["checkpoints", "online-episodes.bin"];
    expect(contentOf(folder).filter((name) => !name.startsWith("checkpoints/"))).toEqual([...lines, ...others].sort());
    const { summary, metrics, evaluations } = readRun(folder);
    expect(summary).toMatchObject({ status: "interrupted", onlineSteps: 0 });
    expect(summary!.updates).toBeGreaterThanOrEqual(40);
    expect(metrics.at(-1)!.updates).toBe(summary!.updates);
    expect(evaluations.slice(0, 3).map(({ updates }) => updates)).toEqual([0, 20, 40]);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("interrupted");
  });
});

describe("work that does not end when it is asked to", () => {
  const script = join(place, "deaf.js");
  beforeAll(() => writeFileSync(script, deaf));

  const pairs = signals.flatMap((first) => signals.map((second) => ({ first, second })));
  it.each(pairs)("is ended by $second after $first", async ({ first, second }) => {
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    await ended(child, (piece) => {
      text += piece;
      child.kill(text === "working\n" ? first : second);
    });
    expect({ text, by: child.signalCode }).toEqual({ text: "working\nstopping\n", by: second });
  });
});

/** A program that reports a request to end and ignores it; it ends by itself later, so that no test hangs. */
const deaf = `
  import { untilInterrupted } from "./dist/cli/interrupts.js";
  await untilInterrupted(() => process.stderr.write("stopping\\n"), () => new Promise((resolve) => {
    process.stderr.write("working\\n");
    setTimeout(resolve, 20_000);
  }));
`;

/** The run folder's writer and reader together: what one writes the other reads, also after a kill and damage. */
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError, RunFailure, UsageError } from "../errors.js";
import type { EvaluationLine, MetricsLine, RunSummary } from "../training/record.js";
import { readRun } from "./read.js";
import { config } from "./run-config.fixture.js";
import { RunWriter, refuseUsedFolder } from "./write.js";

let place: string;
let folder: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "calql-runs-"));
  folder = join(place, "nested", "run");
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const metrics = (updates: number, criticLoss: number): MetricsLine => ({
  phase: "offline",
  updates,
  onlineSteps: 0,
  seconds: 1,
  metrics: { criticLoss },
});
const evaluation: EvaluationLine = {
  phase: "online",
  updates: 20,
  onlineSteps: 10,
  seconds: 2,
  episodes: 20,
  successRate: 0.85,
  returnMean: 12.5,
  returnStandardDeviation: 1,
  lengthMean: 99,
};
const summary: RunSummary = {
  status: "interrupted",
  updates: 20,
  onlineSteps: 10,
  onlineEpisodes: 1,
  seconds: 3,
  offlineUpdatesPerSecond: 5,
  onlineUpdatesPerSecond: Number.NaN,
};

function writtenRun(): RunWriter {
  const writer = RunWriter.create(folder, config);
  writer.appendMetrics(metrics(10, 1.5));
  writer.appendMetrics(metrics(20, Number.NaN));
  writer.appendEvaluation(evaluation);
  return writer;
}

describe("RunWriter and readRun", () => {
  it("read back what was written, non-finite numbers as NaN", () => {
    const writer = writtenRun();
    const notice = { phase: "offline", updates: 10, onlineSteps: 0, seconds: 2, kind: "other", notice: "odd" } as const;
    writer.appendNotice(notice);
    writer.writeSummary(summary);
    writer.writePolicy(new Uint8Array([8, 9, 10]));
    writer.close();
    expect(readRun(folder)).toEqual({
      folder,
      config,
      metrics: [metrics(10, 1.5), metrics(20, Number.NaN)],
      evaluations: [evaluation],
      notices: [notice],
      summary,
    });
    expect([...readFileSync(join(folder, "policy.onnx"))]).toEqual([8, 9, 10]);
    expect(readdirSync(folder).sort()).toEqual(
      ["config.json", "evaluations.jsonl", "metrics.jsonl", "notices.jsonl", "policy.onnx", "summary.json"].sort(),
    );
  });

  it("has every line in the file as soon as append returns, without a summary or close", () => {
    writtenRun();
    const run = readRun(folder);
    expect(run.metrics).toHaveLength(2);
    expect(run.evaluations).toHaveLength(1);
    expect(run.summary).toBeUndefined();
  });

  it("keeps the last summary", () => {
    const writer = writtenRun();
    writer.writeSummary(summary);
    writer.writeSummary({ ...summary, status: "completed" });
    writer.close();
    expect(readRun(folder).summary?.status).toBe("completed");
  });
});

describe("RunWriter", () => {
  it("accepts an empty folder and refuses one with files, naming them and changing nothing", () => {
    const writer = RunWriter.create(place, config);
    writer.close();
    const before = readFileSync(join(place, "config.json"), "utf8");
    const again = () => RunWriter.create(place, { ...config, calqlVersion: "9" });
    expect(again).toThrow(UsageError);
    expect(again).toThrow(/already holds files \(config\.json/);
    expect(readFileSync(join(place, "config.json"), "utf8")).toBe(before);
  });

  it.each<[string, (writer: RunWriter) => void]>([
    ["killed", () => {}],
    ["interrupted", (writer) => writer.writeSummary(summary)],
    ["failed", (writer) => writer.writeSummary({ ...summary, status: "failed", reason: "the motor is hot" })],
  ])("says how to go on where the run in the folder was %s", (_, end) => {
    const writer = writtenRun();
    end(writer);
    writer.close();
    expect(() => refuseUsedFolder(folder)).toThrow(
      new RegExp(
        `^The run folder ${folder} already holds files \\(.*\\), and a run overwrites nothing\\. It holds a run that has not come to its end: continue with it by "calql resume ${folder}", or name another folder\\.$`,
      ),
    );
  });

  it.each<[string, (writer: RunWriter) => void]>([
    ["a run that is complete", (writer) => writer.writeSummary({ ...summary, status: "completed" })],
    ["a run whose summary is damaged", () => writeFileSync(join(folder, "summary.json"), "{")],
    ["a config.json of another program", () => writeFileSync(join(folder, "config.json"), "{}")],
    ["no config.json", () => rmSync(join(folder, "config.json"))],
  ])("does not advise to continue with %s", (_, change) => {
    const writer = writtenRun();
    change(writer);
    writer.close();
    expect(() => refuseUsedFolder(folder)).toThrow(
      /overwrites nothing\. Name another folder, or move this one away\.$/,
    );
  });

  it("refuses a path that is a file", () => {
    writeFileSync(join(place, "file"), "");
    expect(() => RunWriter.create(join(place, "file"), config)).toThrow(UsageError);
  });

  it("turns a failing disk into a RunFailure and leaves no partial file", () => {
    const writer = writtenRun();
    rmSync(folder, { recursive: true });
    expect(() => writer.writePolicy(new Uint8Array(1))).toThrow(RunFailure);
    expect(existsSync(folder)).toBe(false);
    writer.close();
  });

  it("does not take lines after close", () => {
    const writer = writtenRun();
    writer.close();
    expect(() => writer.appendMetrics(metrics(30, 1))).toThrow(/closed/);
  });
});

describe("readRun", () => {
  const damage = (file: string, text: string) => appendFileSync(join(folder, file), text);

  it("ignores a torn last line", () => {
    writtenRun().close();
    damage("metrics.jsonl", '{"phase":"offline","upd');
    damage("evaluations.jsonl", "{");
    expect(readRun(folder).metrics).toHaveLength(2);
    expect(readRun(folder).evaluations).toHaveLength(1);
  });

  it("names file and line of a bad line that is not the last piece", () => {
    writtenRun().close();
    damage("metrics.jsonl", '{"phase":"offl\n');
    expect(() => readRun(folder)).toThrow(DataError);
    expect(() => readRun(folder)).toThrow(/metrics\.jsonl, line 3: .*not valid JSON/);
  });

  it("names file, line and field of a line with a wrong value, also the last one", () => {
    writtenRun().close();
    damage("evaluations.jsonl", JSON.stringify({ ...evaluation, successRate: 1.5 }));
    expect(() => readRun(folder)).toThrow(/evaluations\.jsonl, line 2: at "successRate", it must be at most 1/);
  });

  it("says that a folder is no run folder, a file or missing", () => {
    expect(() => readRun(place)).toThrow(/is not a run folder: it holds no config\.json/);
    expect(() => readRun(join(place, "nowhere"))).toThrow(/There is no run folder/);
    writeFileSync(join(place, "file"), "");
    expect(() => readRun(join(place, "file"))).toThrow(/is a file, not a run folder/);
  });

  it("names a damaged config and summary", () => {
    writtenRun().close();
    writeFileSync(join(folder, "summary.json"), '{"status":"done"}');
    expect(() => readRun(folder)).toThrow(/summary\.json: at "status", it must be one of/);
    writeFileSync(join(folder, "config.json"), "{");
    expect(() => readRun(folder)).toThrow(/config\.json is not valid JSON/);
  });
});

/** The files of lines on a disk that fails at any operation: they read to the last whole line, and it is told. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunFailure } from "../errors.js";
import { type Disk, realDisk } from "./disk.js";
import { type Fault, failingDisk, faults, recordingDisk } from "./failing-disk.fixture.js";
import { LineFile } from "./line-file.js";
import { readRun } from "./read.js";
import type { MetricsLine, NoticeLine, RunSummary } from "./record.js";
import { config } from "./run-config.fixture.js";
import { RunWriter } from "./write.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "calql-lines-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = { phase: "offline", onlineSteps: 0, seconds: 1 } as const;
const metrics = (updates: number): MetricsLine => ({ ...at, updates, metrics: { criticLoss: updates } });
const notice = (updates: number): NoticeLine => ({ ...at, updates, kind: "other", notice: "odd" });
const summary: RunSummary = {
  status: "interrupted",
  updates: 2,
  onlineSteps: 0,
  onlineEpisodes: 0,
  seconds: 3,
  offlineUpdatesPerSecond: 5,
  onlineUpdatesPerSecond: 0,
};

describe("whatever operation fails", () => {
  /** A short run that goes on once; counts the lines whose append has returned. */
  function shortRun(disk: Disk) {
    const done = { metrics: 0, notices: 0 };
    let error: unknown;
    try {
      const writer = RunWriter.create(folder, config, disk);
      writer.appendMetrics(metrics(++done.metrics));
      writer.position();
      writer.appendNotice(notice(++done.notices));
      const reached = writer.position();
      writer.close();
      const again = RunWriter.reopen(folder, reached, disk);
      again.appendMetrics(metrics(++done.metrics));
      again.appendNotice(notice(++done.notices));
      again.position();
      again.close();
    } catch (thrown) {
      error = thrown;
    }
    return { ...done, error };
  }

  it.each<Fault>([...faults])("(%s) it is told, and every file reads to its last whole line", (fault) => {
    const whole = failingDisk(fault);
    expect(shortRun(whole)).toEqual({ metrics: 2, notices: 2, error: undefined });
    expect(whole.operations).toBeGreaterThan(20);
    for (let k = 1; k <= whole.operations; k++) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      const { metrics: asked, notices, error } = shortRun(failingDisk(fault, k));
      expect(error, `operation ${k}`).toBeInstanceOf(RunFailure);
      // The last one asked for may be the one that failed.
      const run = readRun(folder);
      expect([asked - 1, asked], `operation ${k}`).toContain(run.metrics.length);
      expect([notices - 1, notices], `operation ${k}`).toContain(run.notices.length);
      expect(run.metrics).toEqual([metrics(1), metrics(2)].slice(0, run.metrics.length));
      if (fault === "killed") continue;
      for (const name of readdirSync(folder).filter((file) => file.endsWith(".jsonl")))
        expect(readFileSync(join(folder, name), "utf8"), `${name}, operation ${k}`).toMatch(/^(.+\n)*$/);
    }
  });
});

describe("a file of lines", () => {
  it("cuts half a line before the next one, where it could not at once", () => {
    let full = false;
    const refuse = () => {
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    };
    const disk: Disk = {
      ...realDisk,
      write(descriptor, bytes) {
        realDisk.write(descriptor, full ? bytes.subarray(0, 2) : bytes);
        if (full) refuse();
      },
      truncate: (descriptor, bytes) => (full ? refuse() : realDisk.truncate(descriptor, bytes)),
    };
    const path = join(folder, "lines");
    const file = new LineFile(path, disk);
    file.append("first");
    full = true;
    expect(() => file.append("second")).toThrow(/lines: the disk is full\. What was recorded before is kept/);
    expect(readFileSync(path, "utf8")).toBe("first\nse");
    expect(file.position()).toBe(6);
    full = false;
    file.append("third");
    file.close();
    expect(readFileSync(path, "utf8")).toBe("first\nthird\n");
  });
});

describe("on the disk", () => {
  const begun = () => {
    const { disk, done } = recordingDisk();
    const writer = RunWriter.create(folder, config, disk);
    done.length = 0;
    return { writer, done };
  };

  it("are the lines when their position is known, once, and when the writer is closed", () => {
    const { writer, done } = begun();
    writer.appendMetrics(metrics(1));
    writer.position();
    expect(done).toEqual(["write metrics.jsonl", "sync metrics.jsonl", "sync evaluations.jsonl"]);
    done.length = 0;
    writer.position();
    expect(done).toEqual([]);
    writer.close();
    expect(done).toEqual(["sync metrics.jsonl", "sync evaluations.jsonl"]);
  });

  it("is the name of the notices before their first line", () => {
    const { writer, done } = begun();
    writer.appendNotice(notice(1));
    writer.appendNotice(notice(2));
    const line = "write notices.jsonl";
    expect(done).toEqual(["open notices.jsonl", `syncFolder ${basename(folder)}`, line, line]);
    writer.close();
    expect(done.at(-1)).toBe("sync notices.jsonl");
  });

  it("is no summary of an earlier process after reopening", () => {
    const { writer } = begun();
    writer.writeSummary(summary);
    writer.close();
    RunWriter.reopen(folder, { metrics: 0, evaluations: 0, notices: 0 }).close();
    expect(readRun(folder).summary).toBeUndefined();
  });
});

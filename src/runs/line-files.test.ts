/** The files of a run on a disk that fails at any operation: lines read to the last whole one, all else is whole, and it is told. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunFailure, UsageError } from "../errors.js";
import { type Disk, realDisk } from "../files/disk.js";
import type { MetricsLine, NoticeLine, RunSummary } from "../training/record.js";
import { type Fault, failingDisk, faults, recordingDisk } from "./failing-disk.fixture.js";
import { GrowingFile } from "./growing-file.js";
import { noLines } from "./line-positions.js";
import { readRun } from "./read.js";
import { runFiles } from "./record.js";
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
  const policies = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6, 7)] as const;
  const longer: RunSummary = { ...summary, status: "completed", updates: 3 };

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
      writer.writePolicy(policies[0]);
      writer.writeSummary(summary);
      writer.close();
      const again = RunWriter.reopen(folder, reached, disk);
      again.appendMetrics(metrics(++done.metrics));
      again.appendNotice(notice(++done.notices));
      again.position();
      again.writePolicy(policies[1]);
      again.writeSummary(longer);
      again.close();
    } catch (thrown) {
      error = thrown;
    }
    return { ...done, error };
  }

  it.each<Fault>([...faults])("(%s) it is told, lines read to the last whole one, other files are whole", (fault) => {
    const faultless = failingDisk(fault);
    expect(shortRun(faultless)).toEqual({ metrics: 2, notices: 2, error: undefined });
    expect(faultless.operations).toBeGreaterThan(40);
    for (let k = 1; k <= faultless.operations; k++) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      const asked = shortRun(failingDisk(fault, k));
      const place = `operation ${k}`;
      // Before there is anything in the folder, it is another folder that is needed.
      expect(asked.error, place).toBeInstanceOf(k === 1 ? UsageError : RunFailure);
      if (fault !== "killed") expect(brokenNames(), place).toEqual([]);
      if (existsSync(join(folder, runFiles.config))) expectWhole(asked, place);
      else RunWriter.create(folder, config).close();
    }
  });

  function expectWhole(asked: ReturnType<typeof shortRun>, place: string): void {
    const run = readRun(folder);
    // The last one asked for may be the one that failed.
    for (const name of ["metrics", "notices"] as const)
      expect([asked[name] - 1, asked[name]], place).toContain(run[name].length);
    expect(run.metrics).toEqual([metrics(1), metrics(2)].slice(0, run.metrics.length));
    expect([undefined, summary, longer], place).toContainEqual(run.summary);
    const policy = join(folder, runFiles.policy);
    if (existsSync(policy)) expect(policies.map(String), place).toContain(String(new Uint8Array(readFileSync(policy))));
  }

  /** Files that are half written: temporary ones, and lines without an end. */
  function brokenNames(): string[] {
    const torn = (name: string) => !/^(.+\n)*$/.test(readFileSync(join(folder, name), "utf8"));
    return readdirSync(folder).filter((name) => /partial/.test(name) || (name.endsWith(".jsonl") && torn(name)));
  }
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
    const file = GrowingFile.open(path, disk);
    const line = (text: string) => new TextEncoder().encode(`${text}\n`);
    file.append(line("first"));
    full = true;
    expect(() => file.append(line("second"))).toThrow(/lines: the disk is full\. What was recorded before is kept/);
    expect(readFileSync(path, "utf8")).toBe("first\nse");
    expect(file.position().bytes).toBe(6);
    full = false;
    file.append(line("third"));
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
    RunWriter.reopen(folder, noLines).close();
    expect(readRun(folder).summary).toBeUndefined();
  });
});

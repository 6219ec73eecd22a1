/**
 * Flags and settings files: every declared setting has its flag, a flag's text becomes what its declaration asks for,
 * and what was written where decides what holds.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { allSettings, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";
import { calql } from "./command-line.fixture.js";
import { addSettingFlags, kebab, readSettingsFile, writtenSettings } from "./flags.js";

const place = mkdtempSync(join(tmpdir(), "calql-flags-"));
afterAll(() => rmSync(place, { recursive: true }));

/** What a line of flags says, as the train verb reads it. */
function written(...words: string[]): Record<string, unknown> {
  const command = addSettingFlags(new Command("train").option("--config <file>"));
  command.parse(words, { from: "user" });
  return { ...writtenSettings(command, command.opts()) };
}

function file(name: string, content: string): string {
  const path = join(place, name);
  writeFileSync(path, content);
  return path;
}

describe("calql train --help", () => {
  it("fits on a page, with what most runs are told, and says how to see the rest", async () => {
    const { out, code } = await calql("train", "--help");
    expect(code).toBe(0);
    expect(out.split("\n").length).toBeLessThan(66);
    for (const flag of ["--task", "--dataset", "--mapping", "--agent", "--offline-updates", "--out"])
      expect(out).toContain(`${flag} `);
    expect(out).not.toContain("--adam-beta1");
    expect(out).toMatch(/\n\d+ more settings: calql train --help-all\n$/);
  });

  it("has a flag for every declared setting, with its sentence", async () => {
    const { out, code } = await calql("train", "--help-all");
    expect(code).toBe(0);
    const text = out.replace(/\s+/g, " ");
    expect(allSettings().size).toBeGreaterThan(40);
    for (const [name, { schema }] of allSettings()) {
      const { description } = schema as { readonly description?: string };
      expect(description, name).toMatch(/\.$/);
      expect(text).toMatch(new RegExp(`--${kebab(name)} (<[^>]+>|\\[true\\|false\\]) ${escaped(description!)}`));
    }
  });
});

describe("a flag under a former name", () => {
  it("holds over the name of today in the file, and is what the run then reports", () => {
    const settings = written("--offline-share", "0.25", "--config", file("ratio.yaml", "mixingRatio: 0.5\n"));
    const { run, notices } = resolveConfiguration(settings as TrainSettings);
    expect(run.mixingRatio).toBe(0.25);
    expect(notices).toEqual(["The setting offlineShare is called mixingRatio now; it was understood as that."]);
  });
});

describe("a flag", () => {
  it.each<[string[], Record<string, unknown>]>([
    [["--offline-updates", "1e3"], { offlineUpdates: 1000 }],
    [["--reward-shift", "-5"], { rewardShift: -5 }],
    [["--mixing-ratio=-1"], { mixingRatio: -1 }],
    [["--actor-hidden", "64,32"], { actorHidden: [64, 32] }],
    [["--actor-hidden", "256"], { actorHidden: [256] }],
    [["--critic-hidden", "64, 64, 64"], { criticHidden: [64, 64, 64] }],
    [["--log-std-range", "-5,2"], { logStdRange: [-5, 2] }],
    [["--gap-clip", "none,10"], { gapClip: [null, 10] }],
    [["--lagrange", "true", "--backup-entropy", "false"], { lagrange: true, backupEntropy: false }],
    [["--normalise-observations", "--offline-updates", "200"], { normaliseObservations: true, offlineUpdates: 200 }],
    [["--target-entropy", "none"], { targetEntropy: null }],
    [["--target-entropy", "-3"], { targetEntropy: -3 }],
    [["--failure-reward", "0"], { failureReward: 0 }],
    [["--online-agent", "none"], { onlineAgent: null }],
    [["--online-agent", "sac"], { onlineAgent: "sac" }],
    [["--dataset", "123"], { dataset: "123" }],
    [["--dataset", "true"], { dataset: "true" }],
    [["--dataset", "a,b.hdf5"], { dataset: "a,b.hdf5" }],
    [["--dataset-horizon", "100"], { datasetHorizon: 100 }],
    [["--calibration-source", "network"], { calibrationSource: "network" }],
  ])("%j is what its declaration asks for", (words, settings) => {
    expect(written(...words)).toEqual(settings);
    expect(resolveConfiguration({ task: "pointmaze-umaze", ...settings }).flat).toMatchObject(settings);
  });

  it("that is not given says nothing", () => {
    expect(written()).toEqual({});
  });
});

describe("a settings file", () => {
  const yaml = "agent: cql\ncriticHidden: [32]\ndiscount: 0.9\ndataset: 'some.hdf5' # a remark\n";
  const settings = { agent: "cql", criticHidden: [32], discount: 0.9, dataset: "some.hdf5" };

  it("reads alike as YAML and as JSON", () => {
    expect(readSettingsFile(file("a.yaml", yaml))).toEqual(settings);
    expect(readSettingsFile(file("a.json", JSON.stringify(settings)))).toEqual(settings);
    expect(readSettingsFile(file("remarks.yaml", "# nothing yet\n"))).toEqual({});
  });

  it("is a difference to the preset, and flags stand over it", () => {
    const config = file("b.yaml", `task: antmaze-umaze\n${yaml}`);
    const flat = resolveConfiguration(written("--config", config, "--discount", "0.5")).flat;
    expect(flat).toMatchObject({
      ...settings,
      discount: 0.5,
      task: "antmaze-umaze",
      rewardScale: 10,
      actorHidden: [256, 256],
    });
  });

  it("may be a run's config.json, of which it takes the settings", () => {
    const record = { calqlVersion: "1", startedAt: "", settings, dataset: {}, hardware: {} };
    expect(readSettingsFile(file("config.json", JSON.stringify(record)))).toEqual(settings);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

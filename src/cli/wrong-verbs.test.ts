/**
 * What a person sees who made a mistake in the words of the verbs beside `calql train`: comparisons, reports,
 * collections, the demo. One sentence, exit code 2 (1 for work that had to stop), and no file touched.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { countingTables, exampleFile } from "../data/example-data.fixture.js";
import { snapshotOf } from "../runs/folder-content.fixture.js";
import { lockFolder } from "../runs/lock.js";
import { calql } from "./command-line.fixture.js";
import { expectRefused, type Mistake, workingFolder } from "./mistakes.fixture.js";

/** Files that are wrong in one way each. */
workingFolder(async () => {
  const good = await exampleFile(countingTables([0, 0, 1, 0, 0, 1], [0, 0, 0, 0, 0, 0]));
  writeFileSync("other-task.hdf5", good);
  writeFileSync("text.hdf5", "this is no HDF5 file\n".repeat(100));
  writeFileSync("list.json", "[1, 2]");
  writeFileSync("bad-entry.yaml", "variants: [cql]\nseed: 1\n");
  writeFileSync("no-variants.yaml", "variants: []\n");
  writeFileSync("odd-variant.yaml", "variants: [3]\n");
  writeFileSync("twice.yaml", "variants: [cql, {agent: cql, nActions: 4}]\n");
  writeFileSync("scales.yaml", "variants: [cql]\nscales: {laptop: {preset: laptop}, paper: {}}\n");
  writeFileSync("lost-setting.yaml", "variants: [cql]\nsettings: {seed: 3}\n");
  writeFileSync("collection.yaml", "variants: [cql]\ncollection: {steps: 5, noisy: 1}\n");
  writeFileSync("amounts.yaml", "variants: [cql]\ncollection: {noise: 1}\n");
  writeFileSync("agent.yaml", "agent: cql\n");
  writeFileSync("plain.json", '{"hello": 1}');
  mkdirSync("folder.hdf5");
  mkdirSync("used");
  writeFileSync(join("used", "notes.txt"), "mine");
  writeFileSync("demo-file", "mine");
});

const mistakes: readonly Mistake[] = [
  // Comparisons
  ["compare --agent cql", /^calql compare has no flag --agent\. Did you mean --agents\?/],
  ["compare --folder x", /^calql compare has no flag --folder\. Did you mean --out\? See calql compare --help\.$/],
  ["compare --dir=x", /Did you mean --out\?/],
  ["compare --agents --seeds", /^The flag --agents has no value; give one after it\./],
  ["compare --agents cql,sacc", /^Unknown agent "sacc"\. Did you mean "sac"\?/],
  ["compare --agents cql:", /^The agent "cql:" cannot be read; name an agent, or two with a colon, such as cql:sac\.$/],
  ["compare --agents cql,cql", /^Two variants are called "cql"; give one of them another label\.$/],
  ["compare --task pointmaze-umase", /^Unknown environment "pointmaze-umase"\. Did you mean "pointmaze-umaze"\?/],
  [
    "compare --seeds 0...4",
    /^The seeds "0\.\.\.4" cannot be read; give a range such as 0\.\.4, or a list such as 0,2,7\.$/,
  ],
  ["compare --seeds 4..0", /^The seeds "4\.\.0" end before they begin; write 0\.\.4\.$/],
  ["compare --jobs 0", /^The flag --jobs is "0"; give a whole number, at least 1\.$/],
  ["compare --batch-size -1", /^The setting batchSize of agent "cal-ql" is -1; it must be at least 1\.$/],
  [
    "compare --agents sac --lagrange true",
    /^The setting lagrange means nothing to sac; it belongs to cal-ql, cql, cal-ql-discrete, cql-discrete\./,
  ],
  [
    "compare --task pointmaze-umaze --dataset missing.hdf5",
    /^The dataset missing\.hdf5 cannot be read: there is no such file\. Give the path/,
  ],
  [
    "compare --task pointmaze-umaze,pointmaze-large --dataset other-task.hdf5",
    /^The dataset other-task\.hdf5 is named for several tasks; put \{task\} where their names stand/,
  ],
  [
    "compare --task antmaze-large",
    /^The task antmaze-large has no data of its own to collect; name recorded data with/,
  ],
  [
    "compare --out plain.json",
    /^The run folder plain\.json\/pointmaze-umaze\/cal-ql-seed0 cannot be made: it is a file\./,
  ],
  ["compare --config agent.yaml", /^The settings of a comparison hold agent; name the agents with --agents\.$/],
  ["compare --scale laptop", /^The flag --scale chooses one of a file's scales; name the file with --file\.$/],
  ["compare --file twice.yaml --agents cql", /^Both --file and --agents are given; the file names what is compared/],
  ["compare --file missing.yaml", /^The comparison missing\.yaml cannot be read: there is no such file\. Give a YAML/],
  ["compare --file list.json", /^The comparison list\.json must hold entries such as "variants: \[cal-ql, cql\]"\.$/],
  ["compare --file bad-entry.yaml", /^Unknown entry of bad-entry\.yaml "seed"\. Did you mean "seeds"\?/],
  [
    "compare --file no-variants.yaml",
    /^The entry variants of no-variants\.yaml is \[\]; it must have at least 1 entry\.$/,
  ],
  ["compare --file odd-variant.yaml", /entry 1 must be an agent's name, or settings with a label\.$/],
  ["compare --file twice.yaml", /^Two variants are called "cql"; give one of them another label\.$/],
  [
    "compare --file scales.yaml",
    /^The comparison scales\.yaml has the scales laptop, paper; choose one with --scale\.$/,
  ],
  ["compare --file scales.yaml --scale laptob", /^Unknown scale of scales\.yaml "laptob"\. Did you mean "laptop"\?/],
  ["compare --file twice.yaml --scale laptop", /^The comparison twice\.yaml has no scales; leave out --scale\.$/],
  [
    "compare --file lost-setting.yaml",
    /^The settings of lost-setting\.yaml hold seed; name seeds beside the variants\.$/,
  ],
  [
    "compare --file collection.yaml",
    /^Unknown entry of collection of collection\.yaml "noisy"\. Did you mean "noise"\?/,
  ],
  ["compare --file amounts.yaml", /^The collection of amounts\.yaml must have either steps or episodes; give one/],
  // The other verbs
  ["report missing", /^There is no run folder missing\. Check the path\.$/],
  ["report used", /^used is not a run folder: it holds no config\.json\. Name a folder that a run has written\.$/],
  ["report plain.json", /^plain\.json is a file, not a run folder\./],
  [
    "data collect pointmaze-small",
    /^The task pointmaze-small has no data of its own; train on recorded data \(--dataset FILE\), or collect the data of one of these: .*pointmaze-umaze/,
  ],
  ["data collect antmaze-large", /^The task antmaze-large has no data of its own; /],
  [
    "data collect antmaze-umaze --policy missing.onnx",
    /^The policy missing\.onnx cannot be read: there is no such file\. Give the path of an ONNX file, or none for the/,
  ],
  [
    "data collect antmaze-umaze --policy text.hdf5",
    /^"text\.hdf5" is not a readable ONNX file; give a policy\.onnx that a run has written\.$/,
  ],
  [
    "data collect antmaze-umaze --goal-share 1.5",
    /^The flag --goal-share is "1\.5"; give a number, at least 0 and at most 1\.$/,
  ],
  [
    "data collect pointmaze-umaze --policy policy.onnx",
    /^The flag --policy means nothing to the data of pointmaze-umaze, where nothing walks; leave it out\.$/,
  ],
  ["data collect pointmaze-umaze --out data.calql", /^The dataset data\.calql would be a D4RL HDF5 file; end its name/],
  [
    "data inspect data.hdf5 --goal here",
    /^The flag --goal is "here"; give two numbers with a comma between them, such as 4,8\.5\.$/,
  ],
  [
    "data collect gridworld-cliff --goals fixed",
    /^The setting goals means nothing to the data of gridworld-cliff; leave it out\.$/,
  ],
  ["data collect gridworld-cliff --noise 1.5", /^The setting noise of the collection is 1\.5; give a number between 0/],
  ["data collect pointmaze-umaze --steps 0", /^The flag --steps is "0"; give a whole number, at least 1\.$/],
  ["data collect pointmaze-umaze --steps many", /^The flag --steps is "many"; give a whole number, at least 1\.$/],
  ["data collect pointmaze-umaze --steps 5 --episodes 5", /^Both --steps and --episodes are given; give the one/],
  ["data collect pointmaze-umaze --noise -1", /^The flag --noise is "-1"; give a number, at least 0\.$/],
  [
    "data collect pointmaze-umaze --goal-share 2",
    /^The flag --goal-share is "2"; give a number, at least 0 and at most 1\.$/,
  ],
  ["data collect pointmaze-umaze --seed 1.5", /^The flag --seed is "1\.5"; give a whole number\.$/],
  [
    "data collect pointmaze-umaze --starts here",
    /^The flag --starts is "here"; it must be one of fixed, diverse\. Did you/,
  ],
  // The demo
  ["demo --out demo-file", /^The run folder demo-file\/corridor-exit,exitReward=-18\/cal-ql-seed0 cannot be made/],
  ["demo --seeds abc", /^The seeds "abc" cannot be read; give a range such as 0\.\.4, or a list such as 0,2,7\.$/],
];

describe("a mistake in a verb", () => {
  it.each(mistakes)("calql %s", (...mistake) => expectRefused(mistake));
});

describe("calql demo", () => {
  it("does not run where a comparison is at work", async () => {
    mkdirSync("busy");
    const unlock = lockFolder("busy", "comparison");
    const sentence = `^Another comparison \\(process ${process.pid}, since [^)]+\\) is at work in busy; wait for it`;
    await expectRefused(["demo --out busy", new RegExp(sentence)]).finally(unlock);
  });
});

describe("work that had to stop", () => {
  it.each([
    "data collect pointmaze-umaze --steps 10 --out folder.hdf5",
    "data collect pointmaze-umaze --steps 10 --out plain.json/data.hdf5",
  ])("is one sentence and exit code 1: calql %s", async (line) => {
    const before = snapshotOf(".");
    const { code, error } = await calql(...line.split(" "));
    expect(error).toMatch(/^error: [^\n]*(is a folder|cannot be written|could not be)[^\n]+\n$/);
    expect(code).toBeGreaterThan(0);
    expect(snapshotOf(".")).toEqual(before);
  });
});

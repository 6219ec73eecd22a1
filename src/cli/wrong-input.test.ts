/**
 * What a person sees who made a mistake: one sentence that names the thing, the reason and the next step, exit code 2
 * (1 for work that had to stop), no stack trace, and no file touched.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { countingTables, type ExampleTable, exampleFile } from "../data/example-data.fixture.js";
import { calql, snapshotOf, tinyFlags } from "./command-line.fixture.js";

const home = process.cwd();
const place = mkdtempSync(join(tmpdir(), "calql-wrong-"));

/** Files that are wrong in one way each, in the folder where the commands run. */
beforeAll(async () => {
  process.chdir(place);
  vi.stubEnv("CALQL_CACHE", join(place, "cache"));
  const tables = countingTables([0, 0, 1, 0, 0, 1], [0, 0, 0, 0, 0, 0]);
  const good = await exampleFile(tables);
  const withoutTimeouts = await exampleFile(countingTables([0, 0, 0]));
  const nan: ExampleTable = { shape: [6], values: [0, Number.NaN, 0, 0, 0, 0] };
  writeFileSync("other-task.hdf5", good);
  writeFileSync("truncated.hdf5", good.slice(0, good.length / 2));
  writeFileSync("text.hdf5", "this is no HDF5 file\n".repeat(100));
  writeFileSync("nan.hdf5", await exampleFile({ ...tables, rewards: nan }));
  writeFileSync("endless.hdf5", withoutTimeouts);
  writeFileSync("broken.yaml", "agent: [cql\nseed: 1\n");
  writeFileSync("words.yaml", "just some words\n");
  writeFileSync("list.json", "[1, 2]");
  writeFileSync("unknown.yaml", "offlineUpdate: 5\n");
  writeFileSync("kebab.yaml", "batch-size: 5\n");
  writeFileSync("type.yaml", "batchSize: many\n");
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
  writeFileSync("broken.json", '{"hello":\n');
  writeFileSync("empty-shapes.json", '{"algorithm":"sac","hyperparameters":{},"shapes":{"batch":0}}');
  mkdirSync("folder");
  mkdirSync("folder.hdf5");
  mkdirSync("used");
  writeFileSync(join("used", "notes.txt"), "mine");
  mkdirSync(join("demo", "cql"), { recursive: true });
  writeFileSync(join("demo", "cql", "thesis.tex"), "mine");
});
afterAll(() => {
  process.chdir(home);
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true });
});

const train = (words: string) => `train ${words}`;
const data = (file: string) => train(`--task pointmaze-umaze --dataset ${file}`);

const mistakes: readonly [string, RegExp][] = [
  // The grammar
  ["trian", /^calql has no verb "trian"\. Did you mean "train"\? Known: .*report.*See calql --help\.$/],
  ["data colect", /^calql data has no verb "colect"\. Did you mean "collect"\?.*See calql data --help\.$/],
  [
    train("--bach-size 5"),
    /^calql train has no flag --bach-size\. Did you mean --batch-size\? See calql train --help\.$/,
  ],
  [train("--bach-size=5"), /Did you mean --batch-size\?/],
  ["--seeed 3 train", /^calql has no flag --seeed\./],
  [train("--seed"), /^The flag --seed has no value; give one after it\. See calql train --help\.$/],
  [train("--seed --agent"), /^The flag --seed has no value; give one after it\./],
  [train("cal-ql"), /^calql train was given words that it does not take; settings are flags, such as --seed 1\./],
  ["report", /^calql report needs at least one of its runs; name it\. See calql report --help\.$/],
  ["parity", /^calql parity needs at least one of its files; name it\./],
  ["data inspect", /^calql data inspect needs a file; name it\./],
  // Names
  [
    train("--task pointmaze-umase"),
    /^Unknown environment "pointmaze-umase"\. Did you mean "pointmaze-umaze"\? Known: /,
  ],
  [
    train("--agent cql2"),
    /^Unknown agent "cql2"\. Did you mean "cql"\? Known: awac, bc, cal-ql, (?:[a-z0-9-]+, )+wsrl\.$/,
  ],
  [train("--online-agent sag"), /^Unknown agent "sag"\. Did you mean "sac"\?/],
  [
    train("--preset papper"),
    /^The setting preset of the run is "papper"; it must be one of .*did you mean "paper"\?\)\.$/,
  ],
  // Values
  [train("--batch-size -1"), /^The setting batchSize of agent "cal-ql" is -1; it must be at least 1\.$/],
  [train("--batch-size 1.5"), /batchSize of agent "cal-ql" is 1\.5; it must be a whole number\.$/],
  [train("--discount 2"), /^The setting discount of agent "cal-ql" is 2; it must be at most 1\.$/],
  [train("--discount 1 --task antmaze-umaze"), /^The setting discount is 1, but with a failureReward/],
  [train("--seed abc"), /^The setting seed of the run is "abc"; it must be a number\.$/],
  [train("--seed 1e99"), /^The setting seed of the run is 1e\+99; it must be at most 9007199254740991\.$/],
  [train("--actor-hidden 0"), /^The setting actorHidden of agent "cal-ql" is \[0\]; entry 1 must be at least 1\.$/],
  [train("--critic-hidden 64,big"), /is \[64,"big"\]; entry 2 must be a number\.$/],
  [train("--log-std-range 1,2,3"), /logStdRange .* it must have at most 2 entries\.$/],
  [train("--log-std-range 2,-20"), /logStdRange .* it must name the lower bound first\.$/],
  [train("--gap-clip 5,-5"), /gapClip .* it must name the lower bound first\.$/],
  [train("--lagrange maybe"), /^The setting lagrange of agent "cal-ql" is "maybe"; it must be true or false\.$/],
  [train("--offline-share 1.1"), /^The setting offlineShare of the run is 1\.1; it must be at most 1\.$/],
  [train("--utd-ratio -1"), /^The setting utdRatio of the run is -1; it must be at least 0\.$/],
  [train("--offline-updates none"), /^The setting offlineUpdates of the run is none; it must be a number\.$/],
  [train("--threads 1000000"), /^The setting threads of the run is 1000000; it must be at most 1024\.$/],
  [train("--dataset-horizon 0"), /^The setting datasetHorizon of the run is 0; it must be at least 1\.$/],
  [
    train("--agent sac --lagrange true"),
    /^The setting lagrange means nothing to sac; it belongs to cal-ql, cql, cal-ql-discrete, cql-discrete\./,
  ],
  // Settings files
  [train("--config missing.yaml"), /^The settings file missing\.yaml cannot be read: there is no such file\. Give/],
  [train("--config folder"), /^The settings file folder cannot be read: it is a folder\./],
  [
    train("--config broken.yaml"),
    /^The settings file broken\.yaml cannot be read: .* line 2.*\. Give a YAML or JSON file\.$/,
  ],
  [train("--config words.yaml"), /^The settings file words\.yaml must hold one "name: value" a line/],
  [train("--config list.json"), /^The settings file list\.json must hold one "name: value" a line/],
  [train("--config truncated.hdf5"), /^The settings file truncated\.hdf5 /],
  [train("--config unknown.yaml"), /^Unknown setting "offlineUpdate"\. Did you mean "offlineUpdates"\?/],
  [train("--config kebab.yaml"), /^Unknown setting "batch-size"\. Did you mean "batchSize"\?/],
  [train("--config type.yaml"), /^The setting batchSize of agent "cal-ql" is "many"; it must be a number\.$/],
  // Data
  [data("missing.hdf5"), /^The data set missing\.hdf5 cannot be read: there is no such file\. Give the path of a data/],
  [data("folder"), /^"folder" is in no format of data sets that is known here \(.*D4RL HDF5.*\); convert it/],
  [data("text.hdf5"), /"text\.hdf5".*HDF5/],
  [data("truncated.hdf5"), /"truncated\.hdf5"/],
  [data("nan.hdf5"), /^"nan\.hdf5": "rewards" holds NaN in row 1; repair or remove these rows\.$/],
  ["data inspect endless.hdf5", /^"endless\.hdf5" has no "timeouts" and no terminal row/],
  [data("other-task.hdf5"), /^other-task\.hdf5 holds observations of 2 numbers, but pointmaze-umaze has 4; use data/],
  [data("123"), /^The data set 123 cannot be read: there is no such file\./],
  [data("a,b.hdf5"), /^The data set a,b\.hdf5 cannot be read/],
  [train("--task antmaze-large"), /^The task antmaze-large has no data of its own to collect; name recorded data with/],
  ["data inspect missing.hdf5", /^The data set missing\.hdf5 cannot be read/],
  ["data inspect text.hdf5", /"text\.hdf5"/],
  ["data inspect other-task.hdf5 --horizon 0", /^The flag --horizon is "0"; give a whole number, at least 1\.$/],
  // Folders and files that are there already
  [
    train("--out used"),
    /^The run folder used already holds files \(notes\.txt\), and a run overwrites nothing\. Name another/,
  ],
  [train("--out plain.json"), /^The run folder plain\.json cannot be made: it is a file\. Name another folder\.$/],
  ["demo --out demo", /^The run folder demo\/cql already holds files \(thesis\.tex\)/],
  ["demo --seed abc", /^The flag --seed is "abc"; give a whole number\.$/],
  // Comparisons
  ["compare --agent cql", /^calql compare has no flag --agent\. Did you mean --agents\?/],
  ["compare --agents --seeds", /^The flag --agents has no value; give one after it\./],
  ["compare --agents cql,sacc", /^Unknown agent "sacc"\. Did you mean "sac"\?/],
  ["compare --agents cql:", /^The agent "cql:" cannot be read; name an agent, or two with a colon, such as cql:sac\.$/],
  ["compare --agents cql,cql", /^Two variants are called "cql"; give one of them another label\.$/],
  ["compare --task pointmaze-umase", /^Unknown environment "pointmaze-umase"\. Did you mean "pointmaze-umaze"\?/],
  [
    "compare --seeds 0...4",
    /^The seeds "0\.\.\.4" cannot be read; give a range such as 0\.\.4, or a list such as 0,2,7\.$/,
  ],
  ["compare --seeds 4..0", /^The seeds "4\.\.0" cannot be read/],
  ["compare --jobs 0", /^The flag --jobs is "0"; give a whole number, at least 1\.$/],
  ["compare --batch-size -1", /^The setting batchSize of agent "cal-ql" is -1; it must be at least 1\.$/],
  [
    "compare --agents sac --lagrange true",
    /^The setting lagrange means nothing to sac; it belongs to cal-ql, cql, cal-ql-discrete, cql-discrete\./,
  ],
  [
    "compare --dataset missing.hdf5",
    /^The data set missing\.hdf5 cannot be read: there is no such file\. Give the path/,
  ],
  [
    "compare --task pointmaze-umaze,pointmaze-large --dataset other-task.hdf5",
    /^The data set other-task\.hdf5 is named for several tasks; put \{task\} where their names stand/,
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
  ["parity missing.json", /^The recording missing\.json cannot be read: there is no such file\. Give a JSON file\.$/],
  ["parity broken.json", /^The recording broken\.json cannot be read: .*JSON/],
  [
    "parity plain.json",
    /^plain\.json is not a recording of updates: at "algorithm", it must be text; give a recording/,
  ],
  ["parity empty-shapes.json", /at "shapes\.batch", it must be at least 1; give a recording/],
  [
    "bench antmace",
    /^Unknown benchmark "antmace"\. Did you mean "antmaze"\? Known: adroit, antmaze, awac, (?:[a-z0-9-]+, )+wsrl\.$/,
  ],
  ["bench sac --updates no", /^The flag --updates is "no"; give a whole number, at least 1\.$/],
  ["bench sac --threads 0", /^The flag --threads is "0"; give a whole number, at least 1 and at most 1024\.$/],
  ["data collect pointmaze-small", /^Unknown task with data of its own "pointmaze-small"\. Did you mean "pointmaze-/],
  [
    "data collect antmaze-large",
    /^Unknown task with data of its own "antmaze-large"\. Did you mean "pointmaze-large"\?/,
  ],
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
    /^The flag --policy means nothing to the data of pointmaze-umaze, where nobody walks; leave it out\.$/,
  ],
  [
    "data collect pointmaze-umaze --out data.calql",
    /^The data set data\.calql would be a D4RL HDF5 file; end its name/,
  ],
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
];

describe("a mistake on the command line", () => {
  it.each(mistakes)("calql %s", async (line, sentence) => {
    const before = snapshotOf(place);
    const { code, out, error } = await calql(...line.split(" "));
    expect(error).toMatch(/^error: [^\n]+\n$/);
    expect(error.slice("error: ".length, -1)).toMatch(sentence);
    expect(error).not.toMatch(/\n\s+at |undefined|\[object|Invalid input|\.\.$/);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(snapshotOf(place)).toEqual(before);
  });

  it("in an empty value is no zero", async () => {
    const { code, error } = await calql("train", "--seed", "");
    expect({ code, error }).toEqual({
      code: 2,
      error: 'error: The setting seed of the run is ""; it must be a number.\n',
    });
  });
});

describe("work that had to stop", () => {
  it.each([
    "data collect pointmaze-umaze --steps 10 --out folder.hdf5",
    "data collect pointmaze-umaze --steps 10 --out plain.json/data.hdf5",
  ])("is one sentence and exit code 1: calql %s", async (line) => {
    const before = snapshotOf(place);
    const { code, error } = await calql(...line.split(" "));
    expect(error).toMatch(/^error: The data set could not be written to [^\n]+\. Name another place\.\n$/);
    expect(code).toBe(1);
    expect(snapshotOf(place)).toEqual(before);
  });
});

describe("no mistake", () => {
  it("is the bare word, --help and --version", async () => {
    expect(await calql()).toMatchObject({ code: 2, out: "", error: expect.stringMatching(/^Usage: calql/) });
    expect(await calql("--help")).toMatchObject({ code: 0, error: "", out: expect.stringMatching(/^Usage: calql/) });
    expect(await calql("--version")).toMatchObject({
      code: 0,
      error: "",
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it("leaves the process's own exit code alone", async () => {
    const before = process.exitCode;
    await calql("train", ...tinyFlags, "--discount", "2");
    expect(process.exitCode).toBe(before);
  });
});

/**
 * What a person sees who made a mistake in a word of `calql` or a setting, a settings file or a dataset of
 * `calql train`: one sentence that names the thing, the reason and the next step, exit code 2, no stack trace, and no
 * file touched.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { countingTables, type ExampleTable, exampleFile } from "../data/example-data.fixture.js";
import { calql, tinyFlags } from "./command-line.fixture.js";
import { expectRefused, type Mistake, workingFolder } from "./mistakes.fixture.js";

/** Files that are wrong in one way each. */
workingFolder(async () => {
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
  writeFileSync("plain.json", '{"hello": 1}');
  mkdirSync("folder");
  mkdirSync("used");
  writeFileSync(join("used", "notes.txt"), "mine");
});

const train = (words: string) => `train ${words}`;
const data = (file: string) => train(`--task pointmaze-umaze --dataset ${file}`);

const mistakes: readonly Mistake[] = [
  // The grammar
  [
    "trian",
    /^calql has no verb "trian"\. Did you mean "train"\? Known: train, resume, export, .* and 6 more\. See calql --help\.$/,
  ],
  ["data colect", /^calql data has no verb "colect"\. Did you mean "collect"\?.*See calql data --help\.$/],
  [
    train("--bach-size 5"),
    /^calql train has no flag --bach-size\. Did you mean --batch-size\? See calql train --help\.$/,
  ],
  [train("--bach-size=5"), /Did you mean --batch-size\?/],
  ["--seeed 3 train", /^calql has no flag --seeed\./],
  [train("--seed"), /^The flag --seed has no value; give one after it\. See calql train --help\.$/],
  [train("--seed --agent"), /^The flag --seed has no value; give one after it\./],
  [train("cal-ql"), /^calql train does not take "cal-ql"; settings are flags, such as --seed 1\./],
  [train("--seed --agent cql"), /^The flag --seed has no value; give one after it\. See calql train --help\.$/],
  [train("--clip-actions perhaps"), /^The setting clipActions of the run is "perhaps"; it must be true or false\.$/],
  ["data inspect a.hdf5 b.hdf5 c.hdf5", /^calql data inspect does not take "b\.hdf5", "c\.hdf5"; /],
  ["report", /^calql report needs at least one of its runs; name it\. See calql report --help\.$/],
  ["data inspect", /^calql data inspect needs a file; name it\./],
  // Names
  [
    train("--task pointmaze-umase"),
    /^Unknown environment "pointmaze-umase"\. Did you mean "pointmaze-umaze"\? Known: /,
  ],
  [
    train("--agent cql2"),
    /^Unknown agent "cql2"\. Did you mean "cql"\? Known: (?:[a-z0-9-]+, ){7}rlpd and 9 more\. Your own agent comes from a file that calls registerAgent: name the file with --import FILE\.$/,
  ],
  [train("--online-agent sag"), /^Unknown agent "sag"\. Did you mean "sac"\?/],
  [
    train("--preset papper"),
    /^The setting preset of the run is "papper"; it must be one of .*did you mean "paper"\?\)\.$/,
  ],
  // Values
  [train("--batch-size -1"), /^The setting batchSize of agent "cal-ql" is -1; it must be at least 1\.$/],
  [train("--batch-size 1.5"), /batchSize of agent "cal-ql" is 1\.5; it must be a whole number\.$/],
  [train("--batch-size 1e9"), /^The setting batchSize of agent "cal-ql" is 1000000000; it must be at most 65536\.$/],
  [train("--batch-size 65537"), /^The setting batchSize of agent "cal-ql" is 65537; it must be at most 65536\.$/],
  [
    train("--critic-hidden 100000000"),
    /^The setting criticHidden .* is \[100000000\]; entry 1 must be at most 16384\.$/,
  ],
  [train("--actor-hidden 64,16385"), /^The setting actorHidden .* is \[64,16385\]; entry 2 must be at most 16384\.$/],
  [train("--agent iql --value-hidden 1e6"), /^The setting valueHidden .* entry 1 must be at most 16384\.$/],
  [train("--n-actions 1e7"), /^The setting nActions of agent "cal-ql" is 10000000; it must be at most 1000\.$/],
  [train("--critic-steps 1001"), /^The setting criticSteps of agent "cal-ql" is 1001; it must be at most 1000\.$/],
  [train("--critic-count 101"), /^The setting criticCount of agent "cal-ql" is 101; it must be at most 100\.$/],
  [
    train("--evaluation-episodes 1e7"),
    /^The setting evaluationEpisodes of the run is 10000000; it must be at most 1000\.$/,
  ],
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
  [train("--mixing-ratio 1.1"), /^The setting mixingRatio of the run is 1\.1; it must be at most 1\.$/],
  [train("--utd-ratio -1"), /^The setting utdRatio of the run is -1; it must be at least 0\.$/],
  [train("--offline-updates none"), /^The setting offlineUpdates of the run is none; it must be a number\.$/],
  [train("--threads 1000"), /^The setting threads of the run is 1000; it must be at most 256\.$/],
  [train("--threads 1000000"), /^The setting threads of the run is 1000000; it must be at most 256\.$/],
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
  [data("missing.hdf5"), /^The dataset missing\.hdf5 cannot be read: there is no such file\. Give the path of a data/],
  [data("folder"), /^"folder" is an empty folder; copy the dataset again\.$/],
  [data("text.hdf5"), /"text\.hdf5" seems to be text, which fits no format/],
  [data("truncated.hdf5"), /"truncated\.hdf5"/],
  [
    data("nan.hdf5"),
    /^"nan\.hdf5": "rewards" holds NaN in row 1; repair .*\. Training takes no such flag: .* --drop-faulty, and give --dataset nan\.calql\.$/,
  ],
  ["data inspect endless.hdf5", /^"endless\.hdf5" has no "timeouts" and no terminal row/],
  [data("other-task.hdf5"), /^other-task\.hdf5 holds observations of 2 numbers, but pointmaze-umaze has 4; use data/],
  [data("123"), /^The dataset 123 cannot be read: there is no such file\./],
  [data("a,b.hdf5"), /^The dataset a,b\.hdf5 cannot be read/],
  [train("--task antmaze-large"), /^The task antmaze-large has no data of its own to collect; name recorded data with/],
  ["data inspect missing.hdf5", /^The dataset missing\.hdf5 cannot be read/],
  ["data inspect text.hdf5", /"text\.hdf5"/],
  ["data inspect other-task.hdf5 --horizon 0", /^The flag --horizon is "0"; give a whole number, at least 1\.$/],
  // Folders and files that are there already
  [
    train("--out used"),
    /^The run folder used already holds files \(notes\.txt\), and a run overwrites nothing\. Name another/,
  ],
  [train("--out plain.json"), /^The run folder plain\.json cannot be made: it is a file\. Name another folder\.$/],
];

describe("a mistake on the command line", () => {
  it.each(mistakes)("calql %s", (...mistake) => expectRefused(mistake));

  it("in an empty value is no zero", async () => {
    const { code, error } = await calql("train", "--seed", "");
    expect({ code, error }).toEqual({
      code: 2,
      error: 'error: The setting seed of the run is ""; it must be a number.\n',
    });
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

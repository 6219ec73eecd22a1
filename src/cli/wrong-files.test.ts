/**
 * What a person sees when runs, checkpoints or datasets are not as they should be: changed, damaged, lost, or of another
 * task. One sentence, exit code 2 for what could not begin and 1 for what had to stop, no stack trace, and what was there
 * is there as before.
 */
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { randomDataset } from "../data/example-data.fixture.js";
import { formatVersion } from "../runs/checkpoints/tensor-file.js";
import { writeDataset } from "../runs/task-data.js";
import { type Mistake, recordedRun, seenOf, trainLine, workingFolder } from "./mistakes.fixture.js";

const checkpointsOf = (run: string) =>
  readdirSync(join(run, "checkpoints")).map((name) => join(run, "checkpoints", name));

/** A copy of the run that something is done to. */
function spoilt(name: string, spoil: (run: string) => void): void {
  cpSync("run", name, { recursive: true });
  spoil(name);
}

/** The same file under version 0 of the format, its header's SHA-256 made right again. */
function ofOldVersion(path: string): Uint8Array {
  const file = readFileSync(path);
  const end = 8 + Number(file.readBigUInt64LE());
  const text = file.toString("latin1", 0, end).replace(`"version":"${formatVersion}"`, '"version":"0"');
  const blank = text.replace(/(?<="sha256":")[0-9a-f]{64}/, "0".repeat(64));
  const digest = createHash("sha256").update(Buffer.from(blank, "latin1")).digest("hex");
  const header = blank.replace(/(?<="sha256":")0{64}/, digest);
  return Buffer.concat([Buffer.from(header, "latin1"), file.subarray(end)]);
}

workingFolder(async () => {
  await recordedRun();
  const maze = randomDataset(1, [60], { observationSize: 4, actionSize: 2 });
  await writeDataset("named.hdf5", maze, { task: "pointmaze-umaze" });
  await writeDataset("other-actions.hdf5", randomDataset(2, [60], { observationSize: 4, actionSize: 3 }));
  await writeDataset("other-observations.hdf5", randomDataset(3, [60], { observationSize: 6, actionSize: 2 }));
  const row = { episode: 0, observation: [0, 0, 0, 0], action: [0, 0], terminated: false, truncated: false };
  const rows = [0, 1, 2].map((step) => ({ ...row, step, truncated: step === 2 }));
  writeFileSync("no-rewards.jsonl", rows.map((line) => JSON.stringify(line)).join("\n"));
  writeFileSync("not-rewards.jsonl", rows.map((line) => JSON.stringify({ ...line, reward: "much" })).join("\n"));
  symlinkSync("loop.hdf5", "loop.hdf5");
  mkdirSync("full");
  writeFileSync(join("full", "thesis.txt"), "mine");
  spoilt("no-policy", (run) => rmSync(join(run, "policy.onnx")));
  spoilt("other-policy", (run) => writeFileSync(join(run, "policy.onnx"), "no model"));
  spoilt("broken-config", (run) => writeFileSync(join(run, "config.json"), "{"));
  spoilt("odd-config", (run) => writeFileSync(join(run, "config.json"), "{}"));
  spoilt("old-settings", (run) => {
    const path = join(run, "config.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"discount"', '"discounting"'));
  });
  spoilt("torn-metrics", (run) => writeFileSync(join(run, "metrics.jsonl"), '{"phase":\n{"phase":\n'));
  spoilt("damaged", (run) => {
    for (const path of checkpointsOf(run)) truncateSync(path, 100);
  });
  spoilt("old-version", (run) => {
    for (const path of checkpointsOf(run)) writeFileSync(path, ofOldVersion(path));
  });
  spoilt("lines-missing", (run) => truncateSync(join(run, "evaluations.jsonl"), 3));
  spoilt("other-data", (run) => {
    const path = join(run, "config.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/"[^"]*maze\.hdf5"/, '"changed.hdf5"'));
  });
  spoilt("lost-data", (run) => {
    const path = join(run, "config.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/"[^"]*maze\.hdf5"/, '"gone.hdf5"'));
  });
  await writeDataset("changed.hdf5", randomDataset(9, [60, 60], { observationSize: 4, actionSize: 2 }));
});

const mistakes: readonly Mistake[] = [
  // Runs
  ["resume", /^calql resume needs a run; name it\. See calql resume --help\.$/],
  ["resume missing", /^There is no run folder missing\. Check the path\.$/],
  ["resume maze.hdf5", /^maze\.hdf5 is a file, not a run folder\. Name the folder that holds config\.json\.$/],
  ["resume full", /^full is not a run folder: it holds no config\.json\. Name a folder that a run has written\.$/],
  ["resume broken-config", /^broken-config\/config\.json is not valid JSON\. Restore the file as the run wrote it\.$/],
  [
    "resume odd-config",
    /^odd-config\/config\.json: at "calqlVersion", it must be text\. Restore the file as the run wrote it\.$/,
  ],
  ["resume old-settings", /^Unknown setting "discounting"\. Did you mean "discount"\?/],
  [
    "resume lost-data",
    /^The dataset gone\.hdf5 of the run in lost-data cannot be read: there is no such file\. Say where it is now: calql resume lost-data --dataset FILE \(datasetFile in a program\)\.$/,
  ],
  [
    "resume lost-data --dataset gone-too.hdf5",
    /^The dataset gone-too\.hdf5 cannot be read: there is no such file\. Give the path/,
  ],
  [
    "resume lost-data --dataset changed.hdf5",
    /^The recorded data are not those that the run in lost-data began with \(the SHA-256 differs\); name those it began with: calql resume lost-data --dataset FILE \(dataset or datasetFile in a program\)\.$/,
  ],
  ["resume lost-data --dataset", /^The flag --dataset has no value; give one after it\. See calql resume --help\.$/],
  [
    "resume other-data",
    /^The recorded data are not those that the run in other-data began with .*: calql resume other-data --dataset FILE /,
  ],
  [
    "resume damaged",
    /^The checkpoint damaged\/checkpoints\/checkpoint-\d+\.safetensors is damaged: it ends within its /,
  ],
  [
    "resume old-version",
    /^The checkpoint old-version\/.* has format version 0, and this version of calql reads \d+; use the calql that wrote it\.$/,
  ],
  [
    "resume lines-missing",
    /^lines-missing\/evaluations\.jsonl is damaged: it has 3 bytes where the checkpoint knows \d+\./,
  ],
  [
    "report torn-metrics",
    /^torn-metrics\/metrics\.jsonl, line 1: this is not valid JSON\. Repair the line, or remove it once the run is complete\.$/,
  ],
  ["export", /^calql export needs a run; name it\. See calql export --help\.$/],
  [
    "export full --best",
    /^full is not a run folder: it holds no config\.json\. Name a folder that a run has written\.$/,
  ],
  ["export run --bset", /^calql export has no flag --bset\. Did you mean --best\?/],
  [
    "export run --out run/policy.onnx",
    /^run\/policy\.onnx is a place of the run's own record; name another file with --out\.$/,
  ],
  [
    "export old-version --best",
    /^The checkpoint old-version\/checkpoints\/best\.safetensors has format version 0, and this version of calql reads/,
  ],
  ["report run missing", /^There is no run folder missing\. Check the path\.$/],
  [
    "watch no-policy",
    /^The policy no-policy\/policy\.onnx cannot be read: there is no such file\. Give a run that has /,
  ],
  ["watch other-policy", /^"other-policy\/policy\.onnx" is not a readable ONNX file/],
  ["watch run --task gridworld-cliff", /gridworld-cliff.*; /],
  ["watch full", /^full is not a run folder: it holds no config\.json\./],
  ["replay-crash", /^calql replay-crash needs a run; name it\. See calql replay-crash --help\.$/],
  [
    "replay-crash run",
    /^There is no crash bundle \(crash-N\.safetensors\) in run; a run leaves one where an update is not /,
  ],
  [
    "replay-crash missing",
    /^The crash bundle missing cannot be read: there is no such file\. Give the path of a run folder/,
  ],
  ["replay-crash loop.hdf5", /^The crash bundle loop\.hdf5 cannot be read: it is a link that leads to itself\. Give/],
  ["replay-crash maze.hdf5", /^The crash bundle maze\.hdf5 is damaged: .*\. Give another one, or have it made again: /],
  // Data
  [
    trainLine("other-actions.hdf5"),
    /^other-actions\.hdf5 holds actions of 3 numbers, but pointmaze-umaze has 2; use data/,
  ],
  [
    trainLine("other-observations.hdf5"),
    /^other-observations\.hdf5 holds observations of 6 numbers, but pointmaze-umaze has 4/,
  ],
  [
    "compare --dataset maze.hdf5 --out new",
    /^Without a task the agents must be named, with --agents, such as --agents cal-ql-discrete,cql-discrete\.$/,
  ],
  [
    "compare --task none --agents cql --out new",
    /^Without a task the data must be named that the runs learn from, with --dataset FILE\.$/,
  ],
  [
    "train --dataset named.hdf5 --out new",
    /^The dataset named\.hdf5 is given without a task, and its metadata name pointmaze-umaze; act in it with --task pointmaze-umaze, or learn from the data alone with --task none\.$/,
  ],
  [
    "compare --dataset named.hdf5 --out new",
    /^The dataset named\.hdf5 is given without a task, and its metadata name pointmaze-umaze; act in it /,
  ],
  ["train --dataset gone.hdf5 --out new", /^The dataset gone\.hdf5 cannot be read: there is no such file/],
  [
    "train --task pointmaze-umaze --dataset maze.hdf5 --agent dqn --out new",
    /^The agent dqn chooses among discrete actions, but these are vectors of 2 numbers; take an agent for vectors, such as cal-ql, or /,
  ],
  [
    trainLine("no-rewards.jsonl"),
    /^"no-rewards\.jsonl" has no column "reward"; there: .* calql data convert no-rewards\.jsonl no-rewards\.calql --mapping/,
  ],
  [trainLine("not-rewards.jsonl"), /^"not-rewards\.jsonl".*reward/],
  [
    trainLine("loop.hdf5"),
    /^The dataset loop\.hdf5 cannot be read: it is a link that leads to itself\. Give the path of a/,
  ],
  ["data convert maze.hdf5 maze.hdf5", /^maze\.hdf5 exists already; name another place, or replace it with --force\.$/],
  [
    "data convert maze.hdf5 maze.hdf5 --force",
    /^maze\.hdf5 is the dataset to convert; name another place for the result/,
  ],
  ["data convert maze.hdf5 maze.csv", /^The name maze\.csv is of a format that is read, not written; end it in /],
  [
    "data convert maze.hdf5 maze.jsonl.gz",
    /^Packed files \(\.gz\) are read, not written; write maze\.jsonl, and pack it /,
  ],
  ["data convert maze.hdf5 full --to calql", /^full exists already/],
  ["data convert maze.hdf5 full --to calql --force", /full.*(thesis|calql)/],
  ["data convert maze.hdf5 maze.bin --to bson", /^Unknown .*format.* "bson"/],
  ["data convert missing.hdf5 new.calql", /^The dataset missing\.hdf5 cannot be read: there is no such file\./],
  ["data merge maze.hdf5 other-actions.hdf5 --out new.hdf5", /other-actions\.hdf5.*actions/],
  ["data merge maze.hdf5 other-observations.hdf5 --out new.hdf5", /other-observations\.hdf5.*observations/],
  ["data merge maze.hdf5 --out maze.hdf5", /^maze\.hdf5 exists already; name another place with --out\.$/],
  ["data merge maze.hdf5", /--out/],
];

/** What is found when the work has begun. */
const stops: readonly Mistake[] = [
  // Neither state is sound, so that neither is named in place of the other.
  [
    "export damaged --best",
    /^The checkpoint damaged\/checkpoints\/best\.safetensors is damaged: .* start again .* in another folder\.$/,
  ],
  [
    "export damaged",
    /^The checkpoint damaged\/checkpoints\/checkpoint-\d+\.safetensors is damaged: .* start again .* in another folder\.$/,
  ],
];

describe("a mistake with files", () => {
  it.each(mistakes)("calql %s", async (...mistake) => {
    const { before, after } = await seenOf(mistake, 2);
    expect(after).toEqual(before);
  });
});

describe("work that had to stop for a damaged checkpoint", () => {
  it.each(stops)("calql %s", async (...mistake) => {
    const { before, after } = await seenOf(mistake, 1);
    expect(after).toEqual(before);
  });
});

/** `calql resume` where the recorded data are no longer where the run found them. */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { readRun } from "../runs/read.js";
import { writeDataset } from "../runs/task-data.js";
import { errorOf, tiny } from "../runs/tiny-run.fixture.js";
import { resume, train } from "../train.js";
import { calql } from "./command-line.fixture.js";
import { finishVerb } from "./run-view.js";

const home = process.cwd();
const place = mkdtempSync(join(tmpdir(), "calql-resume-"));
const settings = { ...tiny, task: "pointmaze-umaze", dataset: "data/maze.hdf5", seed: 4 };

/** A run that was begun in the folder above its relative path of data, and ended offline; and one that was not ended. */
beforeAll(async () => {
  process.chdir(place);
  await writeDataset("maze.hdf5", randomDataset(1, [60, 60], { observationSize: 4, actionSize: 2 }));
  cpSync("maze.hdf5", "data/maze.hdf5");
  const stop = new AbortController();
  const onProgress = ({ done }: { readonly done: number }) => done === 6 && stop.abort();
  await train(settings, { folder: "ended", signal: stop.signal, onProgress });
  await train(settings, { folder: "whole" });
  renameSync("data", "moved");
});
afterAll(() => {
  process.chdir(home);
  rmSync(place, { recursive: true });
});

it("says how to name the data where they were moved, and touches nothing", async () => {
  expect(await calql("resume", "ended")).toEqual({
    code: 2,
    out: "",
    error: `error: The dataset ${join(process.cwd(), "data/maze.hdf5")} of the run in ended cannot be read: there is no such file. Say where it is now: calql resume ended --dataset FILE (datasetFile in a program).\n`,
  });
  expect((await errorOf(resume({ folder: "ended" }))).message).toMatch(/--dataset FILE/);
  expect(readRun("ended").summary?.status).toBe("interrupted");
  expect(existsSync(join("ended", ".lock"))).toBe(false);
});

it("continues with data at another place to the same bits, from another folder too", async () => {
  process.chdir(join(place, "moved"));
  const run = join("..", "ended");
  const copy = join("..", "copy");
  cpSync(run, copy, { recursive: true });
  const { code, out } = await calql("resume", run, "--dataset", "maze.hdf5");
  expect({ code, out }).toEqual({ code: 0, out: `completed: ${run}/report.html (policy: ${run}/policy.onnx)\n` });
  await resume({ folder: copy, datasetFile: join(place, "moved", "maze.hdf5") });
  process.chdir(place);
  expect(identityOf("ended")).toEqual(identityOf("whole"));
  expect(identityOf("copy")).toEqual(identityOf("whole"));
});

it.each([
  ["ended", "moved/maze.hdf5", "ended --dataset moved/maze.hdf5"],
  ["my runs/ended", "it's here.hdf5", "'my runs/ended' --dataset 'it'\\''s here.hdf5'"],
])("names the data again where the run in %s that was resumed with %s is interrupted", (folder, data, words) => {
  const before = process.exitCode;
  const said: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
  try {
    const summary = { ...readRun("whole").summary!, status: "interrupted" as const };
    finishVerb(folder, { folder, summary, evaluations: [] }, ["--dataset", data]);
    expect(process.exitCode).toBe(130);
  } finally {
    process.stdout.write = write;
    process.exitCode = before;
  }
  expect(said.at(-1)).toBe(`Continue with: calql resume ${words}\n`);
});

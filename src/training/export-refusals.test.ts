/** What `exportPolicy` refuses: one sentence with the next step, and nothing is written. */
import { cpSync, mkdirSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bestCheckpoint, checkpointFolder } from "../checkpoints/store.js";
import { snapshotOf } from "../cli/command-line.fixture.js";
import { RunFailure, UsageError } from "../errors.js";
import { runFiles } from "../runs/record.js";
import { type ExportOptions, exportPolicy } from "./export-policy.js";
import { errorOf, newFolder, registerLine, trainTiny } from "./tiny-run.fixture.js";

const { folder: run } = await trainTiny(registerLine("line to refuse"));
const bestIn = (folder: string) => join(folder, checkpointFolder, bestCheckpoint);
const numberedIn = (folder: string) =>
  readdirSync(join(folder, checkpointFolder))
    .filter((name) => name.startsWith("checkpoint-"))
    .map((name) => join(folder, checkpointFolder, name));

describe("what cannot be exported is said in a sentence, and nothing is written", () => {
  type Refusal = readonly [
    what: string,
    options: (folder: string) => Partial<ExportOptions>,
    kind: typeof UsageError | typeof RunFailure,
    sentence: RegExp,
    spoil: (folder: string) => void,
  ];
  const refusals: readonly Refusal[] = [
    [
      "a damaged best state",
      () => ({ best: true }),
      RunFailure,
      /^The checkpoint .*best\.safetensors is damaged: .*\. Export the newest state in its place, without --best\.$/,
      (folder) => truncateSync(bestIn(folder), 1_000),
    ],
    [
      "damaged checkpoints",
      () => ({}),
      RunFailure,
      /is damaged: .*\. No other one is sound; export the state that was evaluated best \(--best\)\.$/,
      (folder) => {
        for (const path of numberedIn(folder)) truncateSync(path, 100);
      },
    ],
    [
      "the best state of a run without evaluations",
      () => ({ best: true }),
      UsageError,
      /^The run in .* has no best state \(best\.safetensors\), for it was not evaluated yet; .* without --best\.$/,
      (folder) => rmSync(bestIn(folder)),
    ],
    [
      "a run without checkpoints",
      () => ({}),
      UsageError,
      /^The run in .* has no checkpoint yet, and so no policy; begin it again with "calql resume"\.$/,
      (folder) => rmSync(join(folder, checkpointFolder), { recursive: true }),
    ],
    [
      "over the run's own policy",
      (folder) => ({ out: `${folder}/./${runFiles.policy}` }),
      UsageError,
      /policy\.onnx is a place of the run's own record; name another file with --out\.$/,
      () => {},
    ],
    [
      "in place of another file of a run",
      (folder) => ({ out: join(folder, runFiles.summary) }),
      UsageError,
      /summary\.json is a place of the run's own record/,
      (folder) => rmSync(join(folder, runFiles.summary)),
    ],
    [
      "over its best state",
      (folder) => ({ best: true, out: bestIn(folder) }),
      UsageError,
      /best\.safetensors is a place of the run's own record/,
      () => {},
    ],
    [
      "into a place that is a folder",
      (folder) => ({ out: join(folder, "taken") }),
      RunFailure,
      /^The policy could not be written to .*taken: it is a folder\. Name another file\.$/,
      (folder) => mkdirSync(join(folder, "taken")),
    ],
  ];
  it.each(refusals)("%s", async (_, options, kind, sentence, spoil) => {
    const folder = newFolder();
    // A copy: best.safetensors and the checkpoint of its number may be one file under two names.
    cpSync(run, folder, { recursive: true });
    spoil(folder);
    const before = snapshotOf(folder);
    const error = await errorOf(exportPolicy({ folder, ...options(folder) }));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(sentence);
    expect(snapshotOf(folder)).toEqual(before);
  });
});

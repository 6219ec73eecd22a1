/** What `exportPolicy` refuses: one sentence with the next step, and nothing is written. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataError, RunFailure, UsageError } from "../errors.js";
import { bestCheckpoint, CheckpointStore, checkpointFolder } from "./checkpoints/store.js";
import { type ExportOptions, exportPolicy } from "./export-policy.js";
import { snapshotOf } from "./folder-content.fixture.js";
import { lockFile } from "./lock.js";
import { runFiles } from "./record.js";
import { errorOf, newFolder, registerLine, trainTiny } from "./tiny-run.fixture.js";

const { folder: run } = await trainTiny(registerLine("line to refuse"));
const bestIn = (folder: string) => join(folder, checkpointFolder, bestCheckpoint);
const numberedIn = (folder: string) =>
  readdirSync(join(folder, checkpointFolder))
    .filter((name) => name.startsWith("checkpoint-"))
    .map((name) => join(folder, checkpointFolder, name));

function damageNumbered(folder: string): void {
  for (const path of numberedIn(folder)) truncateSync(path, 100);
}

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
      /checkpoint-\d+\.safetensors is damaged: .*\. Export the state that was evaluated best \(--best\)\.$/,
      damageNumbered,
    ],
    ...[false, true].map(
      (best): Refusal => [
        `damaged checkpoints, the best state's among them${best ? ", of which that is asked for" : ""}`,
        () => ({ best }),
        RunFailure,
        new RegExp(
          `/${best ? "best" : "checkpoint-\\d+"}\\.safetensors is damaged: .* start again .* in another folder\\.$`,
        ),
        (folder) => {
          damageNumbered(folder);
          truncateSync(bestIn(folder), 100);
        },
      ],
    ),
    [
      "a best state that was set aside",
      () => ({ best: true }),
      UsageError,
      /^The best state of the run in .* was damaged and is set aside \(best\.safetensors\.damaged\)\. Export the newest /,
      (folder) => {
        truncateSync(bestIn(folder), 100);
        new CheckpointStore(folder).setAsideDamagedBest();
      },
    ],
    [
      "the best state of a run without evaluations",
      () => ({ best: true }),
      UsageError,
      /^The run in .* has no best state \(best\.safetensors\): it was not evaluated yet\. .* without --best\.$/,
      (folder) => rmSync(bestIn(folder)),
    ],
    ...[false, true].map(
      (best): Refusal => [
        `a run without checkpoints${best ? ", of which the best state is asked for" : ""}`,
        () => ({ best }),
        UsageError,
        new RegExp(
          `^The run in .* has no ${best ? "best state" : "checkpoint yet"}.*\\. Wait for its first checkpoint, or continue with "calql resume" if it is not at work\\.$`,
        ),
        (folder) => rmSync(join(folder, checkpointFolder), { recursive: true }),
      ],
    ),
    [
      "a run whose only sound checkpoint is the best state",
      () => ({}),
      UsageError,
      /^The run in .* has no checkpoint yet, and so no policy\. Export the state that was evaluated best \(--best\)\.$/,
      (folder) => numberedIn(folder).forEach((path) => void rmSync(path)),
    ],
    [
      "a run whose config.json states other sizes than its checkpoint",
      () => ({}),
      DataError,
      /^The checkpoint .* has no \d+ numbers for .* of cal-ql; put the run's config\.json back as it was, or /,
      (folder) => {
        const config = join(folder, runFiles.config);
        writeFileSync(config, readFileSync(config, "utf8").replace('"observationSize": 2', '"observationSize": 3'));
      },
    ],
    [
      "over the lock of the process that works there",
      (folder) => ({ out: join(folder, lockFile) }),
      UsageError,
      /\.lock is a place of the run's own record/,
      (folder) => writeFileSync(join(folder, lockFile), "another's"),
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

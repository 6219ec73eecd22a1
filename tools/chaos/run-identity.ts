/**
 * What must be the same of two runs that are one: all that they compute. Times are left out, and with them the length in
 * bytes of lines that hold times; they are of the process and not of the run.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bestCheckpoint, CheckpointStore, checkpointFolder } from "../../src/runs/checkpoints/store.js";
import { decodeTensorFile, type TensorFile } from "../../src/runs/checkpoints/tensor-file.js";
import { readRun } from "../../src/runs/read.js";
import { runFiles } from "../../src/runs/record.js";
import { parseSavedRun, type SavedRun } from "../../src/runs/saved-run.js";
import type { EvaluationLine, NoticeLine } from "../../src/training/record.js";

export interface RunIdentity {
  /** The last checkpoint. */
  readonly final: CheckpointIdentity;
  /** The one that was evaluated best. */
  readonly best: CheckpointIdentity;
  readonly metrics: readonly object[];
  readonly evaluations: readonly Omit<EvaluationLine, "seconds">[];
  readonly notices: readonly Omit<NoticeLine, "seconds">[];
  readonly ending: object;
  /** SHA-256 of the exported policy. */
  readonly policy: string;
}

interface CheckpointIdentity {
  /** SHA-256 of all tensors with their names. */
  readonly tensors: string;
  readonly saved: Omit<SavedRun, "pace" | "lines">;
}

/** @throws DataError where the run has no sound checkpoint */
export function identityOf(folder: string): RunIdentity {
  const { metrics, evaluations, notices, summary } = readRun(folder);
  const { status, updates, onlineSteps, onlineEpisodes } = summary!;
  const best = join(folder, checkpointFolder, bestCheckpoint);
  return {
    final: new CheckpointStore(folder).newest(
      (found) => checkpointIdentity(found, found.path),
      () => {},
    ),
    best: checkpointIdentity(decodeTensorFile(readFileSync(best), best), best),
    metrics: metrics.map(timeless),
    evaluations: evaluations.map(timeless),
    notices: notices.map(timeless),
    ending: { status, updates, onlineSteps, onlineEpisodes },
    policy: createHash("sha256")
      .update(readFileSync(join(folder, runFiles.policy)))
      .digest("hex"),
  };
}

/** The parts in which two runs differ, by name; none where they are one. */
export function differences(one: RunIdentity, other: RunIdentity): string[] {
  const names = Object.keys(one) as (keyof RunIdentity)[];
  return names.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
}

function checkpointIdentity({ manifest, tensors }: TensorFile, path: string): CheckpointIdentity {
  const hash = createHash("sha256");
  for (const [name, { buffer, byteOffset, byteLength }] of tensors)
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  const { pace: _pace, lines: _lines, ...saved } = parseSavedRun(manifest, path);
  return { tensors: hash.digest("hex"), saved };
}

function timeless<Line extends { readonly seconds: number }>({ seconds: _, ...line }: Line): Omit<Line, "seconds"> {
  return line;
}

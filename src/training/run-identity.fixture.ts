/**
 * What must be the same of two runs that are one: everything in the last checkpoint and in the lines but the times.
 */
import { createHash } from "node:crypto";
import { CheckpointStore } from "../checkpoints/store.js";
import { readRun } from "../runs/read.js";
import { parseSavedRun } from "./saved-run.js";

export interface RunIdentity {
  /** SHA-256 of all tensors of the last checkpoint. */
  readonly tensors: string;
  readonly saved: object;
  readonly metrics: readonly object[];
  readonly evaluations: readonly object[];
}

/** @throws DataError where the run has no sound checkpoint */
export function identityOf(folder: string): RunIdentity {
  return new CheckpointStore(folder).newest(
    ({ manifest, path, tensors }) => {
      const hash = createHash("sha256");
      for (const [name, { buffer, byteOffset, byteLength }] of tensors)
        hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
      // Times, and with them the bytes of lines that hold times, are of the process and not of the run.
      const { pace: _pace, lines: _lines, ...saved } = parseSavedRun(manifest, path);
      const { metrics, evaluations } = readRun(folder);
      const timeless = ({ seconds: _seconds, ...line }: { readonly seconds: number }) => line;
      return {
        tensors: hash.digest("hex"),
        saved,
        metrics: metrics.map(timeless),
        evaluations: evaluations.map(timeless),
      };
    },
    () => {},
  );
}

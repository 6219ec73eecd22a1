/**
 * What a checkpoint file records about its run besides the state of the loop (training/snapshot.ts): who wrote it, the
 * settings, which data, and how far the files of the run folder reached.
 */
import { z } from "zod";
import { UsageError } from "../errors.js";
import { loopStateShape, type Snapshot } from "../training/snapshot.js";
import { version } from "../version.js";
import type { FoundCheckpoint } from "./checkpoints/store.js";
import { beginning, type FilePosition } from "./file-position.js";

const count = z.int().min(0);
const filePosition = z.strictObject({ bytes: count, sha256: z.string().optional() });
/** Older checkpoints knew the length only. */
const linePosition = filePosition.or(count.transform((bytes): FilePosition => ({ bytes })));

const savedRunSchema = z.strictObject({
  calqlVersion: z.string(),
  /** SHA-256 of the recorded data. */
  data: z.string(),
  /** The resolved settings of the run, but for the path of its data. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Of metrics.jsonl, evaluations.jsonl and notices.jsonl. */
  lines: z.strictObject({
    metrics: linePosition,
    evaluations: linePosition,
    notices: linePosition.default(beginning),
  }),
  /** Of the collected episodes. */
  episodes: filePosition,
  ...loopStateShape,
});
export type SavedRun = z.infer<typeof savedRunSchema>;

/** A checkpoint, and what it says of its run. */
export interface RunCheckpoint {
  readonly saved: SavedRun;
  readonly checkpoint: FoundCheckpoint;
}

/** The state of the loop in a checkpoint. */
export function snapshotIn({ saved, checkpoint }: RunCheckpoint): Snapshot {
  return { state: saved, tensors: checkpoint.tensors };
}

/** @throws UsageError where another version of calql has written it: it is sound, but not for this one */
export function parseSavedRun(manifest: unknown, path: string): SavedRun {
  const result = savedRunSchema.safeParse(manifest);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.code === "unrecognized_keys" ? issue.keys.join(", ") : issue.path.join(".");
  const { calqlVersion: writer = "another" } = manifest as { readonly calqlVersion?: string };
  throw new UsageError(
    `The checkpoint ${path} of version ${writer} of calql is not one that version ${version} can read (${place}); continue with it by the version that wrote it.`,
  );
}

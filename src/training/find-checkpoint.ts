/**
 * Which checkpoint a run goes on from: the newest that is sound, with all that it refers to.
 */
import { EpisodeLog } from "../checkpoints/episode-log.js";
import { CheckpointStore, type FoundCheckpoint, NoSoundCheckpoint } from "../checkpoints/store.js";
import { RunWriter } from "../runs/write.js";
import { parseSavedRun, type SavedRun } from "./saved-run.js";
import type { TrainOptions } from "./train-options.js";

/** A checkpoint, and what it says of its run. */
export interface RunCheckpoint {
  readonly saved: SavedRun;
  readonly checkpoint: FoundCheckpoint;
}

/**
 * The newest sound checkpoint of a run folder; newer ones that are not sound are set aside, as is a damaged best one.
 * @param onNotice told of each of those
 * @throws DataError where none is sound
 */
export function findCheckpoint(
  store: CheckpointStore,
  folder: string,
  onNotice: TrainOptions["onNotice"],
): RunCheckpoint {
  const found = newestSound(store, folder, onNotice);
  store.setAsideNewerThan(found.checkpoint.path);
  const lost = store.setAsideDamagedBest();
  if (lost) onNotice?.(lost);
  return found;
}

/**
 * The same checkpoint, with nothing changed.
 * @param onDamage told, in a sentence, of every newer one that is not sound
 * @throws NoSoundCheckpoint where there is none
 */
export function newestSound(
  store: CheckpointStore,
  folder: string,
  onDamage?: (sentence: string) => void,
): RunCheckpoint {
  return store.newest(
    (checkpoint) => soundIn(folder, checkpoint),
    (sentence) => onDamage?.(sentence),
  );
}

/** Why a run cannot be gone on with from its folder, in a sentence; undefined where it can. Nothing is changed. */
export function whyNotResumable(folder: string): string | undefined {
  const store = new CheckpointStore(folder);
  if (store.empty) return undefined; // ended before the first: it goes on from its beginning
  try {
    newestSound(store, folder);
    return undefined;
  } catch (error) {
    if (error instanceof NoSoundCheckpoint) return error.reason;
    throw error;
  }
}

/** @throws DataError if the checkpoint is not one of a run */
export function asRunCheckpoint(checkpoint: FoundCheckpoint): RunCheckpoint {
  return { checkpoint, saved: parseSavedRun(checkpoint.manifest, checkpoint.path) };
}

/** @throws DataError if the checkpoint is not one of a run, or what it refers to is not as it was */
function soundIn(folder: string, checkpoint: FoundCheckpoint): RunCheckpoint {
  const found = asRunCheckpoint(checkpoint);
  RunWriter.check(folder, found.saved.lines);
  EpisodeLog.check(folder, found.saved.episodes);
  return found;
}

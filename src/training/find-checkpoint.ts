/**
 * Which checkpoint a run goes on from: the newest that is sound, with all that it refers to.
 */
import { EpisodeLog } from "../checkpoints/episode-log.js";
import { CheckpointStore, type FoundCheckpoint, NoSoundCheckpoint } from "../checkpoints/store.js";
import { RunWriter } from "../runs/write.js";
import { parseSavedRun, type SavedRun } from "./saved-run.js";
import type { TrainOptions } from "./train-options.js";

/** A checkpoint that a run goes on from. */
export interface Found {
  readonly saved: SavedRun;
  readonly checkpoint: FoundCheckpoint;
}

/**
 * The newest sound checkpoint of a run folder; newer ones that are not sound are set aside, as is a damaged best one.
 * @param onNotice told of each of those
 * @throws DataError where none is sound
 */
export function findCheckpoint(store: CheckpointStore, folder: string, onNotice: TrainOptions["onNotice"]): Found {
  const found = store.newest(
    (checkpoint) => soundIn(folder, checkpoint),
    (sentence) => onNotice?.(sentence),
  );
  store.setAsideNewerThan(found.checkpoint.path);
  const lost = store.setAsideDamagedBest();
  if (lost) onNotice?.(lost);
  return found;
}

/** Why a run cannot be gone on with from its folder, in a sentence; undefined where it can. Nothing is changed. */
export function whyNotResumable(folder: string): string | undefined {
  const store = new CheckpointStore(folder);
  if (store.empty) return undefined; // ended before the first: it goes on from its beginning
  try {
    store.newest(
      (checkpoint) => soundIn(folder, checkpoint),
      () => {},
    );
    return undefined;
  } catch (error) {
    if (error instanceof NoSoundCheckpoint) return error.reason;
    throw error;
  }
}

/** @throws DataError if the checkpoint is not one of a run, or what it refers to is not as it was */
function soundIn(folder: string, checkpoint: FoundCheckpoint): Found {
  const saved = parseSavedRun(checkpoint.manifest, checkpoint.path);
  RunWriter.check(folder, saved.lines);
  EpisodeLog.check(folder, saved.episodes);
  return { checkpoint, saved };
}

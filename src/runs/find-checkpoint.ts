/**
 * Which checkpoint a run resumes from: the newest valid one, with everything it refers to.
 */

import { DataError, UsageError } from "../errors.js";
import { EpisodeLog } from "./checkpoints/episode-log.js";
import { CheckpointStore, type FoundCheckpoint, NoSoundCheckpoint } from "./checkpoints/store.js";
import { checkLines, isFirstEvaluation, linesAsTheyAre } from "./line-positions.js";
import { parseSavedRun, type RunCheckpoint } from "./saved-run.js";
import type { TrainOptions } from "./train-options.js";

/**
 * The newest sound checkpoint of a run folder; newer ones that are not sound are set aside, as is a damaged best one.
 * @param onNotice called with a sentence for each of those
 * @returns undefined where the run was ended before its first
 * @throws DataError where none is sound; UsageError where another version of calql has written it
 */
export function findCheckpoint(
  store: CheckpointStore,
  folder: string,
  onNotice: TrainOptions["onNotice"],
): RunCheckpoint | undefined {
  if (isAtItsBeginning(store, folder)) return undefined;
  const found = newestSound(store, folder, onNotice);
  store.setAsideNewerThan(found.checkpoint.path);
  const lost = store.setAsideDamagedBest();
  if (lost) onNotice?.(lost);
  return found;
}

/**
 * The same checkpoint, with nothing changed. Where none knows the lines of metrics and notices as they are, the newest is
 * taken all the same: nothing is computed from them. The last resort is the state that was evaluated best.
 * @param onDamage called with a sentence for every newer one that is not sound, and for such lines
 * @throws NoSoundCheckpoint where there is none
 */
export function newestSound(
  store: CheckpointStore,
  folder: string,
  onDamage: (sentence: string) => void = () => {},
): RunCheckpoint {
  const strict = (checkpoint: FoundCheckpoint) => soundIn(folder, checkpoint);
  const lenient = (checkpoint: FoundCheckpoint) => soundIn(folder, checkpoint, true);
  const damages: string[] = [];
  try {
    const found = store.newest(strict, (sentence) => damages.push(sentence));
    for (const sentence of damages) onDamage(sentence);
    return found;
  } catch (error) {
    if (!(error instanceof NoSoundCheckpoint)) throw error;
    const sameState = unlessDamaged(() => store.newest(lenient, () => {}));
    const found = sameState ?? unlessDamaged(() => store.best(lenient));
    if (!found) throw error;
    const rest = sameState ? "Those lines stay as they are, and the" : "The";
    onDamage(`${error.reason} ${rest} run continues from ${found.checkpoint.path}.`);
    return found;
  }
}

function unlessDamaged(find: () => RunCheckpoint | undefined): RunCheckpoint | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** Whether a run was ended before its first checkpoint, which follows its first evaluation. */
function isAtItsBeginning(store: CheckpointStore, folder: string): boolean {
  return store.empty && isFirstEvaluation(folder) && EpisodeLog.isEmpty(folder);
}

/** Why a run cannot be gone on with from its folder, in a sentence; undefined where it can. Nothing is changed. */
export function whyNotResumable(folder: string): string | undefined {
  const store = new CheckpointStore(folder);
  try {
    if (!isAtItsBeginning(store, folder)) newestSound(store, folder);
    return undefined;
  } catch (error) {
    if (error instanceof NoSoundCheckpoint) return error.reason;
    if (error instanceof UsageError) return undefined; // of another version, say: the resume itself reports it
    throw error;
  }
}

/** @throws UsageError if another version of calql has written the checkpoint */
export function asRunCheckpoint(checkpoint: FoundCheckpoint): RunCheckpoint {
  return { checkpoint, saved: parseSavedRun(checkpoint.manifest, checkpoint.path) };
}

/**
 * @param anyLines whether the lines of metrics and notices may have been changed
 * @throws DataError if what the checkpoint refers to is not as it was
 */
function soundIn(folder: string, checkpoint: FoundCheckpoint, anyLines = false): RunCheckpoint {
  const { saved } = asRunCheckpoint(checkpoint);
  const lines = anyLines ? linesAsTheyAre(folder, saved.lines) : saved.lines;
  checkLines(folder, lines);
  EpisodeLog.check(folder, saved.episodes);
  return { checkpoint, saved: { ...saved, lines } };
}

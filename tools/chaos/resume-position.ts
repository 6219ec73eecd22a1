/**
 * Where in a run a resume begins. A kill tells little about that: what counts is what the newest checkpoint holds, and
 * only a tool that has resumed from every kind of it has looked everywhere.
 */
import { CheckpointStore, NoSoundCheckpoint } from "../../src/runs/checkpoints/store.js";
import { newestSound } from "../../src/runs/find-checkpoint.js";
import type { SavedRun } from "../../src/runs/saved-run.js";

/**
 * "beginning": before the first checkpoint. "switch": online, but no episode was collected yet. The last two are online;
 * the updates that follow an episode are between episodes.
 */
export const resumePositions = ["beginning", "offline", "switch", "between episodes", "in an episode"] as const;
export type ResumePosition = (typeof resumePositions)[number];
export type ResumeCounts = Readonly<Record<ResumePosition, number>>;

/** How many kills it takes until a position that no resume began in is no chance any more. */
const enoughKills = 100;

/** @param saved what the checkpoint says that is gone on from, if there is one */
export function resumePosition(saved?: Pick<SavedRun, "position" | "trajectory">): ResumePosition {
  if (!saved) return "beginning";
  const { position, trajectory } = saved;
  if (position.phase === "offline") return "offline";
  if (trajectory !== null) return "in an episode";
  return position.onlineSteps === 0 ? "switch" : "between episodes";
}

/** Where a run goes on from, as its own search finds it. Undefined where nothing is sound: the resume itself says so. */
export function resumePositionIn(run: string): ResumePosition | undefined {
  const store = new CheckpointStore(run);
  if (store.empty) return resumePosition();
  try {
    return resumePosition(newestSound(store, run).saved);
  } catch (error) {
    if (error instanceof NoSoundCheckpoint) return undefined;
    throw error;
  }
}

/**
 * The positions that no resume began in although there were kills enough for each, as sentences.
 * @param cases the resumes of each case, and the positions that it cannot be resumed from
 * @param kills of all cases
 */
export function unvisited(
  cases: readonly { readonly resumedFrom: ResumeCounts; readonly unreachable?: readonly ResumePosition[] }[],
  kills: number,
): string[] {
  if (kills < enoughKills) return [];
  const never = (position: ResumePosition) => {
    const reaching = cases.filter(({ unreachable }) => !unreachable?.includes(position));
    return reaching.length > 0 && reaching.every(({ resumedFrom }) => resumedFrom[position] === 0);
  };
  return resumePositions
    .filter(never)
    .map((position) => `In ${kills} kills no run was resumed from this position: ${position}. It was not tested.`);
}

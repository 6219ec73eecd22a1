/**
 * Where in a run a resume begins. That depends on what the newest checkpoint holds and not on when the process was killed;
 * only a tool that has resumed from every kind of checkpoint has tested everything.
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

/** After this many kills, a position that no resume began in is not a coincidence. */
const enoughKills = 100;

/** @param saved the checkpoint that the run resumes from, if there is one */
export function resumePosition(saved?: Pick<SavedRun, "position" | "trajectory">): ResumePosition {
  if (!saved) return "beginning";
  const { position, trajectory } = saved;
  if (position.phase === "offline") return "offline";
  if (trajectory !== null) return "in an episode";
  return position.onlineSteps === 0 ? "switch" : "between episodes";
}

/** Where a run resumes, by its own search. Undefined if no checkpoint is sound; the resume itself reports that. */
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
 * A sentence for each position that no resume began in although there were enough kills.
 * @param cases the resumes of each case, and the positions that it cannot reach
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

/**
 * A task's own data, with everything needed to collect them: the ant mazes need a walking policy.
 */
import type { Dataset } from "../data/episode.js";
import { collectTask, needsWalkingPolicy, type TaskCollection } from "../environments/collect-task.js";
import { loadWalkingPolicy } from "./walking-policy.js";

/**
 * Collects as `collectTask` does; ants walk with the policy in the file `policy`, or with the shipped one.
 * @throws UsageError for settings that do not fit; DataError for a file that holds no walking policy
 */
export async function collectOwnData(settings: TaskCollection, policy?: string): Promise<Dataset> {
  if (!needsWalkingPolicy(settings.task)) return collectTask(settings);
  const walker = await loadWalkingPolicy(policy);
  try {
    return await collectTask({ ...settings, policy: walker });
  } finally {
    await walker.release();
  }
}

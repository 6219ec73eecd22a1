/**
 * For tests of resuming: a task and recorded data for every agent, settings of a run that evaluates in both phases, and
 * runs that were ended at a known place or not at all.
 */
import type { AgentName } from "../agents/registry.js";
import { CheckpointStore } from "../checkpoints/store.js";
import type { Dataset } from "../data/episode.js";
import { collectTask } from "../environments/collect-task.js";
import type { TrainSettings } from "./configuration.js";
import { parseSavedRun, type SavedRun } from "./saved-run.js";
import { newFolder, tiny } from "./tiny-run.fixture.js";
import { train } from "./train.js";

export const discrete: readonly AgentName[] = ["cal-ql-discrete", "cql-discrete", "dqn"];
export const mazeData = await collectTask({ task: "pointmaze-umaze", steps: 300, goals: "fixed", seed: 1 });

/** Two evaluations in each phase, several trajectories, some lines of metrics, updates that lag behind. */
const schedule = {
  offlineUpdates: 12,
  onlineSteps: 70,
  utdRatio: 0.5,
  warmupSteps: 10,
  evaluateEveryUpdates: 5,
  evaluateEverySteps: 30,
  logEveryUpdates: 4,
} as const satisfies TrainSettings;

export function settingsFor(agent: string, task: string): TrainSettings {
  const { nActions, actorHidden, criticHidden, ...others } = tiny;
  const shared = agent === "bc" ? others : { ...others, criticHidden };
  if ((discrete as readonly string[]).includes(agent)) return { ...shared, ...schedule, agent, task };
  const sampling = ["cal-ql", "cql"].includes(agent) ? { nActions } : {};
  return { ...shared, actorHidden, ...sampling, ...schedule, agent, task };
}

/** Data in memory; undefined where the settings name them. */
export type Given = Dataset | undefined;

/** A run that was never ended. */
export async function whole(settings: TrainSettings, dataset: Given): Promise<string> {
  const folder = newFolder();
  await train(settings, { folder, ...(dataset && { dataset }) });
  return folder;
}

/** A run that was ended in its first update. */
export async function endedInFirstUpdate(agent = "td3-bc"): Promise<string> {
  const folder = newFolder();
  const stop = new AbortController();
  const settings = settingsFor(agent, "pointmaze-umaze");
  await train(settings, { folder, dataset: mazeData, signal: stop.signal, onProgress: () => stop.abort() });
  return folder;
}

/** What the newest checkpoint says. */
export function saved(folder: string): SavedRun {
  return new CheckpointStore(folder).newest(
    ({ manifest, path }) => parseSavedRun(manifest, path),
    () => {},
  );
}

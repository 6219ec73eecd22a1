/**
 * For tests of resuming: a task and recorded data for every agent, settings of a run that evaluates in both phases, and
 * runs that were ended at a known place or not at all. The tasks reward every policy differently, so that evaluations and
 * the best state tell one run from another.
 */

import { chaosTasks, gridTask, mazeTask } from "../../tools/chaos/tasks.js";
import { type AgentName, agentDefinition } from "../agents/registry.js";
import type { Dataset } from "../data/episode.js";
import { collectTask } from "../environments/collect-task.js";
import { registerEnvironment } from "../environments/registry.js";
import type { TrainSettings } from "../settings/configuration.js";
import { methodOf } from "../settings/methods.js";
import { CheckpointStore } from "./checkpoints/store.js";
import { parseSavedRun, type SavedRun } from "./saved-run.js";
import { newFolder, tiny, train } from "./tiny-run.fixture.js";

for (const name of [mazeTask, gridTask]) registerEnvironment(name, chaosTasks.get(name)!);

export { gridTask, mazeTask };

export const discrete: readonly AgentName[] = ["cal-ql-discrete", "cql-discrete", "dqn"];
export const mazeData = await collectTask({ task: "pointmaze-umaze", steps: 300, goals: "fixed", seed: 1 });

/** Two evaluations in each phase, several trajectories, some lines of metrics, updates that lag behind. */
const schedule = {
  seed: 5,
  offlineUpdates: 12,
  onlineSteps: 70,
  utdRatio: 0.5,
  warmupSteps: 10,
  evaluateEveryUpdates: 5,
  evaluateEverySteps: 30,
  logEveryUpdates: 4,
} as const satisfies TrainSettings;

/** Where the best evaluation would be the first or the last with the seed of the others. */
const seeds: Readonly<Record<string, number>> = { awac: 0, rebrac: 0, dqn: 1 };

/** So large that every policy acts otherwise a few updates later; a choice among few actions changes less easily. */
const steps = { actorLearningRate: 0.02, criticLearningRate: 0.02 } as const;
const largeSteps = { criticLearningRate: 0.1 } as const;
const sizes = { nActions: tiny.nActions, actorHidden: tiny.actorHidden, criticHidden: tiny.criticHidden } as const;

export function settingsFor(agent: string, task: string): TrainSettings {
  const { nActions: _, actorHidden: _a, criticHidden: _c, ...others } = tiny;
  const definition = agentDefinition(methodOf(agent)?.settings.agent ?? agent);
  const its = Object.entries({ ...sizes, ...steps, ...(definition.actions === "discrete" && largeSteps) });
  const known = Object.fromEntries(its.filter(([name]) => name in definition.settings.shape));
  return { ...others, ...known, ...schedule, ...(agent in seeds && { seed: seeds[agent] }), agent, task };
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
  const settings = settingsFor(agent, mazeTask);
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

/**
 * What a run starts from before a configuration file or a flag changes it: the preset of its task's family, "paper" or
 * "laptop". A task that no family has a preset for starts from the declared defaults, or from small sizes on a laptop.
 */
import type { AgentSettings } from "../agents/registry.js";
import { presetsOf } from "../environments/families.js";
import type { Scale } from "../environments/family.js";
import type { RunSettings } from "./settings.js";

export type Preset = Partial<RunSettings> & AgentSettings;

/** Small enough for minutes, whatever the task; one thread is faster than two for layers of 64. */
const anyTaskLaptop: Preset = {
  threads: 1,
  actorHidden: [64, 64],
  criticHidden: [64, 64],
  valueHidden: [64, 64],
  nActions: 4,
  actorLearningRate: 1e-3,
  criticLearningRate: 1e-3,
  valueLearningRate: 1e-3,
  offlineUpdates: 5_000,
  onlineSteps: 5_000,
  evaluateEveryUpdates: 1_000,
  evaluateEverySteps: 1_000,
  logEveryUpdates: 100,
};

/** What goes on for a minute or two, where nothing but the data is there; evaluations are estimates. */
const dataAloneLaptop: Preset = { ...anyTaskLaptop, offlineUpdates: 20_000, evaluateEveryUpdates: 2_000 };

/** The preset of a task, for an agent with its difference. */
export function presetOf({ task, preset }: Pick<RunSettings, "task" | "preset">, agent?: string): Preset {
  if (task === null) return preset === "laptop" ? dataAloneLaptop : {};
  const scale: Scale | undefined = presetsOf(task)?.[preset];
  if (!scale) return preset === "laptop" ? anyTaskLaptop : {};
  return { ...scale.preset, ...(agent === undefined ? {} : scale.agents?.[agent]) };
}

/** For which tasks the preset of a task was made: "antmaze-*", or "any task", a user's own too. */
export function presetMadeFor(task: string | null): string {
  const own = task === null ? undefined : presetsOf(task);
  return own ? `${own.prefix}*` : "any task";
}

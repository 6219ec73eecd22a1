/**
 * The runs that the chaos tool ends: a second of work with the smallest networks, but with everything that a run has,
 * for every agent and for a method whose algorithm changes at the switch.
 */
import { agentDefinition, agentNames } from "../agents/registry.js";
import type { TrainSettings } from "../training/configuration.js";
import { methodOf } from "../training/methods.js";
import type { ResumePosition } from "./resume-position.js";
import { failingTask, unsavedTask } from "./tasks.js";

export interface ChaosCase {
  readonly name: string;
  readonly settings: TrainSettings & { readonly task: string };
  /** Whether its run must drop episodes; one that drops none tests nothing of it. */
  readonly drops?: boolean;
  /** Where no checkpoint of it can be. */
  readonly unreachable?: readonly ResumePosition[];
}

/** Tasks whose data the runs learn from. */
export const recordedTask = { box: "pointmaze-umaze", discrete: "gridworld-cliff" } as const;

/** Several evaluations and lines of metrics in each phase, several episodes, updates that lag behind the steps. */
const schedule = {
  preset: "laptop",
  threads: 1,
  seed: 3,
  batchSize: 8,
  offlineUpdates: 40,
  onlineSteps: 400,
  utdRatio: 0.2,
  warmupSteps: 30,
  evaluationEpisodes: 2,
  evaluateEveryUpdates: 15,
  evaluateEverySteps: 150,
  logEveryUpdates: 7,
} as const satisfies TrainSettings;

/** Those of the smallest networks that an agent has. */
const smallest = { actorHidden: [8], criticHidden: [8], nActions: 2 } as const;

/**
 * Three episodes of the case are dropped with the seed of the schedule, the last two in a row: one at its beginning, then
 * one at a step. A run that counts a failure twice would end there.
 */
const dropping = { task: failingTask, onEnvironmentFailure: "drop-episode", episodeFailures: 3 } as const;

/**
 * Every agent, a change of algorithm at the switch, an environment that cannot save its state, and one that fails, as
 * user's environments do.
 */
export const chaosCases: readonly ChaosCase[] = [
  ...[...agentNames, "cal-ql-sac"].map((name) => ({ name, settings: settingsOf(name) })),
  {
    name: "cal-ql, unsaved task",
    settings: { ...settingsOf("cal-ql"), task: unsavedTask },
    unreachable: ["in an episode"],
  },
  { name: "cal-ql, dropped episodes", settings: { ...settingsOf("cal-ql"), ...dropping }, drops: true },
];

function settingsOf(name: string): ChaosCase["settings"] {
  const definition = agentDefinition(methodOf(name)?.settings.agent ?? name);
  const task = recordedTask[definition.actions === "discrete" ? "discrete" : "box"];
  const sizes = Object.entries(smallest).filter(([setting]) => setting in definition.settings.shape);
  return { ...Object.fromEntries(sizes), ...schedule, agent: name, task };
}

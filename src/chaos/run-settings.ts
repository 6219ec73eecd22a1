/**
 * The runs that the chaos tool ends: a second of work with the smallest networks, but with everything that a run has,
 * for every agent and for a method whose algorithm changes at the switch.
 */
import { agentDefinition, agentNames } from "../agents/registry.js";
import type { TrainSettings } from "../training/configuration.js";
import { methodOf } from "../training/methods.js";

export interface ChaosCase {
  readonly name: string;
  readonly settings: TrainSettings & { readonly task: string };
}

/** pointmaze-umaze as an environment that cannot save its state; dying.ts makes it known. */
export const unsavedTask = "pointmaze-umaze-unsaved";

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

/** Every agent, a change of algorithm at the switch, and an environment that cannot save its state. */
export const chaosCases: readonly ChaosCase[] = [
  ...[...agentNames, "cal-ql-sac"].map((name) => ({ name, settings: settingsOf(name) })),
  { name: "cal-ql, unsaved task", settings: { ...settingsOf("cal-ql"), task: unsavedTask } },
];

function settingsOf(name: string): ChaosCase["settings"] {
  const definition = agentDefinition(methodOf(name)?.settings.agent ?? name);
  const task = recordedTask[definition.actions === "discrete" ? "discrete" : "box"];
  const sizes = Object.entries(smallest).filter(([setting]) => setting in definition.settings.shape);
  return { ...Object.fromEntries(sizes), ...schedule, agent: name, task };
}

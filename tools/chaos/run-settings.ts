/**
 * The runs that the chaos tool kills: a second of work with the smallest networks, but with every feature of a run, for
 * every agent and for a method that changes its algorithm at the switch.
 */
import { agentDefinition, builtInAgents } from "../../src/agents/registry.js";
import type { TrainSettings } from "../../src/settings/configuration.js";
import { methodOf } from "../../src/settings/methods.js";
import type { NoticeLine } from "../../src/training/record.js";
import type { ResumePosition } from "./resume-position.js";
import { failingTask, gridTask, mazeTask, unsavedTask } from "./tasks.js";

export interface ChaosCase {
  readonly name: string;
  readonly settings: TrainSettings;
  /** The kind of task whose recorded data it learns from. */
  readonly data: keyof typeof recordedTask;
  /** The notice that its run must record; without it, the case tests nothing. */
  readonly tells?: NoticeLine["kind"];
  /** Positions in which it can have no checkpoint. */
  readonly unreachable?: readonly ResumePosition[];
}

/** Tasks whose data the runs learn from. */
export const recordedTask = { box: "pointmaze-umaze", discrete: "gridworld-cliff" } as const;

/** Several evaluations and lines of metrics in each phase, several episodes, fewer updates than steps. */
const schedule = {
  preset: "laptop",
  threads: 1,
  seed: 5,
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

/** For agents that have these settings: the smallest networks, and learning rates so large that the policy changes between
 * evaluations. */
const small = {
  actorHidden: [8],
  criticHidden: [8],
  nActions: 2,
  actorLearningRate: 0.01,
  criticLearningRate: 0.01,
} as const;

/** Agents for discrete actions need a larger rate still before they choose a different action. */
const largeSteps = { criticLearningRate: 0.1 } as const;

/** For agents whose best evaluation would be the last one with the seed of the schedule. */
const otherSeed = { seed: 3 } as const;
const own: Readonly<Record<string, TrainSettings>> = { wsrl: otherSeed, bc: otherSeed };

/**
 * With this seed three episodes are dropped, the last two in a row: one at its reset, then one at a step. A run that counts
 * a failure twice would end there.
 */
const dropping = { task: failingTask, onEnvironmentFailure: "drop-episode", episodeFailures: 3, seed: 3 } as const;

/** A net so narrow that any episode below what the policy returned at the switch is a fall, and less and less recorded data. */
const caught = { rollback: { below: 1e-9, episodes: 1, restore: true }, mixingRatioEnd: 0.1 } as const;

/** No environment: what judges the policies learns at every evaluation, and goes on where it stood. */
const dataAlone = { task: null, onlineSteps: 0, warmupSteps: 0, offlineUpdates: 120 } as const;

/** Rewards so far from the initial values that these stay out of the possible range until the end. */
const farRewards = { rewardShift: 100, discount: 0 } as const;

/**
 * Every agent, a change of algorithm at the switch, values that the run must warn about, an environment that cannot save its
 * state, one that fails, as users' environments do, and none at all.
 */
export const chaosCases: readonly ChaosCase[] = [
  ...[...builtInAgents, "cal-ql-sac"].map((name) => caseOf(name, own[name])),
  { ...caseOf("cql", farRewards), name: "cql, values beyond", tells: "values-too-low" },
  { ...caseOf("cal-ql", { task: unsavedTask }), name: "cal-ql, unsaved task", unreachable: ["in an episode"] },
  { ...caseOf("cal-ql", caught), name: "cal-ql, rollback", tells: "rollback" },
  {
    ...caseOf("cal-ql-discrete", dataAlone),
    name: "cal-ql-discrete, data alone",
    unreachable: ["switch", "between episodes", "in an episode"],
  },
  { ...caseOf("cal-ql", dropping), name: "cal-ql, dropped episodes", tells: "dropped-episode" },
];

function caseOf(name: string, special: TrainSettings = {}): ChaosCase {
  const definition = agentDefinition(methodOf(name)?.settings.agent ?? name);
  const data = definition.actions === "discrete" ? "discrete" : "box";
  const task = { box: mazeTask, discrete: gridTask }[data];
  const its = Object.entries({ ...small, ...(data === "discrete" && largeSteps) }).filter(
    ([setting]) => setting in definition.settings.shape,
  );
  return { name, data, settings: { ...Object.fromEntries(its), ...schedule, agent: name, task, ...special } };
}

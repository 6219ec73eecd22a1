/**
 * The settings of a run, declared once (see agents/settings.ts for those of the agents): where it acts, what it learns
 * from, how long, and when it is measured. The command line's flags, the configuration file and the docs follow this.
 */
import { z } from "zod";
import { MOST_ACTIONS } from "../data/discrete-actions.js";

/** The offline phase counts updates, the online phase counts environment steps. */
export const phaseSchema = z.enum(["offline", "online"]);
export type Phase = z.infer<typeof phaseSchema>;

/**
 * A thread takes whole rows of a matrix product, and the widest layers of the presets have 512 of them, in minibatches
 * of 256: more threads would have nothing to do, and each has a stack of its own.
 */
export const MOST_THREADS = 256;

/** Of an evaluation, or of the policy at the switch: each acts in an environment of its own, with physics of its own. */
const MOST_EPISODES = 1000;

const count = () => z.number().int().min(0);

export const runSettings = z.object({
  task: z
    .string()
    .nullable()
    .default("pointmaze-umaze")
    .describe("Environment to act in; none, or left out where data are given: learn offline from the data alone."),
  preset: z.enum(["paper", "laptop"]).default("paper").describe("Settings to start from: the paper's, or small ones."),
  agent: z.string().default("cal-ql").describe("Algorithm of the offline phase, or a method."),
  onlineAgent: z.string().nullable().default(null).describe("Algorithm of the online phase, if it is a different one."),
  label: z.string().nullable().default(null).describe("Name of the run in reports; none: the names of its agents."),
  seed: z.number().int().default(0).describe("Seed of everything random."),
  threads: count()
    .max(MOST_THREADS)
    .default(0)
    .describe(`Threads for an update, at most ${MOST_THREADS}; 0: one per core.`),
  dataset: z
    .string()
    .nullable()
    .default(null)
    .describe("Recorded data, a file or folder in any known format; without it the task's own data are collected."),
  mapping: z
    .union([z.string(), z.record(z.string(), z.unknown())], "be a YAML or JSON file, or its content")
    .nullable()
    .default(null)
    .describe("YAML or JSON file that says which column is what in an application's log, or its content."),
  datasetHorizon: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Steps after which the clock ends an episode of a dataset without timeouts; none: the task's horizon."),
  replayMemory: z
    .number()
    .int()
    .min(1)
    .default(512)
    .describe("Megabytes of recorded transitions in memory; a larger dataset in the format calql is drawn from disk."),
  offlineUpdates: count().default(1_000_000).describe("Updates on the recorded data alone."),
  onlineSteps: count()
    .default(1_000_000)
    .describe("Environment steps of the online phase; a few more, as the last episode is played to its end."),
  utdRatio: z.number().min(0).default(1).describe("Updates per environment step online."),
  warmupSteps: count().default(0).describe("Online steps before the first online update."),
  warmupActions: z
    .enum(["policy", "random", "scripted"])
    .default("policy")
    .describe(
      "What acts during the warm-up: the frozen policy, chance, or in turns the task's own script and the policy.",
    ),
  mixingRatio: z
    .number()
    .max(1)
    .default(0.5)
    .describe("Mixing ratio: share of recorded data in an online batch; negative: in proportion to size."),
  mixingRatioEnd: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe("Mixing ratio at the end of a linear schedule; none: it stays as it is."),
  mixingSteps: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Online steps after the warm-up in which mixingRatioEnd is reached; none: all."),
  rollback: z
    .strictObject({
      below: z.number().positive(),
      episodes: z.number().int().min(1).max(MOST_EPISODES).default(10),
      restore: z.boolean().default(false),
      restores: z.number().int().min(1).default(3),
    })
    .nullable()
    .default(null)
    .describe(
      "Where the mean return (undiscounted) of the last online episodes falls so far below the switch policy's, say so, or go back to it, at most `restores` times: {below, episodes, restore, restores}, at most 1000 episodes.",
    ),
  evaluationEpisodes: z
    .number()
    .int()
    .min(0)
    .max(MOST_EPISODES)
    .default(20)
    .describe("Episodes per evaluation, played by the deterministic policy; 0: no evaluations."),
  heldOutShare: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.2)
    .describe(
      "Without a task: share of the recorded episodes that are not learned from, by which policies are judged.",
    ),
  evaluationWorkers: z
    .number()
    .int()
    .min(1)
    .max(MOST_THREADS)
    .nullable()
    .default(null)
    .describe(
      "Threads that share the episodes of a long evaluation, with the same result; 1: the run's own thread; none: one per core.",
    ),
  evaluateEveryUpdates: z.number().int().min(1).default(50_000).describe("Offline updates between evaluations."),
  evaluateEverySteps: z.number().int().min(1).default(2_000).describe("Online environment steps between evaluations."),
  logEveryUpdates: z.number().int().min(1).default(1_000).describe("Updates averaged in one line of metrics."),
  checkpointEverySeconds: z
    .number()
    .min(0)
    .default(60)
    .describe("Seconds between checkpoints; more if they would take over 2 % of the time."),
  onEnvironmentFailure: z
    .enum(["stop", "drop-episode"])
    .default("stop")
    .describe("What to do when the environment fails in an online episode: end the run, or drop the episode."),
  episodeFailures: z
    .number()
    .int()
    .min(1)
    .default(10)
    .describe("Online episodes dropped in a row after which the run ends anyway."),
  environmentTimeoutSeconds: z
    .number()
    .min(0.1)
    .max(1_000_000)
    .nullable()
    .default(300)
    .describe("Seconds after which a call of the environment that goes on counts as failed; none: wait forever."),
  normaliseObservations: z
    .boolean()
    .default(false)
    .describe("Normalise observations by the mean and deviation of the recorded data, fixed from then on."),
  clipActions: z
    .boolean()
    .default(false)
    .describe("Clip recorded actions to their bounds, as some environments do; else data beyond them are refused."),
  actionBounds: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low < high, "name the lower bound first")
    .nullable()
    .default(null)
    .describe("Bounds of every action, if neither the environment nor the data state them."),
  discreteActions: z
    .number()
    .int()
    .min(1)
    .max(MOST_ACTIONS)
    .nullable()
    .default(null)
    .describe("How many actions there are to choose from, if recorded discrete actions do not say so."),
  rewardScale: z.number().default(1).describe("Rewards become scale * reward + shift."),
  rewardShift: z.number().default(0).describe("Rewards become scale * reward + shift."),
  failureReward: z
    .number()
    .nullable()
    .default(null)
    .describe("Recorded reward of a failing step in a sparse task; an episode of failures gets its infinite sum."),
});

export type RunSettings = z.infer<typeof runSettings>;
/** The same as a caller writes them: what has a default may be left out, inside a setting too. */
export type WrittenSettings = {
  [Name in keyof RunSettings]: Exclude<z.input<typeof runSettings>[Name], undefined>;
};

/** Former names of settings; accepted wherever settings are read, with a notice. */
export const formerNames: Readonly<Record<string, keyof RunSettings>> = { offlineShare: "mixingRatio" };

/** The same settings under the names of today. Where both are written, the name of today holds. */
export function withNamesOfToday<Settings extends object>(settings: Settings): Settings {
  if (!Object.keys(settings).some((name) => Object.hasOwn(formerNames, name))) return settings;
  const renamed = Object.entries(settings).map(([name, value]) => [formerNames[name] ?? name, value] as const);
  // What was written under the name of today comes last.
  const today = Object.entries(settings).filter(([name]) => !Object.hasOwn(formerNames, name));
  return Object.fromEntries([...renamed, ...today]) as Settings;
}

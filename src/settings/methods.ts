/**
 * Names for ways to train that are an agent with settings of a run: what the literature compares under a name of its
 * own. `--agent <method>` stands for these settings; the caller's settings override them, and they override the
 * preset.
 */
import type { TrainSettings } from "./configuration.js";
import type { RunSettings } from "./settings.js";

export interface Method {
  readonly summary: string;
  /** What makes it this method. */
  readonly settings: TrainSettings;
  /** What follows from the length of the run. */
  readonly scaled?: (run: RunSettings) => TrainSettings;
}

const MIXING_RATIO = 0.5;
/** Of RLPD and WSRL; a run of a few thousand steps has no time for that. */
const WARMUP = { steps: 5_000, mostOfTheRun: 1 / 20 };

const warmup = ({ onlineSteps }: RunSettings): TrainSettings => ({
  warmupSteps: Math.min(WARMUP.steps, Math.floor(onlineSteps * WARMUP.mostOfTheRun)),
});

/** The behaviour-cloning term fades from the switch to the end of the run. */
const cloningFades = ({ offlineUpdates, onlineSteps, utdRatio }: RunSettings): TrainSettings => {
  const updates = Math.floor(onlineSteps * utdRatio);
  return updates > 0 ? { cloningDecayStart: offlineUpdates, cloningDecayUpdates: updates } : {};
};

export const methods: Readonly<Record<string, Method>> = {
  sac: {
    summary: "SAC from scratch: no recorded data at all",
    settings: { agent: "sac", offlineUpdates: 0, mixingRatio: 0 },
  },
  "sac-offline-data": {
    summary: "SAC from scratch with the recorded data in its replay: every transition is drawn equally often",
    settings: { agent: "sac", offlineUpdates: 0, mixingRatio: -1 },
  },
  hybrid: {
    summary: "Hybrid RL: SAC without pre-training, a fixed share of every batch recorded",
    settings: { agent: "sac", offlineUpdates: 0, mixingRatio: MIXING_RATIO },
  },
  rlpd: {
    summary: "RLPD: no pre-training, symmetric sampling, random actions first",
    settings: { agent: "rlpd", offlineUpdates: 0, mixingRatio: MIXING_RATIO, warmupActions: "random" },
    scaled: warmup,
  },
  wsrl: {
    summary: "WSRL: Cal-QL offline with WSRL's critics, a warm-up with the frozen policy, then SAC without the data",
    settings: {
      agent: "cal-ql",
      onlineAgent: "wsrl",
      criticCount: 10,
      criticLayerNorm: true,
      mixingRatio: 0,
      warmupActions: "policy",
    },
    scaled: warmup,
  },
  "cql-sac": {
    summary: "CQL offline, plain SAC online: the conservative term off",
    settings: { agent: "cql", onlineAgent: "sac" },
  },
  "cal-ql-sac": {
    summary: "Cal-QL offline, plain SAC online: the conservative term off",
    settings: { agent: "cal-ql", onlineAgent: "sac" },
  },
  bc: {
    summary: "Behaviour cloning, offline only: online it would imitate itself",
    settings: { agent: "bc", onlineSteps: 0 },
  },
  "td3-bc": {
    summary: "TD3+BC whose behaviour-cloning term fades online",
    settings: { agent: "td3-bc" },
    scaled: cloningFades,
  },
  rebrac: {
    summary: "ReBRAC whose penalties fade online",
    settings: { agent: "rebrac" },
    scaled: cloningFades,
  },
};

/** The method of that name; undefined for the name of an agent, and for unknown names. */
export function methodOf(name: string | undefined): Method | undefined {
  return name !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
}

/** A caller's settings with the method that they name as agent, if they do, written out. */
export function withMethod(written: TrainSettings): TrainSettings {
  const { agent: name, ...own } = written;
  const method = methodOf(name);
  if (name === undefined || !method) return written;
  return { ...(method.settings.agent === name ? {} : { label: name }), ...method.settings, ...own };
}

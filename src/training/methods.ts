/**
 * Names for ways to train that are an agent with settings of a run: what the literature compares under a name of its
 * own. `--agent <method>` stands for these settings; what a caller writes goes before them, they before the preset.
 */
import type { TrainSettings } from "./configuration.js";

export interface Method {
  readonly summary: string;
  readonly settings: TrainSettings;
}

const OFFLINE_SHARE = 0.5;

export const methods: Readonly<Record<string, Method>> = {
  sac: {
    summary: "SAC from scratch: no recorded data at all",
    settings: { agent: "sac", offlineUpdates: 0, offlineShare: 0 },
  },
  "sac-offline-data": {
    summary: "SAC from scratch with the recorded data in its replay: every transition is drawn equally often",
    settings: { agent: "sac", offlineUpdates: 0, offlineShare: -1 },
  },
  hybrid: {
    summary: "Hybrid RL: SAC without pre-training, a fixed share of every batch recorded",
    settings: { agent: "sac", offlineUpdates: 0, offlineShare: OFFLINE_SHARE },
  },
  rlpd: {
    summary: "RLPD: no pre-training, symmetric sampling, random actions first",
    settings: {
      agent: "rlpd",
      offlineUpdates: 0,
      offlineShare: OFFLINE_SHARE,
      warmupSteps: 5_000,
      warmupActions: "random",
    },
  },
  wsrl: {
    summary: "WSRL: Cal-QL offline with WSRL's critics, a warm-up with the frozen policy, then SAC without the data",
    settings: {
      agent: "cal-ql",
      onlineAgent: "wsrl",
      criticCount: 10,
      criticLayerNorm: true,
      offlineShare: 0,
      warmupSteps: 5_000,
      warmupActions: "policy",
    },
  },
  "cql-sac": {
    summary: "CQL offline, plain SAC online: the conservative term off",
    settings: { agent: "cql", onlineAgent: "sac" },
  },
  "cal-ql-sac": {
    summary: "Cal-QL offline, plain SAC online: the conservative term off",
    settings: { agent: "cal-ql", onlineAgent: "sac" },
  },
};

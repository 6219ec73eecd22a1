/**
 * Made-up but plausible runs for the report's tests and for looking at its pages: a Cal-QL critic that keeps its scale
 * when it goes online and a CQL critic that jumps up and unlearns on the way. Nothing here was measured.
 */
import { RandomStream } from "../random.js";
import type { Run } from "../runs/read.js";
import type { EvaluationLine, MetricsLine } from "../training/record.js";

export interface SyntheticOptions {
  readonly agent?: "cal-ql" | "cql";
  readonly onlineAgent?: string | null;
  readonly task?: string;
  readonly seed?: number;
  readonly offlineUpdates?: number;
  readonly onlineSteps?: number;
  readonly settings?: Record<string, unknown>;
}

/** A complete run with 100 metrics lines and 11 evaluations a phase. */
export function syntheticRun(options: SyntheticOptions = {}): Run {
  const { agent = "cal-ql", onlineAgent = null, task = "pointmaze-umaze", seed = 0, settings = {} } = options;
  const { offlineUpdates = 10_000, onlineSteps = 20_000 } = options;
  const noise = new RandomStream(seed, `${task} ${agent} ${onlineAgent}`);
  const at = (share: number, phase: "offline" | "online") => ({
    phase,
    updates: Math.round(phase === "offline" ? share * offlineUpdates : offlineUpdates + share * onlineSteps),
    onlineSteps: phase === "offline" ? 0 : Math.round(share * onlineSteps + 13 * noise.uniform()),
    seconds: share * 90 + (phase === "online" ? 90 : 0),
  });
  const steps = (phase: "offline" | "online", lines: number) =>
    Array.from({ length: lines }, (_, i) => ({ share: (i + 1) / lines, phase }));
  const evaluation = (phase: "offline" | "online", share: number): EvaluationLine => {
    const success = successOf(agent, phase, share) + 0.04 * noise.normal();
    const successRate = Math.round(20 * Math.min(1, Math.max(0, success))) / 20;
    const returnMean = successRate * 180 + noise.normal() * 4;
    return { ...at(share, phase), episodes: 20, successRate, returnMean, returnStandardDeviation: 9, lengthMean: 150 };
  };
  const metrics = [...steps("offline", 100), ...steps("online", 100)].map(
    ({ share, phase }): MetricsLine => ({
      ...at(share, phase),
      metrics: metricsOf(agent, phase, phase === "offline" && offlineUpdates === 0 ? 0 : share, noise),
    }),
  );
  return {
    folder: `runs/${task}-${agent}-${seed}`,
    config: {
      calqlVersion: "0.1.0",
      startedAt: "2025-03-01T10:20:30.000Z",
      settings: { ...commonSettings, task, agent, onlineAgent, seed, offlineUpdates, onlineSteps, ...settings },
      dataset: { source: "pointmaze-umaze.hdf5", episodes: 412, steps: 50_000, observationSize: 6, actionSize: 2 },
      hardware: { processor: "Synthetic CPU 2.5 GHz", cores: 2, memoryGiB: 8, platform: "linux x64", node: "20.19.0" },
    },
    metrics,
    evaluations: [
      evaluation("offline", 0),
      ...steps("offline", 10).map(({ share }) => evaluation("offline", share)),
      ...steps("online", 10).map(({ share }) => evaluation("online", share)),
    ],
    notices: [],
    summary: {
      status: "completed",
      updates: offlineUpdates + onlineSteps,
      onlineSteps,
      onlineEpisodes: 163,
      seconds: 180 + 7 * seed,
      offlineUpdatesPerSecond: 158.3,
      onlineUpdatesPerSecond: 131.9,
    },
  };
}

const commonSettings = {
  discount: 0.99,
  batchSize: 256,
  actorLearningRate: 1e-4,
  criticLearningRate: 3e-4,
  hiddenSizesActor: [256, 256],
  hiddenSizesCritic: [256, 256, 256, 256],
  conservativeWeight: 5,
  lagrange: true,
  targetActionGap: 0.8,
  importanceSampling: true,
  maxTargetBackup: true,
  backupEntropy: false,
  sampledActions: 10,
  softTargetRate: 5e-3,
  mixingRatio: 0.5,
  updatesPerStep: 1,
  rewardScale: 10,
  rewardShift: -5,
  evaluationEpisodes: 20,
};

function successOf(agent: string, phase: "offline" | "online", share: number): number {
  if (phase === "offline") return 0.72 * (1 - Math.exp(-4 * share));
  const dip = agent === "cql" ? 0.6 * Math.exp(-(((share - 0.15) / 0.12) ** 2)) : 0;
  return 0.72 + 0.27 * (1 - Math.exp(-4 * share)) - dip;
}

function metricsOf(agent: string, phase: "offline" | "online", share: number, noise: RandomStream) {
  const returnToGoMean = phase === "offline" ? -210 : -210 + 60 * share;
  const floor = agent === "cql" ? -390 : -235;
  const climb = phase === "offline" ? 0 : 1 - Math.exp(-9 * share);
  const fall = phase === "offline" ? 1 - Math.exp(-5 * share) : 1;
  const policyQMean = fall * floor + climb * (returnToGoMean + 10 - floor) + 3 * noise.normal();
  const loss = 40 * Math.exp(-3 * share) + (phase === "online" && agent === "cql" ? 900 * Math.exp(-8 * share) : 4);
  const jitter = () => Math.exp(0.3 * noise.normal());
  return {
    policyQMean,
    dataQMean: policyQMean + 12 + noise.normal(),
    returnToGoMean: returnToGoMean + noise.normal(),
    shareBelowReturn: Math.min(1, Math.max(0, 0.5 + (returnToGoMean - policyQMean) / 300 + 0.01 * noise.normal())),
    ...(agent === "cal-ql" ? { boundRate: 0.35 + 0.25 * fall - 0.3 * climb + 0.01 * noise.normal() } : {}),
    conservativeGap: 0.8 + 3 * Math.exp(-6 * share) + 0.1 * noise.normal(),
    alphaPrime: 2.7 * Math.exp(phase === "offline" ? share : 1 - 0.5 * share),
    criticLoss: loss * jitter(),
    bellmanLoss: 0.7 * loss * jitter(),
    conservativeLoss: 4 * jitter(),
    actorLoss: -policyQMean + noise.normal(),
    temperatureLoss: 0.2 * noise.normal(),
    temperature: Math.exp(-2 * share),
    logPiMean: -1.5 + 0.4 * noise.normal(),
    targetQMean: policyQMean + 4,
    criticGradientNorm: 0.4 * loss * jitter(),
    actorGradientNorm: 3 * jitter(),
    alphaPrimeLoss: 0.5 * noise.normal(),
  };
}

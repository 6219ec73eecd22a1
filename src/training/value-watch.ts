/**
 * Whether the critics' values are possible: with rewards between r and R and the discount gamma no policy is worth
 * less than r / (1 - gamma) or more than R / (1 - gamma), the sum of an episode that never ends (one that ends may be
 * worth a single reward). A tenth more is tolerated, and if the entropy is part of the value (backupEntropy), its sum
 * too. Values beyond that are not yet a failure, but often become one.
 */
import { short } from "../data/figures.js";
import { Replay } from "../data/replay.js";
import { algorithmIn, type Configuration } from "../settings/configuration.js";
import type { Phase } from "../settings/settings.js";
import { factsOf, remedies } from "./doctor.js";
import type { MetricsLine, NoticeLine } from "./record.js";
import type { MixedReplay } from "./replay.js";
import type { RewardRange } from "./reward-range.js";
import type { RunState } from "./snapshot.js";

/** The metrics that are values, where an agent has them. */
const values = ["dataQMean", "policyQMean", "targetQMean"] as const;
/** How far values may exceed the range: a share of its bound farther from 0, and at least this much near 0. */
const MARGIN = 0.1;
const MINIMUM_MARGIN = 1;

type Kind = Extract<NoticeLine["kind"], `values-${string}`>;

/** Something to be reported. */
export interface ValueNotice {
  readonly kind: Kind;
  readonly notice: string;
}

export interface ValueWatchOptions {
  readonly discount: number;
  /** Whether values contain the entropy of the policy, in a phase. */
  readonly backupEntropy: (phase: Phase) => boolean;
  readonly rewards: RewardRange;
  /** Whether an agent of the run has a conservative term. */
  readonly conservative: boolean;
  /** What is known to help against values that such a term makes too low: what the verdict at the switch names (doctor.ts). */
  readonly helps: readonly string[];
  /** What was reported already: each is reported once a run. */
  readonly told: Iterable<NoticeLine["kind"]>;
}

/** The watch over a new or resumed run; it knows the rewards that were seen or are in memory, and what was reported. */
export function valueWatchFor(
  configuration: Configuration,
  { replay, state: { rewards } }: { readonly replay: MixedReplay; readonly state: Pick<RunState, "rewards"> },
  told: ValueWatchOptions["told"],
): ValueWatch {
  const settingsIn = (phase: Phase): { discount?: number | undefined; backupEntropy?: boolean | undefined } =>
    algorithmIn(configuration, phase).settings;
  for (const source of [replay.offline, replay.online])
    if (source instanceof Replay) rewards.see(source.transitions().rows.rewards);
  // The discount is the same in both phases; every agent has one.
  const discount = settingsIn("offline").discount!;
  // What the offline phase has put into them is still in the networks with which the online phase starts.
  const backupEntropy = (phase: Phase) =>
    [settingsIn("offline"), settingsIn(phase)].some((settings) => settings.backupEntropy === true);
  const conservative = (["offline", "online"] as const).some((phase) => "conservativeWeight" in settingsIn(phase));
  const helps = remedies(factsOf(configuration.flat, { updates: configuration.run.offlineUpdates }));
  return new ValueWatch({ discount, backupEntropy, rewards, conservative, helps, told });
}

export class ValueWatch {
  private readonly told: Set<NoticeLine["kind"]>;

  constructor(private readonly options: ValueWatchOptions) {
    this.told = new Set(options.told);
  }

  /** The minimum and the maximum of the values that the rewards seen so far allow; undefined where there is no bound. */
  range(): readonly [number, number] | undefined {
    const horizon = 1 / (1 - this.options.discount);
    const { bounds } = this.options.rewards;
    if (!Number.isFinite(horizon) || !bounds) return undefined;
    const [minimum, maximum] = bounds;
    return [Math.min(minimum, minimum * horizon), Math.max(maximum, maximum * horizon)];
  }

  /** What is to be reported of a line of metrics, if anything. */
  look(line: MetricsLine): ValueNotice | undefined {
    const { metrics, updates } = line;
    const range = this.range();
    if (!range) return undefined;
    const margin = Math.max(MINIMUM_MARGIN, MARGIN * Math.max(...range.map(Math.abs))) + this.entropy(line);
    for (const name of values) {
      const value = metrics[name];
      if (value === undefined) continue;
      const kind = value > range[1] + margin ? "values-too-high" : value < range[0] - margin ? "values-too-low" : null;
      if (kind && !this.told.has(kind)) return this.tell(kind, `${name} = ${short(value)}`, updates, range);
    }
    return undefined;
  }

  /** The most that entropies add up to. */
  private entropy({ phase, metrics: { temperature, logPiMean } }: MetricsLine): number {
    if (!this.options.backupEntropy(phase) || temperature === undefined || logPiMean === undefined) return 0;
    return Math.abs(temperature * logPiMean) / (1 - this.options.discount);
  }

  private tell(kind: Kind, value: string, updates: number, range: readonly [number, number]): ValueNotice {
    this.told.add(kind);
    const { discount, rewards, conservative, helps } = this.options;
    const [from, to] = rewards.bounds!.map(short);
    const [minimum, maximum] = range.map(short);
    const notice =
      `The critics' values have left what the rewards allow: ${value} after update ${updates}, where rewards from ` +
      `${from} to ${to} with discount ${discount} are worth ${minimum} to ${maximum}. ` +
      `Likely causes: ${causesOf(kind, conservative)}.` +
      (kind === "values-too-low" && conservative ? ` What helps: ${helps.join(", ")}.` : "");
    return { kind, notice };
  }
}

/** @param conservative whether an agent of the run has a conservative term */
function causesOf(kind: Kind, conservative: boolean): string {
  if (kind === "values-too-high") {
    const weight = conservative ? "a conservativeWeight that is too small, " : "";
    return `overestimation of actions that the data do not show (${weight}too few critics), a criticLearningRate or polyakTau that is too high, or too many updates per step`;
  }
  const backup =
    "the backup of actions that a conservative term holds below the data's (the actionGap), once a step and however small its weight, or ";
  return `${conservative ? backup : ""}a criticLearningRate that is too high`;
}

/**
 * Which transform a run has between the units of its environment and data and what its agent sees: from the bounds of
 * actions, and from the recorded observations if they are to be normalised. It is fixed at the beginning of the run;
 * snapshots carry it.
 */
import { vectorSizeOf } from "../data/columns.js";
import { type ActionBounds, areFinite, areSame, boundsText, isUnit, type Transform } from "../data/transform.js";
import type { Environment } from "../environments/environment.js";
import { UsageError } from "../errors.js";
import type { RunSettings } from "../settings/settings.js";
import type { LearningData } from "./learning-data.js";
import type { SnapshotTensor, SnapshotTensors } from "./snapshot.js";

type Settings = Pick<RunSettings, "task" | "normaliseObservations" | "clipActions" | "actionBounds">;

/**
 * The transform of a run that begins.
 * @throws UsageError where actions have no finite bounds, or the setting actionBounds contradicts those that are known, or
 *   no recorded vectors tell how to normalise observations
 * @throws DataError where recorded actions lie beyond the bounds
 */
export function transformOf(
  settings: Settings,
  environment: Pick<Environment, "actionSpace"> | undefined,
  data: LearningData,
): Transform {
  const known = environment ? boundsIn(settings, environment, data) : boundsOfData(settings, data);
  if (known && !settings.clipActions) data.refuseActionsBeyond(known.bounds, known.remedy);
  const bounds = known?.bounds;
  return {
    ...(bounds && !isUnit(bounds) && { actions: bounds }),
    ...(settings.normaliseObservations && { observations: normalisationFrom(data) }),
  };
}

/** Bounds, and what to do where recorded actions contradict them. */
interface Known {
  readonly bounds: ActionBounds;
  readonly remedy: string;
}

/** The environment's bounds, else those that the data know, else the setting's; none where actions are discrete. */
function boundsIn(
  settings: Settings,
  { actionSpace }: Pick<Environment, "actionSpace">,
  data: LearningData,
): Known | undefined {
  if (actionSpace.kind === "discrete") return undefined;
  const set = settingOf(settings, actionSpace.size);
  const { low, high } = actionSpace;
  if (areFinite({ low, high })) {
    refuseOtherSetting(set, { low, high }, settings.task!);
    return {
      bounds: { low, high },
      remedy: "give the environment bounds in the units of the data, box(low, high)",
    };
  }
  const known = declaredOrSet(data, set);
  if (known) return known;
  throw new UsageError(
    `The actions of ${settings.task} have no finite bounds; declare them (box(low, high)), or give the setting actionBounds.`,
  );
}

/** Without an environment: the bounds that the data know, else the setting's, else what was recorded. */
function boundsOfData(settings: Settings, data: LearningData): Known | undefined {
  if (data.discreteActions !== undefined) return undefined;
  const known = declaredOrSet(data, settingOf(settings, data.actionSize));
  if (known) return known;
  const bounds = data.actionRange();
  if (areFinite(bounds)) return { bounds, remedy: "give the setting actionBounds in the units of the data" };
  throw new UsageError(
    `The data ${data.source} state no bounds of their actions, and some number of them is always the same; give the setting actionBounds (--action-bounds LOW,HIGH), or leave that number out of the data.`,
  );
}

function declaredOrSet({ actionBounds: declared, source }: LearningData, set?: ActionBounds): Known | undefined {
  if (declared && areFinite(declared)) {
    refuseOtherSetting(set, declared, source);
    return { bounds: declared, remedy: "correct the bounds that the data declare" };
  }
  return set && { bounds: set, remedy: "give the setting actionBounds in the units of the data" };
}

function settingOf({ actionBounds }: Settings, size: number): ActionBounds | undefined {
  if (actionBounds === null) return undefined;
  const [low, high] = actionBounds;
  return { low: new Float32Array(size).fill(low), high: new Float32Array(size).fill(high) };
}

/** The setting is for bounds that nobody states; others than those that are known would have no effect. */
function refuseOtherSetting(set: ActionBounds | undefined, known: ActionBounds, whose: string): void {
  if (!set || areSame(known, set)) return;
  throw new UsageError(
    `The setting actionBounds is ${boundsText(set)}, but the actions of ${whose} have the bounds ${boundsText(known)}; leave actionBounds out.`,
  );
}

function normalisationFrom(data: LearningData) {
  const { state } = data.observations;
  if (data.steps > 0 && state && vectorSizeOf({ state }) !== undefined) return data.normalisation();
  throw new UsageError(
    `normaliseObservations takes the mean and deviation of recorded vectors, and ${data.steps > 0 ? data.source : "the run"} has none; leave it out.`,
  );
}

const tensors = {
  low: "transform/actions/low",
  high: "transform/actions/high",
  mean: "transform/observations/mean",
  deviation: "transform/observations/deviation",
} as const;

/** The tensors in which a snapshot carries a transform; none where everything is left as it is. */
export function transformTensors({ actions, observations }: Transform = {}): [string, Float32Array][] {
  return [
    ...(actions
      ? ([
          [tensors.low, actions.low],
          [tensors.high, actions.high],
        ] as [string, Float32Array][])
      : []),
    ...(observations
      ? ([
          [tensors.mean, observations.mean],
          [tensors.deviation, observations.deviation],
        ] as [string, Float32Array][])
      : []),
  ];
}

/** The transform that a snapshot carries. */
export function transformIn(snapshot: ReadonlyMap<string, SnapshotTensor> | SnapshotTensors): Transform {
  const at = (name: string) => snapshot.get(name) as Float32Array | undefined;
  const [low, high, mean, deviation] = Object.values(tensors).map(at);
  return {
    ...(low && high && { actions: { low, high } }),
    ...(mean && deviation && { observations: { mean, deviation } }),
  };
}

/**
 * For tests: the losses of SAC, CQL and Cal-QL in double precision, one state at a time, written from the formulas in
 * the papers and with none of the tensor language. Gives every metric that an update reports, but gradient norms.
 */
import type { VectorRows } from "../data/columns.js";
import { perceptron, perceptronSize, unstackedNumbers } from "../networks/perceptron.fixture.js";
import { sizes } from "./agent.fixture.js";

import type { CalQlSettings } from "./cal-ql.js";

type Arrays = Readonly<Record<string, ArrayLike<number>>>;
interface Given {
  readonly algorithm: "sac" | "cql" | "cal-ql";
  readonly settings: CalQlSettings;
  readonly states: Arrays;
  readonly batch: VectorRows;
  /** By name; [batch, n, action] or [batch, action], row-major. */
  readonly noise: Arrays;
}
interface Drawn {
  readonly action: number[];
  readonly logProbability: number;
}

const { observationSize, actionSize } = sizes;
const mean = (values: readonly number[]) => values.reduce((total, x) => total + x, 0) / values.length;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const row = (values: ArrayLike<number>, i: number, width: number) => range(width).map((j) => values[i * width + j]!);

/** One policy draw for a state, with the log-density of the squashed normal written out. */
function drawAction({ settings, states }: Given, observation: number[], noise: number[]): Drawn {
  const layers = [observationSize, ...settings.actorHidden, 2 * actionSize];
  const actor = states.actor!;
  const [head] = perceptron(actor, layers, [observation]);
  const [multiplier, offset] = [actor[perceptronSize(layers)]!, actor[perceptronSize(layers) + 1]!];
  const [low, high] = settings.logStdRange;
  let logProbability = 0;
  const action = noise.map((z, j) => {
    const logStd = Math.min(Math.max(multiplier * head![actionSize + j]! + offset, low), high);
    const a = Math.tanh(head![j]! + Math.exp(logStd) * z);
    logProbability += -0.5 * z * z - logStd - 0.5 * Math.log(2 * Math.PI) - Math.log(1 - a * a);
    return a;
  });
  return { action, logProbability };
}

/** Q of every critic of an ensemble at one state and action. */
function qValues({ settings }: Given, ensemble: ArrayLike<number>, observation: number[], action: number[]): number[] {
  const layers = [observationSize + actionSize, ...settings.criticHidden, 1];
  const { criticCount: count, criticLayerNorm: layerNorm } = settings;
  return range(count).map((k) => {
    const own = unstackedNumbers(ensemble, layers, { count, k }, { layerNorm });
    return perceptron(own, layers, [[...observation, ...action]], { layerNorm })[0]![0]!;
  });
}

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((total, x) => total + Math.exp(x - largest), 0));
}

/** The draws of one state from the noise of that name. */
function drawActions(given: Given, name: string, i: number, count: number, at: number[]): Drawn[] {
  return range(count).map((k) => drawAction(given, at, row(given.noise[name]!, i * count + k, actionSize)));
}

const observationOf = ({ batch }: Given, i: number) => row(batch.observations, i, observationSize);
const dataActionOf = ({ batch }: Given, i: number) => row(batch.actions, i, actionSize);
const logAlphaOf = ({ states, settings }: Given) => states.logAlpha?.[0] ?? Math.log(settings.initialTemperature);

/** What stands for V(s') in the Bellman target of one state. */
function backup(given: Given, i: number): number {
  const { settings, states, batch } = given;
  const next = row(batch.nextObservations, i, observationSize);
  const candidates = drawActions(given, "targetNext", i, settings.maxTargetBackup ? settings.nActions : 1, next);
  const chosen = given.noise.targetCritics; // rows with a single 1 each, where only some are backed up
  const taken = (k: number) => !chosen || range(chosen.length).some((j) => j % settings.criticCount === k && chosen[j]);
  const worst = candidates.map(({ action }) =>
    Math.min(...qValues(given, states.targetCritics!, next, action).filter((_, k) => taken(k))),
  );
  const best = worst.indexOf(Math.max(...worst));
  const entropy = settings.backupEntropy ? Math.exp(logAlphaOf(given)) * candidates[best]!.logProbability : 0;
  return worst[best]! - entropy;
}

interface Gap {
  readonly gap: number;
  /** For each policy action from s' and from s: whether its value is below the reference. */
  readonly belowNext: number[];
  readonly belowCurrent: number[];
}

/** The conservative gap of one state for critic k, with the policy's values bounded by the reference in Cal-QL. */
function conservativeGap(given: Given, k: number, i: number, reference: number): Gap {
  const { algorithm, settings, states, batch, noise } = given;
  const { nActions: n, conservativeTemperature: temperature } = settings;
  const at = observationOf(given, i);
  const q = (action: number[]) => qValues(given, states.critics!, at, action)[k]!;
  const uniform = range(n).map((j) => q(row(noise.randomActions!, i * n + j, actionSize)) - actionSize * Math.log(0.5));
  const next = drawActions(given, "nextActions", i, n, row(batch.nextObservations, i, observationSize));
  const current = drawActions(given, "currentActions", i, n, at);
  const bounded = [...next, ...current].map(({ action, logProbability }) => {
    const value = algorithm === "cal-ql" ? Math.max(q(action), reference) : q(action);
    return settings.importanceSampling ? value - logProbability : value;
  });
  const data = q(dataActionOf(given, i));
  const values = settings.importanceSampling
    ? [...uniform, ...bounded]
    : [...uniform.map((x) => x + actionSize * Math.log(0.5)), ...bounded, data];
  const gap = temperature * logSumExp(values.map((x) => x / temperature)) - data;
  const [low, high] = settings.gapClip;
  const below = (drawn: Drawn[]) => drawn.map(({ action }) => (q(action) < reference ? 1 : 0));
  return {
    gap: Math.min(Math.max(gap, low ?? -Infinity), high ?? Infinity),
    belowNext: below(next),
    belowCurrent: below(current),
  };
}

function policyMetrics(given: Given): Record<string, number> {
  const { settings, states, batch } = given;
  const drawn = range(settings.batchSize).map((i) => drawActions(given, "actor", i, 1, observationOf(given, i))[0]!);
  const logPis = drawn.map(({ logProbability }) => logProbability);
  const values = drawn.map(({ action }, i) => {
    const all = qValues(given, states.critics!, observationOf(given, i), action);
    return settings.policyObjective === "mean" ? mean(all) : Math.min(...all);
  });
  const temperature = Math.exp(logAlphaOf(given));
  return {
    actorLoss: mean(logPis.map((logPi, i) => temperature * logPi - values[i]!)),
    temperatureLoss: -logAlphaOf(given) * (mean(logPis) + (settings.targetEntropy ?? -actionSize)),
    temperature,
    logPiMean: mean(logPis),
    policyQMean: mean(values),
    returnToGoMean: mean([...batch.returnsToGo]),
    shareBelowReturn: mean(values.map((q, i) => (q < batch.returnsToGo[i]! ? 1 : 0))),
  };
}

/** The reference values of the batch's states and, where a network fits them, its loss. */
function referenceValues({ algorithm, settings, states, batch }: Given): { values: number[]; valueLoss?: number } {
  const returns = [...batch.returnsToGo];
  if (algorithm !== "cal-ql") return { values: returns };
  const wrong = (values: number[]) => values.map((v) => settings.referenceScale * v + settings.referenceShift);
  if (settings.calibrationSource === "monte-carlo") return { values: wrong(returns) };
  const rows = returns.map((_, i) => row(batch.observations, i, observationSize));
  const values = perceptron(states.value!, [observationSize, ...settings.criticHidden, 1], rows).map(([v]) => v!);
  return { values: wrong(values), valueLoss: mean(values.map((v, i) => (v - returns[i]!) ** 2)) };
}

function conservativeMetrics(given: Given, k: number, references: readonly number[]): Record<string, number> {
  const { settings, states } = given;
  const perState = references.map((reference, i) => conservativeGap(given, k, i, reference));
  const gap = mean(perState.map((state) => state.gap));
  const alphaPrime = Math.min(Math.exp(states.logAlphaPrime?.[0] ?? 0), 1e6);
  const weighted = settings.lagrange ? alphaPrime * (gap - settings.targetActionGap) : gap;
  return {
    [`conservativeGap${k + 1}`]: gap,
    [`conservativeLoss${k + 1}`]: settings.conservativeWeight * weighted,
    [`boundRate${k + 1}Next`]: mean(perState.flatMap((state) => state.belowNext)),
    [`boundRate${k + 1}Current`]: mean(perState.flatMap((state) => state.belowCurrent)),
  };
}

/** How much the smallest value of the data's action exceeds that of what would be backed up in the same state. */
function actionGap(given: Given, dataQs: readonly (readonly number[])[]): number {
  const { settings, states } = given;
  const { nActions, maxTargetBackup } = settings;
  return mean(
    dataQs.map((qs, i) => {
      const at = observationOf(given, i);
      const drawn = drawActions(given, "currentActions", i, nActions, at).slice(0, maxTargetBackup ? nActions : 1);
      const worst = drawn.map(({ action }) => Math.min(...qValues(given, states.critics!, at, action)));
      return Math.min(...qs) - Math.max(...worst);
    }),
  );
}

export function referenceMetrics(given: Given): Record<string, number> {
  const { algorithm, settings, states, batch } = given;
  const backups = range(settings.batchSize).map((i) => backup(given, i));
  const targets = backups.map((v, i) => batch.rewards[i]! + (1 - batch.terminated[i]!) * settings.discount * v);
  const dataQs = targets.map((_, i) =>
    qValues(given, states.critics!, observationOf(given, i), dataActionOf(given, i)),
  );
  const { values, valueLoss } = referenceValues(given);
  const metrics: Record<string, number> = { targetQMean: mean(backups), ...policyMetrics(given) };
  if (valueLoss !== undefined) metrics.valueLoss = valueLoss;
  for (const k of range(settings.criticCount)) {
    const bellmanLoss = mean(targets.map((target, i) => (dataQs[i]![k]! - target) ** 2));
    if (algorithm !== "sac") Object.assign(metrics, conservativeMetrics(given, k, values));
    metrics[`bellmanLoss${k + 1}`] = bellmanLoss;
    metrics[`q${k + 1}Mean`] = mean(dataQs.map((qs) => qs[k]!));
    metrics[`critic${k + 1}Loss`] = bellmanLoss + (metrics[`conservativeLoss${k + 1}`] ?? 0);
  }
  const averageOf = (pattern: RegExp) =>
    mean(Object.entries(metrics).flatMap(([name, value]) => (pattern.test(name) ? [value] : [])));
  metrics.criticLoss = averageOf(/^critic\d+Loss$/);
  metrics.bellmanLoss = averageOf(/^bellmanLoss\d+$/);
  metrics.dataQMean = averageOf(/^q\d+Mean$/);
  if (algorithm === "sac") return metrics;
  metrics.actionGap = actionGap(given, dataQs);
  metrics.conservativeGap = averageOf(/^conservativeGap\d+$/);
  metrics.conservativeLoss = averageOf(/^conservativeLoss\d+$/);
  metrics.boundRate = averageOf(/^boundRate\d+/);
  if (!settings.lagrange) return metrics;
  const alphaPrime = Math.min(Math.exp(states.logAlphaPrime![0]!), 1e6);
  return { ...metrics, alphaPrime, alphaPrimeLoss: -metrics.conservativeLoss };
}

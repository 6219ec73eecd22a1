/**
 * CQL (Kumar et al. 2020, CQL(H)): SAC plus, for every critic, a term that pushes down the values of actions that the
 * policy or chance proposes and pushes up the value of the data's action. The weight is fixed, or a Lagrange
 * multiplier keeps the gap near a target. Conventions are those of the Cal-QL reference.
 */
import { z } from "zod";
import { inRowBlocks } from "../networks/blocks.js";
import { actionValues, stateActionRows } from "../networks/critic.js";
import { member } from "../networks/parameters.js";
import { sample } from "../networks/tanh-gaussian.js";
import {
  add,
  clip,
  concat,
  constant,
  div,
  exp,
  expand,
  less,
  logSumExp,
  mean,
  mul,
  neg,
  reshape,
  slice,
  square,
  stopGradient,
  sub,
  where,
} from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { type Losses, mergeLosses, numbered } from "./losses.js";
import { type Model, scalar } from "./model.js";
import { bellmanTarget, type CriticLoss, criticLosses, oneActionPerState, sacSettings } from "./sac.js";

const MAX_ALPHA_PRIME = 1e6;
/** Rows of all critics together that are carried through their layers at a time (see networks/blocks.ts). */
const ROWS_PER_BLOCK = 4096;

export const cqlSettings = sacSettings.extend({
  maxTargetBackup: sacSettings.shape.maxTargetBackup
    .removeDefault()
    .default(true)
    .describe(sacSettings.shape.maxTargetBackup.description!),
  conservativeWeight: z.number().min(0).default(5).describe("Weight of the conservative term (alpha of CQL)."),
  lagrange: z.boolean().default(false).describe("Learn a multiplier that keeps the conservative gap near its target."),
  targetActionGap: z.number().default(0.8).describe("The gap that the multiplier aims at."),
  lagrangeLearningRate: z.number().positive().default(3e-4).describe("Learning rate of the multiplier (Adam)."),
  initialLogAlphaPrime: z.number().default(1).describe("First logarithm of the multiplier alpha'."),
  importanceSampling: z.boolean().default(true).describe("Divide the proposals by their densities in the log-sum-exp."),
  conservativeTemperature: z.number().positive().default(1).describe("Temperature of the log-sum-exp."),
  gapClip: z
    .tuple([z.number().nullable(), z.number().nullable()])
    .refine(([low, high]) => (low ?? -Infinity) < (high ?? Infinity), "name the lower bound first")
    .default([null, null])
    .describe("Bounds of the conservative gap per state; null means none."),
});

export type CqlSettings = z.infer<typeof cqlSettings>;

/** How the values of the policy's actions enter the log-sum-exp, given the reference values G [states, 1]. */
export type Calibration = (policyValues: Tensor, referenceValues: Tensor) => Tensor;

interface ConservativeLoss extends CriticLoss {
  /** All [critics], means over the batch. */
  readonly gap: Tensor;
  readonly conservativeLoss: Tensor;
  readonly boundRateNext: Tensor;
  readonly boundRateCurrent: Tensor;
}

/** What the critics of CQL learn; `calibrate` is where Cal-QL differs. */
export function cqlCriticLosses(
  model: Model<CqlSettings>,
  calibrate: Calibration = (policyValues) => policyValues,
  referenceValues: Tensor = model.batch.returnsToGo,
): Losses {
  const { target, targetQMean } = bellmanTarget(model);
  const proposals = proposeActions(model);
  return scope("criticLosses", () => {
    const losses = conservativeLoss(model, { target, proposals, referenceValues, calibrate });
    const metrics = { targetQMean, ...conservativeMetrics(losses) };
    return mergeLosses(criticLosses(model, losses, metrics), lagrangeLosses(model, mean(losses.conservativeLoss)));
  });
}

interface Proposals {
  /** [batch, 3N + 1, action]: random, from pi(.|s'), from pi(.|s), the data's. */
  readonly actions: Tensor;
  /** Logarithms of the densities of the first 3N [batch, 3N]. */
  readonly logDensities: Tensor;
}

/** The actions at which every critic is evaluated, as constants; those from pi(.|s') are evaluated at s as well. */
export function proposeActions(model: Model<CqlSettings>): Proposals {
  const { batchSize, nActions } = model.settings;
  const { actionSize } = model.sizes;
  const shape = [batchSize, nActions, actionSize];
  return scope("proposals", () => {
    const random = model.noise.uniform("randomActions", shape);
    const next = sample(model.next, model.noise.normal("nextActions", shape));
    const current = sample(model.current, model.noise.normal("currentActions", shape));
    const data = oneActionPerState(model.batch.actions);
    const uniformLogDensity = expand(constant(-actionSize * Math.LN2), [batchSize, nActions]);
    return {
      actions: stopGradient(concat([random, next.actions, current.actions, data], 1)),
      logDensities: stopGradient(concat([uniformLogDensity, next.logProbabilities, current.logProbabilities], 1)),
    };
  });
}

interface ConservativeInputs {
  readonly target: Tensor;
  readonly proposals: Proposals;
  readonly referenceValues: Tensor;
  readonly calibrate: Calibration;
}

/** (Q(s, a) - y)^2 plus the weighted gap, as means over the batch. */
function conservativeLoss(model: Model<CqlSettings>, inputs: ConservativeInputs): ConservativeLoss {
  const { batchSize, nActions, criticCount, conservativeWeight, lagrange, targetActionGap } = model.settings;
  const statesPerBlock = Math.max(1, Math.floor(ROWS_PER_BLOCK / (3 * nActions + 1) / criticCount));
  const perState = inRowBlocks(batchSize, statesPerBlock, (take) => conservativeGap(model, inputs, take), 1);
  const gap = mean(perState.gap, [1]);
  const bellmanLoss = mean(square(sub(perState.dataValues, inputs.target)), [1]);
  const weighted = lagrange
    ? mul(mul(alphaPrime(model), conservativeWeight), sub(gap, targetActionGap))
    : mul(gap, conservativeWeight);
  return {
    loss: add(bellmanLoss, weighted),
    bellmanLoss,
    values: perState.dataValues,
    gap,
    conservativeLoss: weighted,
    boundRateNext: mean(perState.belowNext, [1, 2]),
    boundRateCurrent: mean(perState.belowCurrent, [1, 2]),
  };
}

type PerState = Readonly<Record<"dataValues" | "gap" | "belowNext" | "belowCurrent", Tensor>>;

/**
 * For each critic and state of a block: T·logsumexp(values/T) - Q(s, a) [critics, states], and where policy actions lie
 * below the reference.
 */
function conservativeGap(
  model: Model<CqlSettings>,
  { proposals, referenceValues, calibrate }: ConservativeInputs,
  take: (x: Tensor) => Tensor,
): PerState {
  const { nActions: n, importanceSampling, conservativeTemperature: temperature, gapClip } = model.settings;
  const { count } = model.critics;
  const rows = stateActionRows(take(model.batch.observations), take(proposals.actions));
  const states = take(referenceValues).shape[0]!;
  const values = reshape(actionValues(model.critics, rows), [count, states, 3 * n + 1]);
  const reference = reshape(take(referenceValues), [states, 1]);
  const policyValues = slice(values, 2, n, 3 * n);
  const dataValue = slice(values, 2, 3 * n, 3 * n + 1);
  const proposed = concat([slice(values, 2, 0, n), calibrate(policyValues, reference)], 2);
  const logits = importanceSampling ? sub(proposed, take(proposals.logDensities)) : concat([proposed, dataValue], 2);
  const soft = temperature === 1 ? logSumExp(logits, 2) : mul(logSumExp(div(logits, temperature), 2), temperature);
  const gap = sub(soft, reshape(dataValue, [count, states]));
  const below = where(less(policyValues, reference), 1, 0);
  const [low, high] = gapClip;
  return {
    dataValues: reshape(dataValue, [count, states]),
    gap: low === null && high === null ? gap : clip(gap, low ?? -Infinity, high ?? Infinity),
    belowNext: slice(below, 2, 0, n),
    belowCurrent: slice(below, 2, n, 2 * n),
  };
}

/** alpha' = clip(exp(logAlpha'), 0, 1e6) */
function alphaPrime(model: Model<CqlSettings>): Tensor {
  return clip(exp(member(multiplierOf(model), "logAlphaPrime/value")), 0, MAX_ALPHA_PRIME);
}

function multiplierOf(model: Model<CqlSettings>) {
  return scalar(model, "logAlphaPrime", model.settings.initialLogAlphaPrime);
}

/** The multiplier rises while the mean conservative loss is positive: its loss is minus that mean. */
function lagrangeLosses(model: Model<CqlSettings>, meanConservativeLoss: Tensor): Losses {
  const { lagrange, lagrangeLearningRate: learningRate } = model.settings;
  if (!lagrange) return { objectives: [], metrics: {} };
  const loss = scope("alphaPrimeLoss", () => neg(meanConservativeLoss));
  return {
    objectives: [{ parameters: multiplierOf(model), loss, learningRate }],
    metrics: { alphaPrime: alphaPrime(model), alphaPrimeLoss: loss },
  };
}

function conservativeMetrics(losses: ConservativeLoss): Readonly<Record<string, Tensor>> {
  const { gap, conservativeLoss, boundRateNext, boundRateCurrent } = losses;
  return {
    ...numbered("conservativeGap#", gap),
    ...numbered("conservativeLoss#", conservativeLoss),
    ...numbered("boundRate#Next", boundRateNext),
    ...numbered("boundRate#Current", boundRateCurrent),
    conservativeGap: mean(gap),
    conservativeLoss: mean(conservativeLoss),
    boundRate: mean(concat([boundRateNext, boundRateCurrent], 0)),
  };
}

/**
 * The conservative term of CQL (Kumar et al. 2020, equation 4), whatever the actions are: for every critic a soft
 * maximum over the values of proposed actions is pushed down and the value of the data's action pushed up. Its weight
 * is fixed, or a Lagrange multiplier keeps the gap near a target. Each algorithm decides which actions are proposed.
 */
import { z } from "zod";
import { member } from "../networks/parameters.js";
import { clip, div, exp, logSumExp, mean, mul, neg, sub } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { type Losses, numbered } from "./losses.js";
import { type OwnParameters, scalar } from "./model.js";

const MAX_ALPHA_PRIME = 1e6;

export const conservativeSettings = z.object({
  conservativeWeight: z.number().min(0).default(5).describe("Weight of the conservative term (alpha of CQL)."),
  lagrange: z.boolean().default(false).describe("Learn a multiplier that keeps the conservative gap near its target."),
  targetActionGap: z.number().default(0.8).describe("The gap that the multiplier aims at."),
  lagrangeLearningRate: z.number().positive().default(3e-4).describe("Learning rate of the multiplier (Adam)."),
  initialLogAlphaPrime: z.number().default(1).describe("First logarithm of the multiplier alpha'."),
  conservativeTemperature: z.number().positive().default(1).describe("Temperature of the log-sum-exp."),
  gapClip: z
    .tuple([z.number().nullable(), z.number().nullable()])
    .refine(([low, high]) => (low ?? -Infinity) < (high ?? Infinity), "name the lower bound first")
    .default([null, null])
    .describe("Bounds of the conservative gap per state; null means none."),
});

export type ConservativeSettings = z.infer<typeof conservativeSettings>;

/** What the term needs of an algorithm's model. */
export interface ConservativeModel extends OwnParameters {
  readonly settings: ConservativeSettings;
}

/** How values enter the log-sum-exp, given reference values that broadcast to them: where Cal-QL differs from CQL. */
export type Calibration = (values: Tensor, referenceValues: Tensor) => Tensor;

/** T·logsumexp(logits/T) - Q(s, a), limited: logits [critics, states, actions], values of the data [critics, states]. */
export function gapPerState(settings: ConservativeSettings, logits: Tensor, dataValues: Tensor): Tensor {
  const { conservativeTemperature: temperature, gapClip } = settings;
  const soft = temperature === 1 ? logSumExp(logits, 2) : mul(logSumExp(div(logits, temperature), 2), temperature);
  const gap = sub(soft, dataValues);
  const [low, high] = gapClip;
  return low === null && high === null ? gap : clip(gap, low ?? -Infinity, high ?? Infinity);
}

/** What is added to the Bellman loss of each critic, for its mean gap [critics]. */
export function conservativeLossOf(model: ConservativeModel, gap: Tensor): Tensor {
  const { conservativeWeight, lagrange, targetActionGap } = model.settings;
  return lagrange
    ? mul(mul(alphaPrime(model), conservativeWeight), sub(gap, targetActionGap))
    : mul(gap, conservativeWeight);
}

/** The multiplier rises while the mean conservative loss is positive: its loss is minus that mean. */
export function lagrangeLosses(model: ConservativeModel, conservativeLoss: Tensor): Losses {
  const { lagrange, lagrangeLearningRate: learningRate } = model.settings;
  if (!lagrange) return { objectives: [], metrics: {} };
  const loss = scope("alphaPrimeLoss", () => neg(mean(conservativeLoss)));
  return {
    objectives: [{ parameters: multiplierOf(model), loss, learningRate }],
    metrics: { alphaPrime: alphaPrime(model), alphaPrimeLoss: loss },
  };
}

/** Gap and loss [critics], of each critic and on average. */
export function conservativeMetrics(gap: Tensor, conservativeLoss: Tensor): Losses["metrics"] {
  return {
    ...numbered("conservativeGap#", gap),
    ...numbered("conservativeLoss#", conservativeLoss),
    conservativeGap: mean(gap),
    conservativeLoss: mean(conservativeLoss),
  };
}

/** alpha' = clip(exp(logAlpha'), 0, 1e6) */
function alphaPrime(model: ConservativeModel): Tensor {
  return clip(exp(member(multiplierOf(model), "logAlphaPrime/value")), 0, MAX_ALPHA_PRIME);
}

function multiplierOf(model: ConservativeModel) {
  return scalar(model, "logAlphaPrime", model.settings.initialLogAlphaPrime);
}

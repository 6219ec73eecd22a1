/**
 * CQL (Kumar et al. 2020, CQL(H)): SAC plus, for every critic, a term that pushes down the values of actions that the
 * policy or chance proposes and pushes up the value of the data's action. The weight is fixed, or a Lagrange
 * multiplier keeps the gap near a target. Conventions are those of the Cal-QL reference.
 */
import { z } from "zod";
import { inRowBlocks, type TakeRows } from "../networks/blocks.js";
import { minimumOverCritics, valuesOfActions } from "../networks/critic.js";
import { sample } from "../networks/tanh-gaussian.js";
import {
  add,
  concat,
  constant,
  expand,
  less,
  maximum,
  mean,
  reshape,
  slice,
  square,
  stopGradient,
  sub,
  where,
} from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import {
  type Calibration,
  conservativeLossOf,
  conservativeMetrics,
  conservativeSettings,
  gapPerState,
  lagrangeLosses,
} from "./conservative.js";
import { type Losses, mergeLosses, numbered } from "./losses.js";
import type { Model } from "./model.js";
import { bellmanTarget, type CriticLoss, criticLosses, oneActionPerState, sacSettings } from "./sac.js";
import { withDefaults } from "./settings.js";

/** Rows of all critics together that are carried through their layers at a time (see networks/blocks.ts). */
const ROWS_PER_BLOCK = 4096;

/** The settings of CQL: SAC's, and those of the conservative term. */
export const cqlSettings = withDefaults(sacSettings, { maxTargetBackup: true }).extend({
  ...conservativeSettings.shape,
  importanceSampling: z.boolean().default(true).describe("Divide the proposals by their densities in the log-sum-exp."),
});

/** The settings of CQL, resolved: SAC's and the conservative term's. */
export type CqlSettings = z.infer<typeof cqlSettings>;

interface ConservativeLosses extends CriticLoss {
  /** Mean over the batch. */
  readonly actionGap: Tensor;
  /** All [critics], means over the batch. */
  readonly gap: Tensor;
  readonly conservativeLoss: Tensor;
  readonly boundRateNext: Tensor;
  readonly boundRateCurrent: Tensor;
}

/**
 * What the critics of CQL learn: mean((Q(s, a) - y)^2) plus the conservative term (Kumar et al. 2020, equation 4).
 * @param calibrate from the values of the policy's actions to those in the conservative term: where Cal-QL differs
 * @param referenceValues of the batch's states [batch], the second argument of `calibrate`
 */
export function cqlCriticLosses(
  model: Model<CqlSettings>,
  calibrate: Calibration = (policyValues) => policyValues,
  referenceValues: Tensor = model.batch.returnsToGo,
): Losses {
  const { target, targetQMean } = bellmanTarget(model);
  const proposals = proposeActions(model);
  return scope("criticLosses", () => {
    const losses = lossesOf(model, { target, proposals, referenceValues, calibrate });
    const { gap, conservativeLoss, actionGap } = losses;
    const metrics = { targetQMean, actionGap, ...conservativeMetrics(gap, conservativeLoss), ...boundRates(losses) };
    return mergeLosses(criticLosses(model, losses, metrics), lagrangeLosses(model, conservativeLoss));
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
function lossesOf(model: Model<CqlSettings>, inputs: ConservativeInputs): ConservativeLosses {
  const { batchSize, nActions, criticCount } = model.settings;
  const statesPerBlock = Math.max(1, Math.floor(ROWS_PER_BLOCK / (3 * nActions + 1) / criticCount));
  const perState = inRowBlocks(batchSize, statesPerBlock, (take) => conservativeGap(model, inputs, take), 1);
  const gap = mean(perState.gap, [1]);
  const bellmanLoss = mean(square(sub(perState.dataValues, inputs.target)), [1]);
  const weighted = conservativeLossOf(model, gap);
  return {
    loss: add(bellmanLoss, weighted),
    bellmanLoss,
    values: perState.dataValues,
    gap,
    conservativeLoss: weighted,
    actionGap: mean(perState.actionGap),
    boundRateNext: mean(perState.belowNext, [1, 2]),
    boundRateCurrent: mean(perState.belowCurrent, [1, 2]),
  };
}

type PerState = Readonly<Record<"dataValues" | "gap" | "actionGap" | "belowNext" | "belowCurrent", Tensor>>;

/**
 * For each critic and state of a block: T·logsumexp(values/T) - Q(s, a) [critics, states], and where policy actions lie
 * below the reference.
 */
function conservativeGap(
  model: Model<CqlSettings>,
  { proposals, referenceValues, calibrate }: ConservativeInputs,
  take: TakeRows,
): PerState {
  const { nActions: n, importanceSampling } = model.settings;
  const { count } = model.critics;
  const states = take(referenceValues).shape[0]!;
  const seen = model.critics.states(model.batch.observations);
  const beside = take(seen, seen.shape.length - 2);
  const values = reshape(valuesOfActions(model.critics, beside, take(proposals.actions)), [count, states, 3 * n + 1]);
  const reference = reshape(take(referenceValues), [states, 1]);
  const policyValues = slice(values, 2, n, 3 * n);
  const dataValue = slice(values, 2, 3 * n, 3 * n + 1);
  const proposed = concat([slice(values, 2, 0, n), calibrate(policyValues, reference)], 2);
  const logits = importanceSampling ? sub(proposed, take(proposals.logDensities)) : concat([proposed, dataValue], 2);
  const dataValues = reshape(dataValue, [count, states]);
  const below = where(less(policyValues, reference), 1, 0);
  return {
    dataValues,
    gap: gapPerState(model.settings, logits, dataValues),
    actionGap: actionGap(model.settings, dataValues, slice(policyValues, 2, n, 2 * n)),
    belowNext: slice(below, 2, 0, n),
    belowCurrent: slice(below, 2, n, 2 * n),
  };
}

/**
 * How much the data's action is worth above the one that the backup would take at the same state, [1, states]: all
 * that makes CQL's values lie below the returns enters here, once a step (docs/unlearning.md).
 * @param dataValues [critics, states]
 * @param policyValues of actions from pi(.|s) [critics, states, actions]
 */
function actionGap({ maxTargetBackup }: CqlSettings, dataValues: Tensor, policyValues: Tensor): Tensor {
  const worst = minimumOverCritics(policyValues);
  const [states, actions] = worst.shape as readonly [number, number];
  const each = Array.from({ length: maxTargetBackup ? actions : 1 }, (_, i) => slice(worst, 1, i, i + 1));
  const backedUp = reshape(each.reduce(maximum), [1, states]);
  return sub(reshape(minimumOverCritics(dataValues), [1, states]), backedUp);
}

function boundRates({ boundRateNext, boundRateCurrent }: ConservativeLosses): Losses["metrics"] {
  return {
    ...numbered("boundRate#Next", boundRateNext),
    ...numbered("boundRate#Current", boundRateCurrent),
    boundRate: mean(concat([boundRateNext, boundRateCurrent], 0)),
  };
}

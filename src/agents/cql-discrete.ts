/**
 * CQL (Kumar et al. 2020, CQL(H), equation 4) for discrete actions: DQN plus, for every critic, weight·mean(logsumexp
 * over all legal actions of Q(s, .) - Q(s, a_data)). The sum over actions is exact here, so nothing has to be sampled or
 * weighted by its density as in cql.ts.
 */
import type { z } from "zod";
import { minimumOverCritics } from "../networks/critic.js";
import { amongLegal } from "../networks/discrete.js";
import { add, div, less, maximum, mean, mul, reshape, square, sub, sum, where } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import {
  type Calibration,
  conservativeLossOf,
  conservativeMetrics,
  conservativeSettings,
  gapPerState,
  lagrangeLosses,
} from "./conservative.js";
import { doubleQTarget, dqnSettings, greedyMetrics, valuesOfBatch } from "./dqn.js";
import { type Losses, mergeLosses, numbered } from "./losses.js";
import type { QModel } from "./q-learning.js";
import { criticLosses } from "./sac.js";

/** The settings of discrete CQL: DQN's, and those of the conservative term. */
export const cqlDiscreteSettings = dqnSettings.extend(conservativeSettings.shape);

export type CqlDiscreteSettings = z.infer<typeof cqlDiscreteSettings>;

/**
 * What the critics of discrete CQL learn: DQN's loss plus the conservative term (Kumar et al. 2020, equation 4).
 * @param calibrate from the values of all actions to those in the conservative term: where Cal-QL differs
 * @param referenceValues of the batch's states [batch], which bound the values of all actions but the data's
 */
export function cqlDiscreteLosses(
  model: QModel<CqlDiscreteSettings>,
  calibrate: Calibration = (values) => values,
  referenceValues: Tensor = model.batch.returnsToGo,
): Losses {
  const { target, targetQMean } = doubleQTarget(model);
  return scope("criticLosses", () => {
    const { values, taken, legal, dataValues, greedyValues } = valuesOfBatch(model);
    const bounds = lowerBounds(taken, referenceValues);
    const gap = mean(gapPerState(model.settings, amongLegal(calibrate(values, bounds), legal), dataValues), [1]);
    const conservativeLoss = conservativeLossOf(model, gap);
    const bellmanLoss = mean(square(sub(dataValues, target)), [1]);
    const learned = { loss: add(bellmanLoss, conservativeLoss), bellmanLoss, values: dataValues };
    const metrics = {
      targetQMean,
      actionGap: actionGap(dataValues, greedyValues),
      ...greedyMetrics(model, greedyValues),
      ...conservativeMetrics(gap, conservativeLoss),
      ...boundRates(values, bounds, legal),
    };
    return mergeLosses(criticLosses(model, learned, metrics), lagrangeLosses(model, conservativeLoss));
  });
}

/**
 * How much the data's action is worth above the one that the backup would take at the same state, as in cql.ts. With one
 * critic it is never above 0, for the backup takes the best; with several it can be: the best by their mean is not always
 * the best by their minimum.
 */
function actionGap(dataValues: Tensor, greedyValues: Tensor): Tensor {
  return mean(sub(minimumOverCritics(dataValues), minimumOverCritics(greedyValues)));
}

/** The reference value of a state for each of its actions [batch, actions], and none (-infinity) for the data's action. */
function lowerBounds(taken: Tensor, referenceValues: Tensor): Tensor {
  return where(taken, -Infinity, reshape(referenceValues, [referenceValues.shape[0]!, 1]));
}

/** Of the legal actions that have a bound, the share whose values [critics, batch, actions] lie below it. */
function boundRates(values: Tensor, bounds: Tensor, legal: Tensor | undefined): Losses["metrics"] {
  const [, batch, actions] = values.shape as readonly [number, number, number];
  const below = (counted: Tensor | number) => sum(where(less(values, bounds), counted, 0), [1, 2]);
  if (legal) {
    const ones = where(legal, 1, 0);
    const bounded = maximum(sub(sum(ones), batch), 1); // the data's own action is legal, and has no bound
    const rates = div(below(ones), bounded);
    return { ...numbered("boundRate#", rates), boundRate: mean(rates) };
  }
  const rates = mul(below(1), 1 / (batch * Math.max(actions - 1, 1)));
  return { ...numbered("boundRate#", rates), boundRate: mean(rates) };
}

/**
 * The reference values V^mu of Cal-QL (Nakamoto et al. 2023, section 5), what the behaviour policy mu is worth in each
 * state of the batch: the return-to-go that was recorded from there, or a network that is fitted to it.
 */
import { z } from "zod";
import type { Ensemble } from "../networks/ensemble.js";
import { mlp, mlpParameters } from "../networks/mlp.js";
import { allMembers, declareParameters } from "../networks/parameters.js";
import { readWith } from "../networks/policy.js";
import type { RandomStream } from "../random.js";
import { add, mean, mul, reshape, square, stopGradient, sub } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import type { AgentContext } from "./context.js";
import { encoderBeside } from "./encoders.js";
import type { Losses } from "./losses.js";
import type { OwnParameters } from "./model.js";
import type { ActorCriticSettings, CommonSettings } from "./settings.js";

export const referenceSettings = z.object({
  calibrationSource: z
    .enum(["monte-carlo", "network"])
    .default("monte-carlo")
    .describe("Reference values: the recorded return-to-go, or a network V^mu fitted to it."),
  referenceScale: z.number().default(1).describe("Reference values are multiplied by this: an error made on purpose."),
  referenceShift: z.number().default(0).describe("Added to the reference values: an error made on purpose."),
});

type ReferenceSettings = CommonSettings &
  Pick<ActorCriticSettings, "criticHidden" | "criticLearningRate" | "sharedEncoder"> &
  z.infer<typeof referenceSettings>;

interface ReferenceModel extends OwnParameters, Pick<AgentContext<ReferenceSettings>, "batch" | "settings" | "sizes"> {
  readonly critics: Ensemble;
}

interface ReferenceValues {
  /** [batch], constant in the eyes of the critics' losses. */
  readonly values: Tensor;
  /** What their own network learns, if there is one. */
  readonly losses: Losses;
}

/** V^mu of the batch's states, with the errors that the settings ask for (Nakamoto et al. 2023, section 7.3). */
export function referenceValues(model: ReferenceModel): ReferenceValues {
  const { calibrationSource, referenceScale: scale, referenceShift: shift } = model.settings;
  const { values, losses } = calibrationSource === "network" ? fitted(model) : recorded(model);
  const exact = scale === 1 && shift === 0;
  return { values: exact ? values : add(mul(values, scale), shift), losses };
}

function recorded({ batch }: ReferenceModel): ReferenceValues {
  return { values: batch.returnsToGo, losses: { objectives: [], metrics: {} } };
}

/** V^mu(s) by regression on the return-to-go, with the critics' widths and learning rate. */
function fitted(model: ReferenceModel): ReferenceValues {
  const { batch, critics, parameters: own } = model;
  const { criticHidden, criticLearningRate: learningRate } = model.settings;
  const encoder = encoderBeside("value", model, () => critics);
  const layers = [encoder.size, ...criticHidden, 1];
  const declare = (random: RandomStream) =>
    declareParameters("value", [...mlpParameters("value", layers, random), ...encoder.parameters(random)]);
  const parameters = own("value", declare);
  const states = encoder.states(batch.observations, allMembers(readWith(parameters, encoder)()));
  return scope("valueLoss", () => {
    const values = reshape(mlp(parameters, "value", layers.length - 1, states), batch.returnsToGo.shape);
    const loss = mean(square(sub(values, batch.returnsToGo)));
    return {
      values: stopGradient(values),
      losses: { objectives: [{ parameters, loss, learningRate }], metrics: { valueLoss: loss } },
    };
  });
}

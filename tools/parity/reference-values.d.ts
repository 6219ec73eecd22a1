/**
 * The reference values V^mu of Cal-QL (Nakamoto et al. 2023, section 5), what the behaviour policy mu is worth in each
 * state of the batch: the return-to-go that was recorded from there, or a network that is fitted to it.
 */
import { z } from "zod";
import type { AgentContext } from "../../src/agents/context.js";
import type { Losses } from "../../src/agents/losses.js";
import type { OwnParameters } from "../../src/agents/model.js";
import type { ActorCriticSettings } from "../../src/agents/settings.js";
import { type Tensor } from "../../src/tensor/tensor.js";
export declare const referenceSettings: z.ZodObject<
  {
    calibrationSource: z.ZodDefault<
      z.ZodEnum<{
        "monte-carlo": "monte-carlo";
        network: "network";
      }>
    >;
    referenceScale: z.ZodDefault<z.ZodNumber>;
    referenceShift: z.ZodDefault<z.ZodNumber>;
  },
  z.core.$strip
>;
type ReferenceSettings = Pick<ActorCriticSettings, "criticHidden" | "criticLearningRate"> &
  z.infer<typeof referenceSettings>;
interface ReferenceModel extends OwnParameters, Pick<AgentContext, "batch" | "sizes"> {
  readonly settings: ReferenceSettings;
}
interface ReferenceValues {
  /** [batch], constant in the eyes of the critics' losses. */
  readonly values: Tensor;
  /** What their own network learns, if there is one. */
  readonly losses: Losses;
}
/** V^mu of the batch's states, with the errors that the settings ask for (Nakamoto et al. 2023, section 7.3). */
export declare function referenceValues(model: ReferenceModel): ReferenceValues;

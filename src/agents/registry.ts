/**
 * The agents that exist, by name: what each is called, its settings and its losses. Adding an agent is a file of its
 * own and one line here.
 */
import type { z } from "zod";
import { unknownName } from "../errors.js";
import { calQlLosses, calQlSettings } from "./cal-ql.js";
import { cqlLosses, cqlSettings } from "./cql.js";
import type { Losses } from "./losses.js";
import { declareModel, type Model, type Sizes } from "./model.js";
import { sacLosses, sacSettings } from "./sac.js";
import type { ActorCriticSettings } from "./settings.js";

export interface AgentDefinition {
  readonly name: string;
  readonly summary: string;
  readonly settings: z.ZodObject;
  /** Whether its losses are wrong without a return-to-go in every transition. */
  readonly needsReturnToGo: boolean;
  /** The networks, with first values drawn from the seed, and the losses over them; settings must have been parsed. */
  readonly declare: (
    settings: unknown,
    sizes: Sizes,
    seed: number,
  ) => { readonly model: Model; readonly losses: Losses };
}

const definitions = {
  "cal-ql": define(calQlSettings, calQlLosses, {
    name: "cal-ql",
    summary: "Calibrated Q-learning: CQL whose policy values are not pushed below the recorded return",
    needsReturnToGo: true,
  }),
  cql: define(cqlSettings, cqlLosses, {
    name: "cql",
    summary: "Conservative Q-learning: SAC with a term that lowers the values of unseen actions",
    needsReturnToGo: false,
  }),
  sac: define(sacSettings, sacLosses, { name: "sac", summary: "Soft actor-critic", needsReturnToGo: false }),
};

export type AgentName = keyof typeof definitions;
/** Settings of any agent, all optional, as a caller may write them. */
export type AgentSettings = z.input<typeof calQlSettings>;

export const agentNames = Object.keys(definitions) as readonly AgentName[];

/** @throws UsageError for an unknown name, with the names that exist */
export function agentDefinition(name: string): AgentDefinition {
  if (!Object.hasOwn(definitions, name)) throw unknownName("agent", name, agentNames);
  return definitions[name as AgentName];
}

/** Ties a declaration of settings to the losses that read them. */
function define<Settings extends ActorCriticSettings>(
  settings: z.ZodObject & z.ZodType<Settings>,
  losses: (model: Model<Settings>) => Losses,
  facts: Pick<AgentDefinition, "name" | "summary" | "needsReturnToGo">,
): AgentDefinition {
  const declare: AgentDefinition["declare"] = (values, sizes, seed) => {
    const model = declareModel(settings.parse(values), sizes, seed);
    return { model, losses: losses(model) };
  };
  return { ...facts, settings, declare };
}

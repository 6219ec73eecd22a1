/**
 * The agents that exist, by name: what each is called, its settings, its networks and its update. Adding an agent is a
 * file of its own and one line here.
 */
import type { z } from "zod";
import { unknownName } from "../errors.js";
import type { Policy } from "../networks/policy.js";
import type { ProgramDefinition } from "../tensor/program.js";
import { actorCritic } from "./actor-critic.js";
import { calQlCriticLosses, calQlSettings } from "./cal-ql.js";
import {
  type AgentContext,
  type AgentParts,
  agentContext,
  type BatchTensors,
  type Noise,
  type Sizes,
} from "./context.js";
import { cqlCriticLosses, cqlSettings } from "./cql.js";
import { sacCriticLosses, sacSettings } from "./sac.js";
import type { CommonSettings } from "./settings.js";

/** An agent, declared for given settings and sizes: everything that is needed to compile it. */
export interface DeclaredAgent {
  readonly settings: CommonSettings;
  readonly batch: BatchTensors;
  readonly noise: Noise;
  readonly policy: Policy;
  readonly program: ProgramDefinition;
}

export interface AgentDefinition {
  readonly name: string;
  readonly summary: string;
  readonly settings: z.ZodObject;
  /** Whether its losses are wrong without a return-to-go in every transition. */
  readonly needsReturnToGo: boolean;
  /** The networks, with first values drawn from the seed, and the update over them; settings must have been parsed. */
  readonly declare: (settings: unknown, sizes: Sizes, seed: number) => DeclaredAgent;
}

const definitions = {
  "cal-ql": define(calQlSettings, actorCritic(calQlCriticLosses), {
    name: "cal-ql",
    summary: "Calibrated Q-learning: CQL whose policy values are not pushed below the recorded return",
    needsReturnToGo: true,
  }),
  cql: define(cqlSettings, actorCritic(cqlCriticLosses), {
    name: "cql",
    summary: "Conservative Q-learning: SAC with a term that lowers the values of unseen actions",
  }),
  sac: define(sacSettings, actorCritic(sacCriticLosses), { name: "sac", summary: "Soft actor-critic" }),
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

/** Ties a declaration of settings to the agent that is built from them. */
function define<Settings extends CommonSettings>(
  settings: z.ZodObject & z.ZodType<Settings>,
  build: (context: AgentContext<Settings>) => AgentParts,
  facts: Pick<AgentDefinition, "name" | "summary"> & Partial<AgentDefinition>,
): AgentDefinition {
  const declare: AgentDefinition["declare"] = (values, sizes, seed) => {
    const context = agentContext(settings.parse(values), sizes, seed);
    const { policy, update } = build(context);
    return { ...context, policy, program: update.program(facts.name) };
  };
  return { needsReturnToGo: false, ...facts, settings, declare };
}

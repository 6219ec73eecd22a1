/**
 * What it takes to be an agent: settings, what people should know about it, and a way to build its policy and update.
 * An agent's file provides these; registry.ts ties them to a name with one line.
 */
import type { z } from "zod";
import type { Policy } from "../networks/policy.js";
import type { ProgramDefinition } from "../tensor/program.js";
import { type ActionKind, refuseOtherActions } from "./action-kind.js";
import {
  type AgentContext,
  type AgentParts,
  agentContext,
  type BatchTensors,
  type Noise,
  type Sizes,
  type ValueOfActions,
} from "./context.js";
import type { CommonSettings } from "./settings.js";

/** What people should know of an agent, each one line. */
export interface AgentFacts {
  readonly summary: string;
  /** Paper, and the equation or algorithm in it. */
  readonly source: string;
  /** What is minimised, in plain text. */
  readonly formula: string;
  /** Whether its losses are wrong without a return-to-go in every transition. */
  readonly needsReturnToGo?: boolean;
  /** What it acts with; vectors if it does not say. */
  readonly actions?: ActionKind;
}

/** An agent, declared for given settings and sizes: everything that is needed to compile it. */
export interface DeclaredAgent {
  readonly settings: CommonSettings;
  readonly batch: BatchTensors;
  readonly noise: Noise;
  readonly policy: Policy;
  readonly program: ProgramDefinition;
  readonly critics?: ValueOfActions | undefined;
}

export interface AgentDefinition extends Required<AgentFacts> {
  readonly name: string;
  readonly settings: z.ZodObject;
  /** The networks, with first values drawn from the seed, and the update over them; settings must have been parsed. */
  readonly declare: (settings: unknown, sizes: Sizes, seed: number) => DeclaredAgent;
}

/** Ties a declaration of settings to the agent that is built from them. */
export function define<Settings extends CommonSettings>(
  name: string,
  settings: z.ZodObject & z.ZodType<Settings>,
  build: (context: AgentContext<Settings>) => AgentParts,
  facts: AgentFacts,
): AgentDefinition {
  const declare: AgentDefinition["declare"] = (values, sizes, seed) => {
    refuseOtherActions(name, facts.actions ?? "continuous", sizes);
    const context = agentContext(settings.parse(values), sizes, seed);
    const { policy, update, critics } = build(context);
    return { ...context, policy, critics, program: update.program(name) };
  };
  return { needsReturnToGo: false, actions: "continuous", ...facts, name, settings, declare };
}

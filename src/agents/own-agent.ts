/**
 * An agent of the user's own, as `registerAgent` takes it: checked when it is registered, so that a mistake is
 * reported in one sentence at the line that made it and not in the middle of a run.
 */
import { z } from "zod";
import { reasonIn, UsageError } from "../errors.js";
import { parseDeclared } from "../requirement.js";
import type { AgentContext, AgentParts } from "./context.js";
import { type AgentDefinition, type AgentFacts, define } from "./definition.js";
import { agentSettings, type CommonSettings } from "./settings.js";

/** An agent to register: what people should know of it, what can be set, and how it is built. */
export interface OwnAgent<Settings extends CommonSettings = CommonSettings> extends AgentFacts {
  /** A zod object that extends `agentSettings` (or `actorCriticSettings`, `cqlSettings`, ...); every setting has a default. */
  readonly settings: z.ZodObject & z.ZodType<Settings>;
  /** Its networks and its update, from symbolic tensors; called once for every agent that is made. */
  readonly build: (context: AgentContext<Settings>) => AgentParts;
}

const ownAgentSchema = z.object({
  settings: z.custom(extendsCommonSettings, "be agentSettings, or one of its extensions, with settings of its own"),
  build: z.custom((value) => typeof value === "function", "be a function from a context to { policy, update }"),
  summary: z.string(),
  source: z.string(),
  formula: z.string(),
  needsReturnToGo: z.boolean().optional(),
  actions: z.enum(["continuous", "discrete"]).optional(),
} satisfies Record<keyof OwnAgent, z.ZodType>);

/** @throws UsageError naming what is not as it must be */
export function defineOwn<S extends CommonSettings>(name: string, agent: OwnAgent<S>): AgentDefinition {
  parseDeclared(ownAgentSchema, agent ?? {}, "entry", `agent "${name}"`);
  const { settings, build, ...facts } = agent;
  refuseMissingDefaults(name, settings);
  return define(name, settings, (context) => builtBy(build, context, name), facts);
}

function extendsCommonSettings(value: unknown): boolean {
  const { shape } = (value ?? {}) as Partial<z.ZodObject>;
  return shape !== undefined && Object.keys(agentSettings.shape).every((name) => name in shape);
}

function refuseMissingDefaults(name: string, settings: z.ZodObject): void {
  const issue = settings.safeParse({}).error?.issues[0];
  if (!issue) return;
  const setting = String(issue.path[0]);
  throw new UsageError(`The setting ${setting} of agent "${name}" has no default; give it one: .default(...).`);
}

/** What the user's code returns; whatever it throws is reported as a mistake in it. */
function builtBy<S extends CommonSettings>(build: OwnAgent<S>["build"], context: AgentContext<S>, name: string) {
  try {
    const parts = build(context);
    if (parts?.policy && parts.update) return parts;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The agent "${name}" cannot be built: ${reasonIn(error)}. Mend its build function.`, {
      cause: error,
    });
  }
  throw new UsageError(`The build function of agent "${name}" must return { policy, update }; return both.`);
}

/**
 * From what a caller wrote to what is run: the task's preset, then the caller's settings on top, checked against the
 * declarations, with every default filled in. Settings of the run and of its agents share one flat list of names.
 */
import { availableParallelism } from "node:os";
import type { AgentDefinition } from "../agents/definition.js";
import { type AgentSettings, agentDefinition, agentNames } from "../agents/registry.js";
import { parseSettings } from "../agents/settings.js";
import { UsageError, unknownName } from "../errors.js";
import { methods } from "./methods.js";
import { presetOf } from "./presets.js";
import { type RunSettings, runSettings } from "./settings.js";

/** What a caller may write: any settings of the run and of the agents. */
export type TrainSettings = Partial<RunSettings> &
  AgentSettings & {
    /** Settings of the online agent where they are not those of the offline one. */
    readonly online?: AgentSettings;
  };

export interface Configuration {
  readonly run: RunSettings;
  readonly agent: AgentDefinition;
  readonly agentSettings: AgentSettings;
  /** The online phase's, where the algorithm changes at the switch. */
  readonly online: { readonly agent: AgentDefinition; readonly settings: AgentSettings } | null;
  /** Everything above as one flat record, for config.json. */
  readonly flat: Readonly<Record<string, unknown>>;
}

const runNames = Object.keys(runSettings.shape);

/** What the second agent takes over with the first one's networks, whatever its own defaults are. */
const SHARED_BY_BOTH = ["actorHidden", "criticHidden", "criticCount", "criticLayerNorm", "logStdRange", "batchSize"];

/** @throws UsageError for an unknown name or a value that does not fit, naming it and what would be right */
export function resolveConfiguration(given: TrainSettings): Configuration {
  const written = withMethod(given);
  const first = parseRun(pick(written, runNames));
  const preset = presetOf(first.task, first.preset);
  const run = withThreads(parseRun({ ...pick(preset, runNames), ...pick(written, runNames) }));
  if (!isName(run.agent)) throw unknownName("agent", run.agent, [...new Set([...agentNames, ...Object.keys(methods)])]);
  const agent = agentDefinition(run.agent);
  const onlineAgent = run.onlineAgent === null ? null : agentDefinition(run.onlineAgent);
  refuseUnknown(written, onlineAgent ? [agent, onlineAgent] : [agent]);
  if (written.online) refuseUnknown(written.online, onlineAgent ? [onlineAgent] : [agent]);
  const agentSettings = settingsFor(agent, { ...preset, ...written });
  const shared = pick(agentSettings, SHARED_BY_BOTH);
  const online = onlineAgent && {
    agent: onlineAgent,
    settings: settingsFor(onlineAgent, { ...preset, ...shared, ...written, ...written.online }),
  };
  refuseEndlessFailure(run, agentSettings);
  return {
    run,
    agent,
    agentSettings,
    online,
    flat: { ...run, ...agentSettings, ...(online && { online: online.settings }) },
  };
}

function isName(name: string): boolean {
  return (agentNames as readonly string[]).includes(name);
}

/** The settings of the method that the caller named as agent, if it is one, under what else the caller wrote. */
function withMethod(written: TrainSettings): TrainSettings {
  const name = written.agent;
  if (name === undefined || !Object.hasOwn(methods, name)) return written;
  const { agent: _, ...own } = written;
  const { settings } = methods[name]!;
  const label = settings.agent === name || settings.onlineAgent ? {} : { label: name };
  return { ...label, ...settings, ...own };
}

/** Every setting that some agent or the run has, with its declaration, in the order of declaration. */
export function allSettings(): ReadonlyMap<string, { readonly schema: unknown; readonly agents: readonly string[] }> {
  const all = new Map<string, { schema: unknown; agents: string[] }>();
  for (const [name, schema] of Object.entries(runSettings.shape)) all.set(name, { schema, agents: [] });
  for (const agent of agentNames) {
    for (const [name, schema] of Object.entries(agentDefinition(agent).settings.shape)) {
      const known = all.get(name) ?? { schema, agents: [] };
      all.set(name, { ...known, agents: [...known.agents, agent] });
    }
  }
  return all;
}

/** An episode that fails for ever is worth failureReward / (1 - discount). */
function refuseEndlessFailure({ failureReward }: RunSettings, { discount }: AgentSettings): void {
  if (failureReward === null || discount !== 1) return;
  throw new UsageError(
    `The setting discount is 1, but with a failureReward (${failureReward}) episodes that fail for ever are worth its ` +
      "infinite sum; give a discount below 1, or failureReward none.",
  );
}

function parseRun(values: object): RunSettings {
  return parseSettings(runSettings, values, "the run");
}

function withThreads(run: RunSettings): RunSettings {
  return run.threads > 0 ? run : { ...run, threads: availableParallelism() };
}

/** Those of the values that are settings of the agent, checked, with defaults. */
function settingsFor(agent: AgentDefinition, values: TrainSettings): AgentSettings {
  return parseSettings(agent.settings, pick(values, Object.keys(agent.settings.shape)), `agent "${agent.name}"`);
}

/** A setting that the caller wrote must belong to the run or to one of its agents. */
function refuseUnknown(written: object, agents: readonly AgentDefinition[]): void {
  const known = [...runNames, "online", ...agents.flatMap((agent) => Object.keys(agent.settings.shape))];
  for (const name of Object.keys(written)) {
    if (known.includes(name)) continue;
    const owners = allSettings().get(name)?.agents;
    if (!owners) throw unknownName("setting", name, known);
    const names = agents.map((agent) => agent.name).join(" and ");
    throw new UsageError(
      `The setting ${name} means nothing to ${names}; it belongs to ${owners.join(", ")}. Leave it out.`,
    );
  }
}

function pick(values: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => names.includes(name) && value !== undefined),
  );
}

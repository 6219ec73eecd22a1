/**
 * From what a caller wrote to what is run: the task's preset, then the caller's settings on top, checked against the
 * declarations, with every default filled in. Settings of the run and of its agents share one flat list of names.
 */
import type { AgentDefinition } from "../agents/definition.js";
import { type AgentSettings, agentDefinition, agentNames, builtInAgents } from "../agents/registry.js";
import { parseSettings } from "../agents/settings.js";
import { nearestNames, UsageError, unknownName } from "../errors.js";
import { importHint } from "../registered.js";
import { shown } from "../requirement.js";
import { methodOf, methods, withMethod } from "./methods.js";
import { presetOf } from "./presets.js";
import {
  formerNames,
  MOST_THREADS,
  type Phase,
  type RunSettings,
  runSettings,
  type WrittenSettings,
  withNamesOfToday,
} from "./settings.js";
import { refuseOnlinePhase, withoutTask } from "./without-task.js";

/** What a caller may write: any settings of the run and of the agents; `Own` are those of an agent of your own. */
export type TrainSettings<Own = unknown> = Partial<WrittenSettings> &
  AgentSettings<Own> & {
    /** Settings of the online agent where they are not those of the offline one. */
    readonly online?: AgentSettings<Own>;
  };

/** An agent with its settings. */
export interface Algorithm {
  readonly agent: AgentDefinition;
  readonly settings: AgentSettings;
}

export interface Configuration {
  readonly run: RunSettings;
  readonly agent: AgentDefinition;
  readonly agentSettings: AgentSettings;
  /** The online phase's, where the algorithm changes at the switch. */
  readonly online: Algorithm | null;
  /** Everything above as one flat record, for config.json. */
  readonly flat: Readonly<Record<string, unknown>>;
  /** What a person should know of what was written, a sentence each. */
  readonly notices: readonly string[];
}

const runNames = Object.keys(runSettings.shape);

/** What is the same in both phases: the shape of the networks, the batch, and what a return means. */
const SHARED = [
  "actorHidden",
  "criticHidden",
  "criticCount",
  "criticLayerNorm",
  "logStdRange",
  "batchSize",
  "discount",
];

/**
 * The caller's settings, checked and completed.
 * @param cores threads of an update where the settings leave them open
 * @throws UsageError for settings that are no object, an unknown name, or a value that does not fit, naming it and what
 * would be right
 */
export function resolveConfiguration(given: TrainSettings, cores = coresHere()): Configuration {
  refuseNoSettings(given);
  refuseClashes();
  const { run, written } = resolveRun(withNamesOfToday(given), cores);
  const agent = knownAgent(run.agent);
  const onlineAgent = run.onlineAgent === null ? null : knownOnlineAgent(run.onlineAgent);
  refuseUnknown(written, onlineAgent ? [agent, onlineAgent] : [agent]);
  const agentSettings = settingsFor(agent, { ...presetOf(run, agent.name), ...written });
  const online = onlineAgent && onlinePhase(run, onlineAgent, agentSettings, written);
  refuseEndlessFailure(run, agentSettings);
  if (run.task === null) refuseOnlinePhase(run);
  refuseOddSchedule(run);
  const flat = { ...run, ...agentSettings, ...(online && { online: online.settings }) };
  return { run, agent, agentSettings, online, flat, notices: [...noticesOf(given), ...scheduleNotices(run)] };
}

/** The cores, as far as a program can know without Node; Node's entry points know better (runs/configure.ts). */
function coresHere(): number {
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? 1;
}

function noticesOf(given: TrainSettings): string[] {
  return Object.entries(formerNames)
    .filter(([former]) => former in given)
    .map(([former, name]) => `The setting ${former} is called ${name} now; it was understood as that.`);
}

function refuseNoSettings(given: unknown): void {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return;
  throw new UsageError(
    `The settings of a run are ${shown(given)}; give an object such as { task: "pointmaze-umaze", agent: "cal-ql" }.`,
  );
}

/** The algorithm of a phase, with the settings that it has in it. */
export function algorithmIn({ agent, agentSettings, online }: Configuration, phase: Phase): Algorithm {
  return phase === "online" && online ? online : { agent, settings: agentSettings };
}

/** The settings of the run, and what was written once a method is written out: the run's length decides some of it. */
function resolveRun(
  given: TrainSettings,
  cores: number,
): { readonly run: RunSettings; readonly written: TrainSettings } {
  const method = withMethod(withoutTask(given, given.dataset != null));
  const first = parseRun(pick(method, runNames));
  // Without a task there is nothing to go online in, whatever a preset says.
  const preset = { ...pick(presetOf(first), runNames), ...(first.task === null && { onlineSteps: 0 }) };
  const length = parseRun({ ...preset, ...pick(method, runNames) });
  const written = { ...methodOf(given.agent)?.scaled?.(length), ...method };
  const run = withThreads(parseRun({ ...preset, ...pick(written, runNames) }), cores);
  // Settings for the online phase alone make it one of its own, if only of the same agent.
  const onlineAgent = run.onlineAgent ?? (written.online === undefined ? null : run.agent);
  return { run: { ...run, onlineAgent }, written };
}

/** The online phase of another agent: it inherits the settings that both phases share, the rest are its own. */
function onlinePhase(run: RunSettings, agent: AgentDefinition, offline: AgentSettings, written: TrainSettings) {
  refuseForOnline(written.online ?? {}, agent, offline);
  const values = { ...presetOf(run, agent.name), ...pick(offline, SHARED), ...written, ...written.online };
  return { agent, settings: settingsFor(agent, values) };
}

function isAgent(name: string): boolean {
  return agentNames().includes(name);
}

function knownAgent(name: string): AgentDefinition {
  if (isAgent(name)) return agentDefinition(name);
  throw unknownName("agent", name, [...new Set([...agentNames(), ...Object.keys(methods)])], importHint("agent"));
}

/** An agent of the user's own must not have the name of a method, nor settings with the names of the run's. */
function refuseClashes(): void {
  for (const name of agentNames().slice(builtInAgents.length)) {
    if (methodOf(name))
      throw new UsageError(`The agent "${name}" has the name of a method of calql; register it under another name.`);
    const taken = Object.keys(agentDefinition(name).settings.shape).find((key) =>
      [...runNames, "online"].includes(key),
    );
    if (taken)
      throw new UsageError(`The setting ${taken} of agent "${name}" has the name of a setting of the run; rename it.`);
  }
}

function knownOnlineAgent(name: string): AgentDefinition {
  if (!isAgent(name) && methodOf(name))
    throw new UsageError(`The onlineAgent ${name} is a method, not an agent; name the agent, such as sac.`);
  return agentDefinition(name);
}

/** Settings for the online phase must be the online agent's; what both phases share must not differ. */
function refuseForOnline(online: unknown, agent: AgentDefinition, offline: AgentSettings): void {
  if (online === null || typeof online !== "object" || Array.isArray(online))
    throw new UsageError(`The settings under online are ${JSON.stringify(online)}; give "name: value" entries.`);
  const before: Readonly<Record<string, unknown>> = { ...offline };
  for (const [name, value] of Object.entries(online)) {
    if (SHARED.includes(name) && name in before && JSON.stringify(value) !== JSON.stringify(before[name]))
      throw new UsageError(`The setting ${name} is the same in both phases; write it beside online, not under it.`);
    if (!(name in agent.settings.shape)) throw unknownName("online setting", name, Object.keys(agent.settings.shape));
  }
}

/** Every setting that some agent or the run has, with its declaration, in the order of declaration. */
export function allSettings(): ReadonlyMap<string, { readonly schema: unknown; readonly agents: readonly string[] }> {
  const all = new Map<string, { schema: unknown; agents: string[] }>();
  for (const [name, schema] of Object.entries(runSettings.shape)) all.set(name, { schema, agents: [] });
  for (const agent of agentNames()) {
    for (const [name, schema] of Object.entries(agentDefinition(agent).settings.shape)) {
      const known = all.get(name) ?? { schema, agents: [] };
      all.set(name, { ...known, agents: [...known.agents, agent] });
    }
  }
  return all;
}

/** An episode that fails forever is worth failureReward / (1 - discount). */
function refuseEndlessFailure({ failureReward }: RunSettings, { discount }: AgentSettings): void {
  if (failureReward === null || discount !== 1) return;
  throw new UsageError(
    `The setting discount is 1, but with a failureReward (${failureReward}) episodes that fail forever are worth its ` +
      "infinite sum; give a discount below 1, or failureReward none.",
  );
}

/** A schedule that does less than it seems to. */
function scheduleNotices(run: RunSettings): string[] {
  const { mixingRatio, mixingRatioEnd: end, mixingSteps } = run;
  const steps = Math.max(0, run.onlineSteps - run.warmupSteps);
  if (end === null || run.onlineSteps === 0) return [];
  if (end === mixingRatio)
    return [`The mixing ratio goes from ${mixingRatio} to ${end}: mixingRatioEnd changes nothing; leave it out.`];
  if (mixingSteps === null || mixingSteps <= steps) return [];
  const reached = Number((mixingRatio + ((end - mixingRatio) * steps) / mixingSteps).toPrecision(3));
  const after = run.warmupSteps > 0 ? " after its warm-up" : "";
  return [
    `The mixing ratio is to reach ${end} after ${mixingSteps} online steps (mixingSteps), and the online phase has ${steps}${after}: it ends at ${reached}; give a smaller mixingSteps, or leave it out.`,
  ];
}

function refuseOddSchedule({ mixingRatio, mixingRatioEnd, mixingSteps }: RunSettings): void {
  if (mixingSteps !== null && mixingRatioEnd === null)
    throw new UsageError(
      `The setting mixingSteps is ${mixingSteps}, but the mixing ratio stays as it is; give mixingRatioEnd too, or leave it out.`,
    );
  if (mixingRatio >= 0 || mixingRatioEnd === null) return;
  throw new UsageError(
    `The mixing ratio is to go from ${mixingRatio}, which means by size, to ${mixingRatioEnd}; give a mixingRatio from 0 to 1, or leave out mixingRatioEnd.`,
  );
}

function parseRun(values: object): RunSettings {
  return parseSettings(runSettings, values, "the run");
}

function withThreads(run: RunSettings, cores: number): RunSettings {
  return run.threads > 0 ? run : { ...run, threads: Math.min(cores, MOST_THREADS) };
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
      `The setting ${name} means nothing to ${names}; it belongs to ${nearestNames(names, owners)}. Leave it out.`,
    );
  }
}

function pick(values: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => names.includes(name) && value !== undefined),
  );
}

/**
 * The agents that exist, by name. Adding one to calql is a file of its own and one entry here; the command line, the docs
 * and the contract that all agents are held to (contract.test.ts) follow from it. A user adds one with `registerAgent`.
 */
import { UsageError, unknownName } from "../errors.js";
import { importHint, registered } from "../registered.js";
import { actorCritic } from "./actor-critic.js";
import { awac, awacSettings } from "./awac.js";
import { bc, bcSettings } from "./bc.js";
import { calQlCriticLosses, calQlSettings } from "./cal-ql.js";
import { calQlDiscreteLosses, calQlDiscreteSettings } from "./cal-ql-discrete.js";
import { cqlCriticLosses, cqlSettings } from "./cql.js";
import { cqlDiscreteLosses, cqlDiscreteSettings } from "./cql-discrete.js";
import { type AgentDefinition, define } from "./definition.js";
import { dqnLosses, dqnSettings } from "./dqn.js";
import { iql, iqlSettings } from "./iql.js";
import { defineOwn, type OwnAgent } from "./own-agent.js";
import { qLearning } from "./q-learning.js";
import { rebrac, rebracSettings } from "./rebrac.js";
import { rlpd, rlpdSettings } from "./rlpd.js";
import { sacCriticLosses, sacSettings } from "./sac.js";
import type { CommonSettings, SettingsInput } from "./settings.js";
import { td3Bc, td3BcSettings } from "./td3-bc.js";
import { wsrlSettings } from "./wsrl.js";

const definitions = {
  "cal-ql": define("cal-ql", calQlSettings, actorCritic(calQlCriticLosses), {
    summary: "Calibrated Q-learning: CQL whose policy values are not pushed below the recorded return",
    source: "Nakamoto et al. 2023, equation 5.1",
    formula: "CQL's losses with max(Q(s, a), G) for Q(s, a) of the policy's actions in the log-sum-exp",
    needsReturnToGo: true,
  }),
  cql: define("cql", cqlSettings, actorCritic(cqlCriticLosses), {
    summary: "Conservative Q-learning: SAC with a term that lowers the values of unseen actions",
    source: "Kumar et al. 2020, equation 4, CQL(H)",
    formula: "mean((Q - y)^2) + weight·mean(logsumexp(Q(s, a) - log density) - Q(s, a_data))",
  }),
  sac: define("sac", sacSettings, actorCritic(sacCriticLosses), {
    summary: "Soft actor-critic",
    source: "Haarnoja et al. 2018, equations 5, 7 and 18",
    formula:
      "critics: mean((Q - y)^2); policy: mean(alpha·log pi(a|s) - min Q(s, a)), a ~ pi; alpha: entropy to target",
  }),
  rlpd: define("rlpd", rlpdSettings, rlpd, {
    summary: "SAC online with recorded data in every batch, 10 normalised critics, 20 critic steps an update",
    source: "Ball et al. 2023, algorithm 1",
    formula: "SAC's losses; y backs up the minimum of a random few target critics, the policy climbs the mean of all",
  }),
  wsrl: define("wsrl", wsrlSettings, actorCritic(sacCriticLosses), {
    summary:
      "SAC after offline pre-training without the recorded data: 10 normalised critics, 4 critic steps an update",
    source: "Zhou et al. 2024, algorithm 1",
    formula: "SAC's losses; y backs up the minimum of a random few target critics, the policy climbs the mean of all",
  }),
  iql: define("iql", iqlSettings, iql, {
    summary: "Implicit Q-learning: a value fitted to an upper expectile, a policy that imitates weighted by advantage",
    source: "Kostrikov et al. 2021, equations 5 to 7",
    formula:
      "V: expectile loss of min Q' - V; Q: mean((r + gamma·V(s') - Q)^2); policy: -exp(beta·(min Q' - V))·log pi(a|s)",
  }),
  awac: define("awac", awacSettings, awac, {
    summary:
      "Advantage-weighted actor-critic: a policy that imitates the data weighted by their advantage over its own",
    source: "Nair et al. 2020, algorithm 1",
    formula: "critics: mean((Q - y)^2); policy: -exp((min Q(s, a) - min Q(s, pi))/lambda)·log pi(a|s)",
  }),
  "td3-bc": define("td3-bc", td3BcSettings, td3Bc, {
    summary: "TD3 with behaviour cloning: a deterministic policy that stays near the data's actions",
    source: "Fujimoto and Gu 2021; weaker cloning online: Beeson and Montana 2022",
    formula: "critics: mean((Q - y)^2), sum of both; policy: -alpha·mean Q1/mean|Q1| + mean((pi(s) - a)^2)",
  }),
  rebrac: define("rebrac", rebracSettings, rebrac, {
    summary: "TD3+BC with separate penalties for policy and critics, deeper networks and normalised critics",
    source: "Tarasov et al. 2023",
    formula: "y -= gamma·beta2·|a' - a'_data|^2; policy: beta1·|pi(s) - a|^2 - mean min Q/mean|min Q|",
  }),
  bc: define("bc", bcSettings, bc, {
    summary: "Behaviour cloning: the policy imitates the data, without critics",
    source: "Pomerleau 1989",
    formula: "mean(-log pi(a|s)), or mean((pi(s) - a)^2)",
  }),
  "cal-ql-discrete": define("cal-ql-discrete", calQlDiscreteSettings, qLearning(calQlDiscreteLosses), {
    summary: "Cal-QL for discrete actions: values of other actions than the data's are not pushed below the return",
    source: "Nakamoto et al. 2023, equation 5.1, with the sum over all actions (cal-ql-discrete.ts says why so)",
    formula: "cql-discrete's losses with max(Q(s, a), G) for Q(s, a) of all actions but the data's in the log-sum-exp",
    needsReturnToGo: true,
    actions: "discrete",
  }),
  "cql-discrete": define("cql-discrete", cqlDiscreteSettings, qLearning(cqlDiscreteLosses), {
    summary: "Conservative Q-learning for discrete actions: DQN with a term that lowers the values of unseen actions",
    source: "Kumar et al. 2020, equation 4, CQL(H)",
    formula: "mean((Q - y)^2) + weight·mean(logsumexp over all actions of Q(s, .) - Q(s, a_data))",
    actions: "discrete",
  }),
  dqn: define("dqn", dqnSettings, qLearning(dqnLosses), {
    summary: "Deep Q-learning for discrete actions: double Q, an ensemble of critics, epsilon-greedy",
    source: "van Hasselt et al. 2016, equation 4",
    formula: "mean((Q(s, a) - y)^2), y = r + gamma·min Q'(s', a'), a' the best by the mean of the critics",
    actions: "discrete",
  }),
};

/** The names of calql's own agents. */
export type AgentName = keyof typeof definitions;

/**
 * Settings of any agent, all optional, as a caller may write them.
 * @template Own settings of an agent of your own, such as `SettingsInput<typeof mySettings>`
 */
export type AgentSettings<Own = unknown> = SettingsInput<typeof calQlSettings> &
  SettingsInput<typeof calQlDiscreteSettings> &
  SettingsInput<typeof iqlSettings> &
  SettingsInput<typeof awacSettings> &
  SettingsInput<typeof td3BcSettings> &
  SettingsInput<typeof rebracSettings> &
  SettingsInput<typeof bcSettings> &
  Own;

/** calql's own agents, in the order of the docs. */
export const builtInAgents = Object.keys(definitions) as readonly AgentName[];

const own = () => registered<AgentDefinition>("agents");

/** The names that the setting `agent` can be: calql's own, then others in the order of their registration. */
export function agentNames(): string[] {
  return [...builtInAgents, ...own().keys()];
}

/** @throws UsageError for an unknown name, with the nearest that exist */
export function agentDefinition(name: string): AgentDefinition {
  if (Object.hasOwn(definitions, name)) return definitions[name as AgentName];
  const definition = own().get(name);
  if (!definition) throw unknownName("agent", name, agentNames(), importHint("agent"));
  return definition;
}

/**
 * Makes an agent of your own known under a name, for settings, the command line and `Agent.create` (docs/own-agent.md).
 * @throws UsageError where the name is empty, taken or not one word, and where an entry of the agent is not what it must be
 */
export function registerAgent<Settings extends CommonSettings>(name: string, agent: OwnAgent<Settings>): void {
  if (typeof name !== "string" || name.trim() === "")
    throw new UsageError("An agent cannot be registered without a name; give it one.");
  if (!/^[\w.-]+$/.test(name))
    throw new UsageError(
      `The agent's name "${name}" must be one word of letters, digits, hyphens and dots; rename it.`,
    );
  if (agentNames().includes(name))
    throw new UsageError(`An agent "${name}" is registered already; register yours under another name.`);
  own().set(name, defineOwn(name, agent));
}

/**
 * `calql agents`: every agent with its formula, source, defaults and metrics, and every method, as the Markdown that
 * stands in docs/agents.md (a test compares them). It is made from the declarations alone.
 */
import type { Command } from "commander";
import type { AgentDefinition } from "../agents/definition.js";
import { describedMetrics, metricFamily, metricMeaning } from "../agents/metric-names.js";
import { agentDefinition, agentNames } from "../agents/registry.js";
import { parseSettings } from "../agents/settings.js";
import { methods } from "../settings/methods.js";
import { narrowed } from "../training/fitting-agents.js";
import { shownValue } from "./settings.js";

/** Sizes with which agents are declared only to see what they report. */
const EXAMPLE = { continuous: { actionSize: 2 }, discrete: { actionSize: 1, discreteActions: 3 } } as const;

export function defineAgents(command: Command): void {
  command.action(() => {
    process.stdout.write(agentsPage());
  });
}

export function agentsPage(): string {
  return [
    "# Agents",
    "",
    "The names that `--agent` accepts. An agent is a file in src/agents with an entry in its registry, or one that you",
    "write yourself ([own-agent.md](own-agent.md)). `calql agents` prints this page; with `--import FILE` it includes your",
    "own agents. [settings.md](settings.md) explains what each setting means.",
    "",
    ...agentNames().flatMap((name) => agentSection(agentDefinition(name))),
    "# Methods",
    "",
    "A method is an agent together with settings of the run; `--agent NAME` chooses both.",
    "",
    "| method | settings | what it is |",
    "| --- | --- | --- |",
    ...Object.entries(methods).map(([name, { settings, summary }]) => `| ${name} | ${listed(settings)} | ${summary} |`),
    "",
    "# Metrics",
    "",
    "| metric | meaning |",
    "| --- | --- |",
    ...describedMetrics.map((name) => `| ${name} | ${metricMeaning(name)} |`),
    "",
  ].join("\n");
}

/** One agent's part of the page. */
export function agentSection(agent: AgentDefinition): string[] {
  const settings = parseSettings(agent.settings, {}, agent.name);
  const [narrow] = narrowed([settings]);
  const { program } = agent.declare(narrow!, { observationSize: 3, ...EXAMPLE[agent.actions] }, 0);
  const metrics = [...new Set(Object.keys(program.metrics ?? {}).map(metricFamily))];
  const needs = agent.needsReturnToGo ? " Needs the return-to-go of every transition." : "";
  return [
    `## ${agent.name}`,
    "",
    `${agent.summary}. Actions: ${agent.actions}.${needs}`,
    "",
    `- Formula: ${agent.formula}`,
    `- Source: ${agent.source}`,
    `- Defaults: ${listed(settings)}`,
    `- Metrics: ${metrics.join(", ")}`,
    "",
  ];
}

function listed(settings: object): string {
  return Object.entries(settings)
    .map(([name, value]) => `\`${name}\` ${shownValue(value)}`)
    .join(", ");
}

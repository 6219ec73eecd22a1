/**
 * `calql settings`: every setting with its flag, default and sentence, as the Markdown table that stands in
 * docs/settings.md (a test compares them). It is made from the declarations alone.
 */
import type { Command } from "commander";
import { allSettings } from "../settings/configuration.js";
import { type Declaration, kebab, sentenceOf } from "./flags.js";

export function defineSettings(command: Command): void {
  command.action(() => {
    process.stdout.write(settingsTable());
  });
}

export function settingsTable(): string {
  const rows = [...allSettings()].map(([name, { schema, agents }]) => {
    const declaration = schema as Declaration;
    const whose = agents.length === 0 ? "run" : agents.join(", ");
    return `| \`${name}\` | \`--${kebab(name)}\` | ${defaultText(declaration)} | ${whose} | ${sentenceOf(declaration)} |`;
  });
  return [
    "# Settings",
    "",
    "Every setting is a flag of `calql train` and a name in a configuration file (`--config FILE`, YAML or JSON). The",
    "task's preset is overridden by the settings of a method (see agents.md), these by the file, and the file by the flags.",
    "A setting that none of them names has the default below, or the agent's own in agents.md. If another agent takes over",
    "online (`onlineAgent`), a file may give it settings of its own under `online:`; the shape of the networks stays.",
    "",
    "| setting | flag | default | of | meaning |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** An agent may have a default of its own; the table shows that of the first agent that declares the setting. */
function defaultText({ def }: Declaration): string {
  return def.defaultValue === undefined ? "" : shownValue(def.defaultValue);
}

/** A setting's value as the docs write it. */
export function shownValue(value: unknown): string {
  if (value === null) return "none";
  return `\`${Array.isArray(value) ? value.map((x) => x ?? "none").join(",") : String(value)}\``;
}

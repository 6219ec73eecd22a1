/**
 * Flags from declarations: every setting becomes `--its-name <value>` with its sentence and default, and what the user
 * wrote is read back as the type that the declaration asks for. Nothing about a setting is said twice.
 */
import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { parse } from "yaml";
import { UsageError } from "../errors.js";
import { allSettings, type TrainSettings } from "../training/configuration.js";

interface Declaration {
  readonly description?: string;
  readonly def: { readonly type: string; readonly innerType?: Declaration; readonly entries?: object };
}

/** Adds a flag for every setting of runs and agents. */
export function addSettingFlags(command: Command): Command {
  for (const [name, { schema, agents }] of allSettings()) {
    const declaration = schema as Declaration;
    const sentence = declaration.description ?? declaration.def.innerType?.description ?? "";
    const option = new Option(`--${kebab(name)} <${placeholder(declaration)}>`, sentence);
    option.helpGroup(agents.length === 0 ? "The run:" : `Agents (${agents.join(", ")}):`);
    command.addOption(option);
  }
  return command;
}

/** The settings that the user wrote: those of the file, and over them those of the flags. */
export function writtenSettings(flags: Readonly<Record<string, unknown>>, file: string | undefined): TrainSettings {
  const written: Record<string, unknown> = file === undefined ? {} : readSettingsFile(file);
  for (const [name, { schema }] of allSettings()) {
    const text = flags[name];
    if (typeof text !== "string") continue;
    const value = parseValue(text);
    written[name] = wantsList(schema as Declaration) && !Array.isArray(value) ? [value] : value;
  }
  return written as TrainSettings;
}

/** Reads a YAML or JSON file of settings. @throws UsageError naming the file and the place */
export function readSettingsFile(path: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new UsageError(`The settings file ${path} cannot be read: ${reason}. Give a YAML or JSON file.`);
  }
  if (content !== null && typeof content === "object" && !Array.isArray(content)) return { ...content };
  throw new UsageError(`The settings file ${path} must hold one "name: value" a line, such as "agent: cal-ql".`);
}

/** "criticLearningRate" as "critic-learning-rate". */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A flag's text as the value that it spells: numbers, true and false, none, lists with commas; words stay words. */
export function parseValue(text: string): unknown {
  if (text.includes(",")) return text.split(",").map((part) => parseValue(part.trim()));
  if (text === "true" || text === "false") return text === "true";
  if (text === "none" || text === "null") return null;
  const number = Number(text);
  return text.trim() !== "" && !Number.isNaN(number) ? number : text;
}

function wantsList({ def }: Declaration): boolean {
  return def.innerType ? wantsList(def.innerType) : def.type === "array";
}

function placeholder({ def }: Declaration): string {
  if (def.innerType) return placeholder(def.innerType);
  if (def.entries) return Object.keys(def.entries).join("|");
  return { number: "number", boolean: "true|false", array: "a,b,...", tuple: "low,high" }[def.type] ?? "name";
}

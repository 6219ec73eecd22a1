/**
 * Flags from declarations: every setting becomes `--its-name <value>` with its sentence and default, and what the user
 * wrote is read back as the type that the declaration asks for. Nothing about a setting is said twice.
 */
import { type Command, Option } from "commander";
import { parse } from "yaml";
import { UsageError } from "../errors.js";
import { readYaml } from "../files/read-yaml.js";
import { allSettings, type TrainSettings } from "../settings/configuration.js";
import { formerNames } from "../settings/settings.js";
import { refuseSwallowedFlag } from "./usage.js";

/** What a flag needs to know of a zod declaration. */
export interface Declaration {
  readonly description?: string;
  readonly def: {
    readonly type: string;
    readonly innerType?: Declaration;
    readonly entries?: object;
    readonly defaultValue?: unknown;
  };
}

/** The settings that most runs are told; the help shows these, and `--help-all` the rest. */
const WHAT_MATTERS: readonly string[] = [
  ...["task", "dataset", "mapping", "preset", "agent", "onlineAgent", "seed", "offlineUpdates", "onlineSteps"],
  ...["mixingRatio", "evaluationEpisodes", "evaluateEveryUpdates", "heldOutShare", "actionBounds"],
  ...["normaliseObservations", "rewardScale", "rewardShift", "batchSize", "discount", "criticLearningRate"],
];

/**
 * Adds a flag for every setting of runs and agents, except those that the verb has other words for, and `--help-all`,
 * which shows them all.
 */
export function addSettingFlags(command: Command, except: readonly string[] = []): Command {
  for (const [name, { schema, agents }] of allSettings()) {
    if (except.includes(name)) continue;
    const declaration = schema as Declaration;
    const sentence = sentenceOf(declaration);
    const option = new Option(`--${kebab(name)} ${placeholder(declaration)}`, sentence);
    if (command.options.some(({ long }) => long === option.long))
      throw new UsageError(
        `The setting ${name} of ${agents.join(", ")} has the name of a flag of calql ${command.name()}; rename it.`,
      );
    option.helpGroup(agents.length === 0 ? "The run:" : `Agents (${agents.join(", ")}):`);
    command.addOption(option.hideHelp(!WHAT_MATTERS.includes(name)));
  }
  addHelpAll(command);
  for (const former of Object.keys(formerNames)) command.addOption(new Option(`--${kebab(former)} <value>`).hideHelp());
  return command;
}

function addHelpAll(command: Command): void {
  const hidden = command.options.filter((option) => option.hidden);
  let all = false;
  command
    .option("--help-all", "show every setting")
    .on("option:help-all", () => {
      all = true;
      for (const option of hidden) option.hideHelp(false);
      command.help();
    })
    .addHelpText("after", () => (all ? "" : `\n${hidden.length} more settings: calql ${command.name()} --help-all`));
}

/** The settings that the user wrote: those of the file, and over them those of the flags, but for the exceptions. */
export function writtenSettings(
  command: Command,
  flags: Readonly<Record<string, unknown>>,
  except: readonly string[] = [],
): TrainSettings {
  const written = typeof flags.config === "string" ? readSettingsFile(flags.config) : {};
  const settings = allSettings();
  for (const name of [...settings.keys(), ...Object.keys(formerNames)]) {
    const given = flags[name];
    // The parser says true of a flag without a value where it may stand alone.
    const text = given === true ? "true" : given;
    if (typeof text !== "string" || except.includes(name)) continue;
    refuseSwallowedFlag(command, `--${kebab(name)}`, text);
    const today = formerNames[name] ?? name;
    // A flag holds over the file, whichever of its names is used.
    delete written[today];
    written[name] = valueFor(settings.get(today)!.schema as Declaration, text);
  }
  return written as TrainSettings;
}

/** Reads a YAML or JSON file of settings, or a run's config.json. @throws UsageError naming the file and the place */
export function readSettingsFile(path: string): Record<string, unknown> {
  const content = readYaml("The settings file", path) ?? {};
  if (!isRecord(content))
    throw new UsageError(`The settings file ${path} must hold one "name: value" a line, such as "agent: cal-ql".`);
  return "calqlVersion" in content && isRecord(content.settings) ? { ...content.settings } : { ...content };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** "criticLearningRate" as "critic-learning-rate". */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * A flag's text as the value that the setting's declaration asks for: "64,64" as a list, "none" as null where that is
 * allowed, words as they are. What does not fit stays text, and the declaration refuses it by name.
 */
export function valueFor({ def }: Declaration, text: string): unknown {
  if (def.type === "nullable") return text === "none" || text === "null" ? null : valueFor(def.innerType!, text);
  if (def.innerType) return valueFor(def.innerType, text);
  if (def.type === "array" || def.type === "tuple") return text.split(",").map((part) => scalar(part.trim()));
  if (def.type === "object") return objectIn(text);
  return def.type === "string" || def.type === "enum" ? text : scalar(text);
}

/** "{below: 5, episodes: 10}" as YAML or JSON; what is neither stays text. */
function objectIn(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function scalar(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  if (text === "none" || text === "null") return null;
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}

export function sentenceOf(declaration: Declaration): string {
  return declaration.description ?? declaration.def.innerType?.description ?? "";
}

/** What stands after a flag in the help; in brackets what may be left out: a flag alone means true. */
function placeholder({ def }: Declaration): string {
  if (def.innerType) return placeholder(def.innerType);
  if (def.type === "boolean") return "[true|false]";
  if (def.entries) return `<${Object.keys(def.entries).join("|")}>`;
  const words: Record<string, string> = {
    number: "number",
    array: "a,b,...",
    tuple: "low,high",
    object: "{name: value}",
  };
  return `<${words[def.type] ?? "name"}>`;
}

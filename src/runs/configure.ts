/**
 * The settings of a run, resolved for this machine: what they leave open depends on the number of its cores.
 */
import { availableParallelism } from "node:os";
import { UsageError } from "../errors.js";
import { readYaml } from "../files/read-yaml.js";
import { type Configuration, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";

/** @throws UsageError as `resolveConfiguration` does */
export function configure(settings: TrainSettings): Configuration {
  return resolveConfiguration(withMapping(settings), availableParallelism());
}

/** The content of a mapping file belongs to the settings: a run is resumed from any folder, and files are changed. */
function withMapping(settings: TrainSettings): TrainSettings {
  const { mapping } = settings ?? {};
  return typeof mapping === "string" ? { ...settings, mapping: mappingIn(mapping) } : settings;
}

function mappingIn(path: string): Record<string, unknown> {
  const content = readYaml("The mapping", path);
  if (content !== null && typeof content === "object" && !Array.isArray(content)) return { ...content };
  throw new UsageError(
    `The mapping ${path} must hold one "column: what it is" a line, such as "reward: revenue"; see docs/data.md.`,
  );
}

/**
 * What the numbers of a policy's observations and actions are, as its file says in its metadata: the columns and categories
 * of a log's mapping, or the names that an environment gives its actions.
 */
import { z } from "zod";
import type { NumberNames } from "../data/episode.js";
import { DataError } from "../errors.js";

const list = z.array(z.string());

/** The entries of a file's metadata, each a list as JSON. */
const keys = { observations: "observationNames", actions: "actionNames" } as const;

/** As metadata. */
export function namesAsMetadata({ observations, actions }: NumberNames = {}): Record<string, string> {
  return {
    ...(observations && { [keys.observations]: JSON.stringify(observations) }),
    ...(actions && { [keys.actions]: JSON.stringify(actions) }),
  };
}

/**
 * The names in a file's metadata; what it does not say is left out.
 * @param file for the error
 * @throws DataError where an entry is no list of texts
 */
export function namesInMetadata(metadata: Readonly<Record<string, string>>, file: string): NumberNames {
  return Object.fromEntries(
    Object.entries(keys).flatMap(([what, key]) => {
      const told = metadata[key];
      return told === undefined ? [] : [[what, namesIn(told, key, file)]];
    }),
  );
}

function namesIn(told: string, key: string, file: string): readonly string[] {
  try {
    return list.parse(JSON.parse(told));
  } catch {
    throw new DataError(`The metadata entry ${key} of "${file}" is no list of names as JSON; export the policy again.`);
  }
}

/**
 * What a Minari dataset says about itself: from version 0.5 on in data/metadata.json, before in the attributes of
 * main_data.hdf5.
 */
import { DataError } from "../../../errors.js";
import { type DataFiles, readWhole } from "../../containers/files.js";
import { parsePythonJson } from "../../containers/python-json.js";
import { parseSpace, type Space } from "./minari-space.js";

/** What the metadata state; an absent field was not stated. */
export interface MinariMetadata {
  readonly episodes?: number | undefined;
  readonly steps?: number | undefined;
  readonly observationSpace?: Space | undefined;
  readonly actionSpace?: Space | undefined;
}

/** How the episodes are stored. */
export type MinariStorageKind = "hdf5" | "arrow" | "parquet";

/** The groups of main_data.hdf5. */
export const episodeName = /^episode_(0|[1-9]\d{0,8})$/;

const largestMetadata = 2 ** 23;

/**
 * The metadata beside the data.
 * @throws DataError where the file is damaged or says what no Minari dataset says
 */
export function readMetadata(files: DataFiles, path: string): MinariMetadata & { readonly storage: MinariStorageKind } {
  const where = `"${files.name}": "${path}"`;
  const json = parsePythonJson(new TextDecoder().decode(readWhole(files, path, largestMetadata)), where);
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new DataError(`${where} is no JSON object; copy the dataset again.`);
  const fields = new Map<string, unknown>(Object.entries(json));
  const storage = fields.get("data_format") ?? "hdf5";
  if (storage !== "hdf5" && storage !== "arrow" && storage !== "parquet")
    throw new DataError(
      `${where} names a data_format that is none of hdf5, arrow and parquet; convert it with Minari.`,
    );
  return { ...metadataOf(fields, where), storage };
}

/** Metadata from named values, be they JSON fields or attributes. @throws DataError for a value that cannot be */
export function metadataOf(fields: ReadonlyMap<string, unknown>, where: string): MinariMetadata {
  return {
    episodes: count(fields, "total_episodes", where),
    steps: count(fields, "total_steps", where),
    observationSpace: space(fields, "observation_space", where),
    actionSpace: space(fields, "action_space", where),
  };
}

function count(fields: ReadonlyMap<string, unknown>, key: string, where: string): number | undefined {
  const value = fields.get(key);
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new DataError(`${where} has a "${key}" that is no number of them; copy the dataset again.`);
}

function space(fields: ReadonlyMap<string, unknown>, key: string, where: string): Space | undefined {
  const value = fields.get(key);
  if (value === undefined || value === null) return undefined;
  const place = `${where}, "${key}",`;
  return parseSpace(typeof value === "string" ? parsePythonJson(value, place) : value, place);
}

/**
 * Observations as they travel in JSON: a vector is a list of numbers; other parts are told by name, pictures as lists of
 * numbers or as base64 of their bytes, row by row.
 */
import {
  allocate,
  type ObservationParts,
  type Observations,
  STATE,
  type Values,
  vectorSizeOf,
  widthOf,
} from "../../columns.js";

/**
 * One observation from its JSON.
 * @returns its parts, or what is wrong with it, to follow "The observation"
 */
export function readObservation(value: unknown, parts: ObservationParts): Observations | string {
  if (vectorSizeOf(parts) !== undefined && Array.isArray(value)) return readPart(value, parts, STATE);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `is not ${wanted(parts)}`;
  const given = value as Readonly<Record<string, unknown>>;
  const found: Record<string, Values> = {};
  for (const name of Object.keys(given))
    if (!Object.hasOwn(parts, name)) return `has an unknown part; give ${wanted(parts)}`;
  for (const name of Object.keys(parts)) {
    const part = Object.hasOwn(given, name) ? readPart(given[name], parts, name) : `lacks the part ${name}`;
    if (typeof part === "string") return part;
    found[name] = part[name]!;
  }
  return found;
}

/** "a list of 4 numbers", "{state: a list of 4 numbers, image: ...}" */
function wanted(parts: ObservationParts): string {
  const list = (name: string) => `a list of ${widthOf(parts[name]!)} numbers`;
  if (vectorSizeOf(parts) !== undefined) return list(STATE);
  const named = Object.keys(parts).map((name) => {
    return `${name}: ${list(name)}${parts[name]!.type === "uint8" ? " or base64 of so many bytes" : ""}`;
  });
  return `{${named.join(", ")}}`;
}

function readPart(value: unknown, parts: ObservationParts, name: string): Observations | string {
  const part = parts[name]!;
  const values = allocate(part, 1);
  const problem =
    typeof value === "string" && values instanceof Uint8Array ? fillFromBase64(values, value) : fill(values, value);
  return problem === undefined ? { [name]: values } : `${name === STATE ? "" : `has a part ${name} that `}${problem}`;
}

/** Numbers must fit into the array's elements: a float that overflows is none. */
function fill(values: Values, given: unknown): string | undefined {
  const problem = `is not a list of ${values.length} ${values instanceof Float32Array ? "finite numbers" : "whole numbers"}`;
  if (!Array.isArray(given) || given.length !== values.length) return problem;
  const isFloat = values instanceof Float32Array;
  for (let i = 0; i < given.length; i++) {
    const number: unknown = given[i];
    if (typeof number !== "number") return problem;
    values[i] = number;
    if (isFloat ? !Number.isFinite(values[i]!) : values[i] !== number) return problem;
  }
  return undefined;
}

function fillFromBase64(values: Uint8Array, text: string): string | undefined {
  const problem = `is not base64 of ${values.length} bytes`;
  if (text.length !== 4 * Math.ceil(values.length / 3) || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return problem;
  const bytes = atob(text);
  if (bytes.length !== values.length) return problem;
  for (let i = 0; i < bytes.length; i++) values[i] = bytes.charCodeAt(i);
  return undefined;
}

/**
 * What a value must be, in words that fit into a sentence: zod finds what is wrong, this says what would be right.
 * "The setting discount is 2; it must be at most 1." is what a person reads, not "Too big: expected number to be <=1".
 */
import type { z } from "zod";
import { suggestion, UsageError, unknownName } from "./errors.js";

type Issue = z.core.$ZodIssue;

/**
 * Checks named values against their declaration and fills in the defaults.
 * @param kind what one value is called ("setting"); @param owner whose it is ('agent "cql"')
 * @throws UsageError naming the value and what it must be; an unknown name is refused with the nearest known one
 */
export function parseDeclared<S extends z.ZodObject>(
  schema: S,
  values: object,
  kind: string,
  owner: string,
): z.infer<S> {
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(values)) if (!known.includes(key)) throw unknownName(`${kind} of ${owner}`, key, known);
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A misspelt entry leaves out the one that was meant, which says less than its name.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  const name = String(issue.path[0]);
  const value = (values as Readonly<Record<string, unknown>>)[name];
  const wrong =
    issue.code === "unrecognized_keys"
      ? unknownEntry(issue.keys[0]!, entriesOf(schema.shape[name] as Nested))
      : requirement(issue, value);
  throw new UsageError(`The ${kind} ${name} of ${owner} is ${shown(value)}; ${wrong}.`);
}

interface Nested {
  readonly def: { readonly innerType?: Nested };
  readonly shape?: object;
}

/** The entries of an object, which may be optional. */
function entriesOf({ def, shape }: Nested): string[] {
  if (shape) return Object.keys(shape);
  return def.innerType ? entriesOf(def.innerType) : [];
}

function unknownEntry(key: string, known: readonly string[]): string {
  const space = key.includes(":") ? "; a space stands after each colon" : "";
  const entries = known.length > 0 ? `; its entries are ${known.join(", ")}` : "";
  return `it has no entry ${JSON.stringify(key)}${near(suggestion(key, known))}${entries}${space}`;
}

/** A suggestion inside a sentence: ' (did you mean "cql"?)'. */
function near(said: string): string {
  return said.replace(/^ Did (.*)$/, " (did $1)");
}

/** "it must be at most 1", "entry 2 must be a whole number"; `value` is what was given where the issue's path begins. */
export function requirement(issue: Issue, value: unknown): string {
  const place = issue.path.at(-1);
  const inside = issue.path.length > 1;
  const subject = !inside ? "it" : typeof place === "number" ? `entry ${place + 1}` : `its ${String(place)}`;
  const nested = issue.path.slice(1).reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], value);
  return `${subject} must ${demand(issue, nested)}`;
}

/** A value as a person would write it, shortened. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return value === null ? "none" : String(value);
  const text = textOf(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

function textOf(value: object): string {
  try {
    return JSON.stringify(value, withName).replaceAll(/"\\u0000(-?Infinity|NaN)"/g, "$1");
  } catch {
    // A file may nest a value so deeply that the stack does not suffice.
    return Array.isArray(value) ? "[...]" : "{...}";
  }
}

/** JSON writes what is no finite number as null; a person did not. */
function withName(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? `\0${value}` : value;
}

function demand(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      if (typeof value === "number" && !Number.isFinite(value)) return "be a finite number";
      return `be ${kinds[issue.expected] ?? `of type ${issue.expected}`}`;
    case "too_small":
      return issue.origin === "array"
        ? `have at least ${entries(issue.minimum)}`
        : `be ${issue.inclusive ? "at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array"
        ? `have at most ${entries(issue.maximum)}`
        : `be ${issue.inclusive ? "at most" : "below"} ${issue.maximum}`;
    case "invalid_value":
      return oneOf(issue.values.map(String), value);
    default:
      return issue.message;
  }
}

const kinds: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
  array: "a list such as 64,64",
  tuple: "a pair such as 0,1",
  object: "an object",
  record: 'lines of "name: value"',
};

function entries(count: number | bigint): string {
  return `${count} ${Number(count) === 1 ? "entry" : "entries"}`;
}

function oneOf(values: readonly string[], value: unknown): string {
  const nearest = typeof value === "string" ? near(suggestion(value, values)) : "";
  return values.length === 1 ? `be ${values[0]}` : `be one of ${values.join(", ")}${nearest}`;
}

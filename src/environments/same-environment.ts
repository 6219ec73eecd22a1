/**
 * A run makes several environments of one name: to collect in, to be measured in, and fresh ones after failures. Its
 * networks and replays have the sizes of the first, so each later one must be of the same kind.
 */
import { type Environment, observationPartsOf } from "./environment.js";

/** What an environment says of its kind. */
export type Declared = Pick<Environment, "observationSpace" | "actionSpace" | "horizon">;

/**
 * How an environment differs in kind from the first one, in words; undefined if it does not. The bounds of observations
 * may differ: nothing is computed from them.
 */
export function differenceFrom(first: Declared, made: Declared): string | undefined {
  const declared = declarations(made);
  for (const [i, [name, was]] of declarations(first).entries()) {
    const is = declared[i]?.[1];
    if (!Object.is(is, was)) return `it is not like the first one of this run: its ${name} is ${is} instead of ${was}`;
  }
  return undefined;
}

type Declaration = readonly [name: string, value: unknown];

function observed(space: Environment["observationSpace"] | undefined): Declaration[] {
  if (space?.kind !== "dict") return [["observationSpace.size", space?.size]];
  const parts = Object.entries(observationPartsOf(space));
  return parts.map(([name, part]) => [`observationSpace.parts.${name}`, `${part.type} ${part.shape.join(" x ")}`]);
}

/** Names and values; lists of two environments name the same things as far as their values are the same. */
function declarations({ observationSpace, actionSpace: space, horizon }: Declared): Declaration[] {
  const all: Declaration[] = [...observed(observationSpace), ["horizon", horizon], ["actionSpace.kind", space?.kind]];
  if (space?.kind === "discrete") return [...all, ["actionSpace.count", space.count]];
  all.push(["actionSpace.size", space?.size]);
  for (let i = 0; i < (space?.size ?? 0); i++)
    for (const bound of ["low", "high"] as const) all.push([`actionSpace.${bound}[${i}]`, space[bound]?.[i]]);
  return all;
}

/**
 * What clients may ask, checked: a key that is not known is refused, so that a misspelt one is not silently ignored.
 */
import type { ObservationParts, Observations } from "../data/columns.js";
import { decisionOf, type LoggedObservation } from "../data/formats/served/served-lines.js";
import { readObservation } from "../data/formats/served/served-observation.js";
import { Refusal } from "./refusal.js";

/** An action is asked for. */
export interface ActRequest {
  /** Undefined: a new episode. */
  readonly episode: string | undefined;
  readonly observation: Observations;
  /** The observation as it was sent, for the log. */
  readonly sent: LoggedObservation;
  /** Whether to draw the action; undefined: as the server was told. */
  readonly stochastic: boolean | undefined;
}

export interface RewardRequest {
  readonly decision: string;
  readonly episode: string;
  readonly step: number;
  readonly reward: number;
}

export interface EndRequest {
  readonly episode: string;
  readonly how: "terminated" | "truncated";
  /** As it was sent. */
  readonly observation: LoggedObservation | undefined;
}

/** So many requests of one body are answered together. */
export const MOST_IN_BATCH = 1024;
const LONGEST_NAME = 200;

/** @returns the requests, and whether they came as a list `batch`; @throws Refusal (400) */
export function readAct(
  body: unknown,
  parts: ObservationParts,
): { readonly acts: ActRequest[]; readonly batch: boolean } {
  if (typeof body === "object" && body !== null && Object.hasOwn(body, "batch")) {
    const { batch } = objectWith(body, "the body", ["batch"]);
    if (!Array.isArray(batch) || batch.length === 0 || batch.length > MOST_IN_BATCH)
      throw new Refusal(400, `"batch" must be a list of 1 to ${MOST_IN_BATCH} objects {"episode", "observation"}.`);
    return { acts: batch.map((one, i) => readOneAct(one, `entry ${i + 1} of the batch`, parts)), batch: true };
  }
  return { acts: [readOneAct(body, "the body", parts)], batch: false };
}

function readOneAct(body: unknown, what: string, parts: ObservationParts): ActRequest {
  const { episode, observation, stochastic } = objectWith(body, what, ["episode", "observation", "stochastic"]);
  if (stochastic !== undefined && typeof stochastic !== "boolean")
    throw new Refusal(400, `"stochastic" of ${what} must be true or false.`);
  return {
    episode: episode === undefined ? undefined : readName(episode),
    observation: observed(observation, what, parts),
    sent: observation as LoggedObservation,
    stochastic,
  };
}

/** @throws Refusal (400) */
export function readReward(body: unknown): RewardRequest {
  const { decision, reward } = objectWith(body, "the body", ["decision", "reward"]);
  const found = typeof decision === "string" ? decisionOf(decision) : undefined;
  if (found === undefined) throw new Refusal(400, '"decision" must be what the answer to /act calls so.');
  if (typeof reward !== "number" || !Number.isFinite(Math.fround(reward)))
    throw new Refusal(400, '"reward" must be a finite number.');
  return { decision: decision as string, ...found, reward };
}

/** @throws Refusal (400) */
export function readEnd(body: unknown, parts: ObservationParts): EndRequest {
  const { episode, how = "terminated", observation } = objectWith(body, "the body", ["episode", "how", "observation"]);
  if (how !== "terminated" && how !== "truncated")
    throw new Refusal(400, '"how" must be "terminated" (the task ended) or "truncated" (it was broken off).');
  if (observation !== undefined) observed(observation, "the body", parts);
  return { episode: readName(episode), how, observation: observation as LoggedObservation | undefined };
}

function observed(value: unknown, what: string, parts: ObservationParts): Observations {
  const read = readObservation(value, parts);
  if (typeof read === "string") throw new Refusal(400, `The observation of ${what} ${read}.`);
  return read;
}

function readName(episode: unknown): string {
  if (
    typeof episode === "string" &&
    episode.length > 0 &&
    episode.length <= LONGEST_NAME &&
    !/\p{Surrogate}/u.test(episode)
  )
    return episode;
  throw new Refusal(400, `"episode" must be a text of 1 to ${LONGEST_NAME} characters.`);
}

function objectWith<Key extends string>(
  value: unknown,
  what: string,
  keys: readonly Key[],
): Readonly<Partial<Record<Key, unknown>>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal(400, `Send ${what} as an object of ${keys.map((key) => `"${key}"`).join(", ")}.`);
  for (const key of Object.keys(value))
    if (!(keys as readonly string[]).includes(key))
      throw new Refusal(400, `There is an unknown key in ${what}; known: ${keys.map((key) => `"${key}"`).join(", ")}.`);
  return value as Readonly<Partial<Record<Key, unknown>>>;
}

/**
 * The lines of a policy server's log, as the server writes them and its reader reads them: a header, then decisions,
 * their rewards and the ends of episodes in the order in which they happened, and what the server did in between.
 */
import { z } from "zod";

const numbers = z.array(z.number());
const partSchema = z.object({ type: z.enum(["float32", "uint8", "int32"]), shape: z.array(z.int().min(1)) });

/** What is served: policies of other sizes need another log. */
const headerSchema = z.object({
  kind: z.literal("calql-served"),
  version: z.literal(1),
  /** The parts of an observation. */
  observations: z.record(z.string(), partSchema),
  /** How many actions there are to choose from, or how many numbers one has and between which bounds. */
  actions: z.union([
    z.object({ discrete: z.int().min(1) }),
    z.object({ size: z.int().min(1), low: numbers.optional(), high: numbers.optional() }),
  ]),
});

/** An observation as clients send it: a vector, or parts by name; bytes are base64 of the row-major picture. */
const observationSchema = z.union([numbers, z.record(z.string(), z.union([numbers, z.string()]))]);
export type LoggedObservation = z.infer<typeof observationSchema>;

const decisionSchema = z.object({
  kind: z.literal("decision"),
  decision: z.string(),
  episode: z.string(),
  /** From 0 on, 1 more from decision to decision of an episode. */
  step: z.int().min(0),
  observation: observationSchema,
  /** The number of a choice, or a vector in the environment's units. */
  action: z.union([z.number(), numbers]),
  /** The probability of the choice, or the density of the vector; null where a vector was not drawn. */
  propensity: z.number().nullable(),
  /** The version of the policy that chose. */
  policy: z.string(),
  /** "canary" where the share of the second policy chose. */
  canary: z.literal(true).optional(),
  /** What a second policy would have done. */
  shadow: z.object({ policy: z.string(), action: z.union([z.number(), numbers]) }).optional(),
  /** Milliseconds since 1970. */
  time: z.number(),
});

const rewardSchema = z.object({
  kind: z.literal("reward"),
  decision: z.string(),
  reward: z.number(),
  time: z.number(),
});

const endSchema = z.object({
  kind: z.literal("end"),
  episode: z.string(),
  /** "terminated": the task ended; "truncated": it was broken off, the clock being one reason. */
  how: z.enum(["terminated", "truncated"]),
  /** What was seen after the last action, where the client told. */
  observation: observationSchema.optional(),
  /** Set where the server ended it, because nothing was heard of it. */
  idle: z.literal(true).optional(),
  time: z.number(),
});

/** What the server did: it started, took another policy, or took the share of the second one back. */
const eventSchema = z.object({
  kind: z.literal("event"),
  event: z.enum(["start", "policy", "guard"]),
  /** In words. */
  message: z.string(),
  /** The version of the policy that it is about. */
  policy: z.string().optional(),
  time: z.number(),
});

export const servedLineSchema = z.discriminatedUnion("kind", [
  headerSchema,
  decisionSchema,
  rewardSchema,
  endSchema,
  eventSchema,
]);

export type ServedHeader = z.infer<typeof headerSchema>;
export type DecisionLine = z.infer<typeof decisionSchema>;
export type RewardLine = z.infer<typeof rewardSchema>;
export type EndLine = z.infer<typeof endSchema>;
export type EventLine = z.infer<typeof eventSchema>;
export type ServedLine = z.infer<typeof servedLineSchema>;

/** The identity of a decision: its episode and its step. */
export function decisionId(episode: string, step: number): string {
  return `${episode}#${step}`;
}

/** The episode and step of a decision; undefined for what is no identity of one. */
export function decisionOf(id: string): { readonly episode: string; readonly step: number } | undefined {
  const [, episode, step] = /^(.+)#(0|[1-9]\d{0,8})$/s.exec(id) ?? [];
  return episode === undefined ? undefined : { episode, step: Number(step) };
}

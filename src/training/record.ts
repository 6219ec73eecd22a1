/**
 * What a run reports while it runs and when it ends: lines of metrics, evaluations and notices, and a summary. Where
 * they go is a RunSink's business (ports.ts): files of a run folder, memory, a page.
 */
import { z } from "zod";
import { phaseSchema } from "../settings/settings.js";

/** A measured number. JSON has no NaN or infinity: JSON.stringify writes them as null, and null is read as NaN. */
const measured = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

/** Where a line stands in a run. */
const positionShape = {
  phase: phaseSchema,
  /** Updates since the beginning of the run, both phases together. */
  updates: z.number().int().min(0),
  /** Environment steps of the online phase; 0 offline. */
  onlineSteps: z.number().int().min(0),
  /** Seconds since the run began. */
  seconds: z.number().min(0),
};

/** Means over the updates since the previous line; names are those of the agent's metrics. */
export const metricsLineSchema = z.object({ ...positionShape, metrics: z.record(z.string(), measured) });
export type MetricsLine = z.infer<typeof metricsLineSchema>;

export const evaluationLineSchema = z.object({
  ...positionShape,
  /** What these say is told where an evaluator does (ports.ts). */
  episodes: z.number().int().min(1),
  successRate: z.number().min(0).max(1).optional(),
  returnMean: measured,
  returnStandardDeviation: measured.optional(),
  lengthMean: measured.optional(),
  /** D4RL's score of the mean return, where the task has one: 0 is random, 100 an expert. */
  normalisedScore: measured.optional(),
  estimate: z.object({ low: measured, high: measured, logged: measured }).optional(),
});
export type EvaluationLine = z.infer<typeof evaluationLineSchema>;

/** Something that a person should know though the run went on. */
export const noticeLineSchema = z.object({
  ...positionShape,
  kind: z.enum(["values-too-high", "values-too-low", "dropped-episode", "switch", "rollback", "data", "other"]),
  notice: z.string(),
});
export type NoticeLine = z.infer<typeof noticeLineSchema>;

export const runSummarySchema = z.object({
  status: z.enum(["completed", "interrupted", "failed"]),
  /** Why it failed, one sentence. */
  reason: z.string().optional(),
  updates: z.number(),
  onlineSteps: z.number(),
  onlineEpisodes: z.number(),
  seconds: z.number(),
  /** Of them spent on checkpoints. */
  checkpointSeconds: z.number().optional(),
  /** NaN for a phase that did not take place. */
  offlineUpdatesPerSecond: measured,
  onlineUpdatesPerSecond: measured,
});
export type RunSummary = z.infer<typeof runSummarySchema>;

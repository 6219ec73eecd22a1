/**
 * What a run leaves behind on a disk: a folder of plain files that can be read without calql. `config.json`
 * (RunConfig) says what was run; `metrics.jsonl`, `evaluations.jsonl` and, where there was anything to report,
 * `notices.jsonl` hold one JSON object per line, `summary.json` says how it ended (training/record.ts declares these);
 * `policy.onnx` is the policy, `report.html` its report. The writer, the reader and the report follow this file.
 */
import { z } from "zod";

export const runConfigSchema = z.object({
  calqlVersion: z.string(),
  startedAt: z.string(),
  /** Every setting of the run, resolved: preset, file and flags together. */
  settings: z.record(z.string(), z.unknown()),
  /** For which tasks the preset was made that they started from: "antmaze-*", or "any task"; older runs do not say. */
  presetFor: z.string().optional(),
  /** Files that registered what the run needs, by absolute paths (`--import`); they are imported when it goes on. */
  imports: z.array(z.string()).optional(),
  dataset: z.object({
    source: z.string(),
    episodes: z.number(),
    steps: z.number(),
    /** The numbers of an observation, all parts together. */
    observationSize: z.number(),
    /** The parts, where there is more than a vector. */
    observations: z
      .record(z.string(), z.object({ type: z.enum(["float32", "uint8", "int32"]), shape: z.array(z.number()) }))
      .optional(),
    actionSize: z.number(),
    /** Recorded episodes beside these, by which a run without a task judged its policies. */
    heldOut: z.object({ episodes: z.number(), steps: z.number() }).optional(),
    /** What the numbers of observations and actions are, where the data or the environment say it. */
    names: z
      .object({ observations: z.array(z.string()).optional(), actions: z.array(z.string()).optional() })
      .optional(),
    /** Mean undiscounted return of recorded episodes, 64 at most, spread evenly; runs of an earlier calql do not say. */
    returnMean: z.number().optional(),
  }),
  hardware: z.object({
    processor: z.string(),
    cores: z.number(),
    memoryGiB: z.number(),
    platform: z.string(),
    node: z.string(),
  }),
});
export type RunConfig = z.infer<typeof runConfigSchema>;

export const runFiles = {
  config: "config.json",
  metrics: "metrics.jsonl",
  evaluations: "evaluations.jsonl",
  notices: "notices.jsonl",
  summary: "summary.json",
  policy: "policy.onnx",
  report: "report.html",
} as const;

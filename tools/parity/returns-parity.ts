/**
 * Compares returns-to-go with those of the reference: replays recorded cases {discount, sparse, failureReward, rewards,
 * terminals, returnToGo}; rewards are already scaled.
 */
import { z } from "zod";
import { returnsToGo } from "../../src/data/returns.js";
import { recorded } from "./parity-recording.js";

const recordingSchema = z.object({
  cases: z
    .array(
      z.object({
        discount: z.number(),
        sparse: z.boolean(),
        failureReward: z.number().nullish(),
        rewards: z.array(z.number()),
        terminals: z.array(z.number()),
        returnToGo: z.array(z.number()),
      }),
    )
    .min(1),
});

/** Whether a recording holds cases of returns-to-go (and not updates). */
export function isReturnsRecording(content: unknown): boolean {
  return typeof content === "object" && content !== null && "cases" in content;
}

/** The largest relative deviation over all cases. @throws DataError naming the first malformed place */
export function replayReturns(content: unknown, source: string) {
  const { cases } = recorded(recordingSchema, content, `${source} is not a recording of returns-to-go`);
  const deviation = Math.max(...cases.map(caseDeviation));
  return {
    algorithm: "returns-to-go",
    steps: cases.length,
    losses: new Map([["returnToGo", deviation]]),
    parameters: new Map<string, number>(),
  };
}

function caseDeviation({
  discount,
  sparse,
  failureReward,
  rewards,
  terminals,
  returnToGo,
}: z.infer<typeof recordingSchema>["cases"][number]): number {
  const rule = { discount, ...(sparse && failureReward != null && { sparseFailureReward: failureReward }) };
  const ours = returnsToGo(rewards, terminals, rule);
  if (ours.length !== returnToGo.length) return Number.NaN;
  return returnToGo.reduce((largest, expected, i) => {
    return Math.max(largest, relativeDeviation(ours[i]!, expected));
  }, 0);
}

/** Relative to the recorded value, absolute where that is small. */
export function relativeDeviation(value: number, expected: number): number {
  return Math.abs(value - expected) / Math.max(Math.abs(expected), 1e-2);
}

/** For tests: comparisons of runs of a second, on a point maze, in a folder of their own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkpointFolder } from "../runs/checkpoints/store.js";
import type { TrainSettings } from "../settings/configuration.js";
import { type Comparison, variantOf, withCommon } from "./comparison.js";

export const tinySettings: TrainSettings = {
  preset: "laptop",
  batchSize: 8,
  nActions: 2,
  actorHidden: [8],
  criticHidden: [8],
  offlineUpdates: 20,
  onlineSteps: 20,
  evaluationEpisodes: 1,
  logEveryUpdates: 10,
};

/** Agents over two seeds, with little data. */
export function tinyComparison(agents: readonly string[], settings: TrainSettings = {}): Comparison {
  return {
    tasks: ["pointmaze-umaze"],
    seeds: [0, 1],
    variants: withCommon(agents.map(variantOf), { ...tinySettings, ...settings }, "under"),
    collection: { steps: 300, seed: 0 },
  };
}

export function newPlace() {
  const place = mkdtempSync(join(tmpdir(), "calql-compare-"));
  return { place, remove: () => rmSync(place, { recursive: true }) };
}

/** Changes one byte in the middle of a run's newest checkpoint. */
export function flipByteOfNewestCheckpoint(folder: string): void {
  const saved = join(folder, checkpointFolder);
  const newest = readdirSync(saved)
    .filter((name) => name.startsWith("checkpoint-"))
    .sort()
    .at(-1)!;
  const bytes = readFileSync(join(saved, newest));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(join(saved, newest), bytes);
}

/** What is reported of it when the run is resumed. */
export const tookTheOneBefore = /^The checkpoint .*\.safetensors is damaged: .* The one before it is taken\.$/;

/** What a run has recorded, but for the time it took. */
export function recorded(folder: string): unknown[] {
  return ["evaluations.jsonl", "metrics.jsonl"].flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .trim()
      .split("\n")
      .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 })),
  );
}

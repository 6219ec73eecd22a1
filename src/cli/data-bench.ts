/**
 * `calql data bench`: whether drawing from disk keeps up with drawing from memory, for a dataset that is larger.
 */
import type { Command } from "commander";
import { whole } from "../data/figures.js";
import { openDataset } from "../data/storage/open-dataset.js";
import { benchSampling, type SamplingResult } from "../runs/bench-sampling.js";
import { numberOf } from "./numbers.js";

const COUNT = { whole: true, least: 1 };

export function addDataBenchCommand(data: Command): void {
  data
    .command("bench")
    .description("time drawing batches from a dataset on disk against drawing them from memory")
    .argument("<file>", "dataset in the format calql, larger than the memory")
    .option("--replay-memory <megabytes>", "memory for transitions, as in training", "512")
    .option("--batch-size <number>", "transitions of a batch", "256")
    .option("--batches <number>", "batches of one turn", "2000")
    .action(async (file: string, flags: { replayMemory: string; batchSize: string; batches: string }) => {
      const dataset = await openDataset(file);
      try {
        const result = await benchSampling(dataset, {
          megabytes: numberOf(flags.replayMemory, "--replay-memory", COUNT)!,
          batchSize: numberOf(flags.batchSize, "--batch-size", COUNT)!,
          batches: numberOf(flags.batches, "--batches", COUNT)!,
          turns: 7,
          peakBytes: () => 1024 * process.resourceUsage().maxRSS,
        });
        process.stdout.write(text(result));
      } finally {
        dataset.close();
      }
    });
}

function text({ steps, poolRows, disk, memory, ratio, peakBytes }: SamplingResult): string {
  return [
    `dataset         ${whole(steps)} steps on disk, ${whole(poolRows)} of them in memory at a time`,
    `from disk       ${disk.toFixed(0)} us/batch`,
    `from memory     ${memory.toFixed(0)} us/batch (a replay as large as the part in memory)`,
    `ratio           ${ratio.toFixed(2)} (median of the turns)`,
    `peak memory     ${(peakBytes / 2 ** 20).toFixed(0)} MiB, drawing from disk alone`,
    "",
  ].join("\n");
}

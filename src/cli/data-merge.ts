/**
 * `calql data merge`: several recordings of one task become one file, and for the hands with binary reward the data are
 * made as their papers made them.
 */
import { type Command, Option } from "commander";
import { applyAdroitBinaryRule, withBinaryRewards } from "../data/adroit-binary.js";
import { type AdroitTask, adroitSolutions } from "../data/adroit-success.js";
import { type Dataset, splitAtTerminations } from "../data/episode.js";
import { inspectDataset } from "../data/inspect.js";
import { formatInspection } from "../data/inspect-format.js";
import { mergeDatasets } from "../data/merge.js";
import { readDataset } from "../storage/open-dataset.js";
import { writeDataset } from "../training/task-data.js";

export function addMergeCommand(data: Command): void {
  data
    .command("merge")
    .description("several recordings of one task as one D4RL HDF5 file")
    .argument("<files...>", "data sets")
    .requiredOption("--out <file>", "file to write")
    .addOption(
      new Option(
        "--binary <task>",
        "give every step the binary reward of the task (0 solved, -1 not), drop episodes that never solve it and cut the others after their last solved step",
      ).choices(Object.keys(adroitSolutions)),
    )
    .action(async (files: [string, ...string[]], flags: { out: string; binary?: AdroitTask }) => {
      const [first, ...others] = files;
      const datasets: [Dataset, ...Dataset[]] = [await readDataset(first)];
      for (const file of others) datasets.push(await readDataset(file));
      const merged = mergeDatasets(datasets);
      const { binary } = flags;
      const dataset = binary ? splitAtTerminations(applyAdroitBinaryRule(withBinaryRewards(merged, binary))) : merged;
      await writeDataset(flags.out, dataset, { merged: files.join(" "), ...(binary && { binary }) });
      process.stdout.write(`${flags.out}\n${formatInspection(inspectDataset(dataset))}`);
    });
}

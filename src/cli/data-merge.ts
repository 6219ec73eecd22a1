/**
 * `calql data merge`: several recordings of one task become one file, and for the hands with binary reward the data are
 * made as their papers made them.
 */
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { applyAdroitBinaryRule, withBinaryRewards } from "../data/adroit-binary.js";
import { type AdroitTaskName, adroitSolutions } from "../data/adroit-success.js";
import { quoted } from "../data/containers/refusal.js";
import { type Dataset, splitAtTerminations } from "../data/episode.js";
import { listed } from "../data/figures.js";
import { inspectDataset } from "../data/inspect.js";
import { formatInspection } from "../data/inspect-format.js";
import { mergeDatasets } from "../data/merge.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { taskNamedIn } from "../data/storage/recorded-task.js";
import { UsageError } from "../errors.js";
import { writeDataset } from "../runs/task-data.js";
import { refuseOtherEndings } from "./data-collect.js";
import { addReadingFlags, type ReadingFlags, readOptionsOf } from "./reading-flags.js";

interface Flags extends ReadingFlags {
  readonly out: string;
  readonly binary?: AdroitTaskName;
  readonly cut: "first" | "last";
}

export function addMergeCommand(data: Command): void {
  const command = data
    .command("merge")
    .description("several recordings of one task as one D4RL HDF5 file")
    .argument("<files...>", "datasets")
    .requiredOption("--out <file>", "file to write")
    .addOption(
      new Option(
        "--binary <task>",
        "give every step the binary reward of the task (0 solved, -1 not), drop episodes that never solve it and cut the others",
      ).choices(Object.keys(adroitSolutions)),
    )
    .addOption(
      new Option("--cut <step>", "with --binary: cut after the last solved step, as the papers do, or after the first")
        .choices(["first", "last"])
        .default("last"),
    );
  // How data are read holds for all of the files.
  addReadingFlags(command).action(async (files: [string, ...string[]], flags: Flags) => {
    refuseOtherEndings(flags.out);
    if (existsSync(flags.out)) throw new UsageError(`${flags.out} exists already; name another place with --out.`);
    const options = readOptionsOf(flags);
    const [first, ...others] = files;
    const datasets: [Dataset, ...Dataset[]] = [await readDataset(first, options)];
    for (const file of others) datasets.push(await readDataset(file, options));
    const { task, differ } = commonTask(
      await Promise.all(files.map(async (file) => ({ file, task: await taskNamedIn(file, options.from) }))),
    );
    const joined = mergeDatasets(datasets);
    const told = [
      ...(differ === undefined ? [] : [differ]),
      ...(joined.hasPropensities
        ? ["the propensities of actions were left out, for which the D4RL layout has no place"]
        : []),
    ];
    const notes = [...(joined.notes ?? []), ...told.map((text) => ({ text, leftOut: 0 }))];
    const merged = told.length === 0 ? joined : { ...joined, notes };
    const { out, binary, cut } = flags;
    const dataset = binary ? binaryData(merged, binary, cut) : merged;
    await writeDataset(out, dataset, {
      merged: files.join(" "),
      ...(task !== undefined && { task }),
      ...(binary && { binary, cut }),
    });
    process.stdout.write(`${out}\n${formatInspection(inspectDataset(dataset))}`);
  });
}

/** The task that all of the files name, or how they differ where some name one. */
function commonTask(files: readonly { readonly file: string; readonly task: string | undefined }[]): {
  readonly task?: string;
  readonly differ?: string;
} {
  const [first, ...others] = files;
  if (others.every(({ task }) => task === first!.task)) return first!.task === undefined ? {} : { task: first!.task };
  const named = files.map(({ file, task }) => `${file} names ${task === undefined ? "none" : quoted(task)}`);
  return { differ: `the files do not name one task (${listed(named)}), so the merged file names none` };
}

function binaryData(dataset: Dataset, task: AdroitTaskName, cut: "first" | "last"): Dataset {
  return splitAtTerminations(applyAdroitBinaryRule(withBinaryRewards(dataset, task), cut));
}

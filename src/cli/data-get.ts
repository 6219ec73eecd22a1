/**
 * `calql data get`: public datasets by name, into the cache.
 */
import type { Command } from "commander";
import { type GotFile, getPublicSet } from "../data/storage/get/get-set.js";
import {
  bytesOf,
  cachedPublicSet,
  type PublicSet,
  placeOfFile,
  placeOfSet,
  publicSet,
  publicSets,
} from "../data/storage/get/public-sets.js";
import { amountView } from "./amount-view.js";
import { INTERRUPTED, untilInterrupted } from "./interrupts.js";
import { textTable } from "./text-table.js";

export function addGetCommand(data: Command): void {
  data
    .command("get")
    .description("download a public dataset (D4RL, Minari, OGBench, binary Adroit) into the cache, or list them")
    .argument("[name]", "its name, such as antmaze-umaze-v2 or D4RL/door/human-v2; without it, all names are listed")
    .option("--from <address>", "another server that has the same files")
    .action(async (name: string | undefined, flags: { readonly from?: string }) => {
      if (name === undefined) process.stdout.write(listOfSets());
      else await get(publicSet(name), flags.from);
    });
}

async function get(set: PublicSet, from: string | undefined): Promise<void> {
  let view = amountView(set.name);
  let current = "";
  let interrupted: AbortSignal | undefined;
  const onProgress = (file: string, done: number, total: number | undefined) => {
    if (file !== current) {
      view.stop();
      view = amountView(`${file} (MB)`);
      current = file;
    }
    view.show(megabytes(done), total === undefined ? undefined : megabytes(total));
  };
  try {
    const files = await untilInterrupted(
      () => view.stop(),
      (signal) => {
        interrupted = signal;
        return getPublicSet(set, { from, signal, onProgress });
      },
    );
    view.stop();
    process.stdout.write(`${files.map(lineOf).join("")}${useOf(set)}\n`);
  } catch (error) {
    if (!interrupted?.aborted || error !== interrupted.reason) throw error;
    process.stderr.write(`interrupted: run the same command again, and the download continues where it stopped\n`);
    process.exitCode = INTERRUPTED;
  } finally {
    view.stop();
  }
}

const verdicts: Readonly<Record<GotFile["checked"], string>> = {
  published: "as published",
  recorded: "as recorded at the first download",
  first: "recorded now; none was published, so this download is trusted",
};

function lineOf({ path, bytes, sha256, checked, downloaded }: GotFile): string {
  const how = downloaded ? "downloaded" : "was there";
  return `${path}: ${how}, ${bytes} bytes, SHA-256 ${sha256} (${verdicts[checked]})\n`;
}

/** The next step. The binary Adroit data are two recordings, of which one is made for training. */
function useOf(set: PublicSet): string {
  if (set.family !== "Adroit binary") return `use it with --dataset ${placeOfSet(set)}`;
  const files = set.files.map((file) => placeOfFile(set, file)).join(" ");
  return `make one dataset of both: calql data merge ${files} --out ${set.name}.hdf5 --binary ${set.name.split("-")[0]}`;
}

function listOfSets(): string {
  const rows = publicSets.map((set) => {
    const bytes = bytesOf(set);
    const size = bytes === undefined ? "unknown" : `${megabytes(bytes)} MB`;
    const how = set.byHand === undefined ? "" : "by hand";
    return [set.name, set.family, size, cachedPublicSet(set.name) === undefined ? how : "in the cache"];
  });
  return textTable([["name", "from", "size", ""], ...rows]);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

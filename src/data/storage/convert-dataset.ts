/**
 * From one dataset format to another: episode by episode, so that neither side has to fit into memory.
 */
import { realpathSync } from "node:fs";
import { UsageError, unknownName } from "../../errors.js";
import type { DatasetFormat, EpisodeSink, ReadOptions } from "../formats/format.js";
import { datasetFormats } from "../formats/formats.js";
import type { Inspection } from "../inspect.js";
import { InspectionPass } from "../inspection-pass.js";
import type { ActionBounds } from "../transform.js";
import { diskFiles } from "./disk-files.js";
import { diskTarget } from "./disk-target.js";
import { type OpenedDataset, openDataset } from "./open-dataset.js";
import { taskNamedIn } from "./recorded-task.js";

/** How to convert. */
export interface ConvertOptions extends ReadOptions {
  /** The format to write, e.g. "calql"; default: the one that the target's ending stands for. */
  readonly to?: string;
  /** Replace a dataset of the same format that is there already; default false: it is refused. */
  readonly replace?: boolean;
  /** @param total undefined where the number of steps is not known beforehand */
  readonly onProgress?: (steps: number, total: number | undefined) => void;
  /** Ends the conversion; nothing is left then. */
  readonly signal?: AbortSignal;
}

/** What was converted. */
export interface Conversion {
  /** The formats. */
  readonly from: string;
  readonly to: string;
  readonly episodes: number;
  readonly steps: number;
  /** The bounds of actions that the source says and the other format has no place for. */
  readonly lostBounds?: ActionBounds;
  /** Whether it says the propensities of actions, and the other format has no place for them. */
  readonly lostPropensities?: true;
  /** What passed by on the way, with what the reader left out. */
  readonly inspection: Inspection;
}

/** Steps among which duplicates are counted: some 30 MB of memory, whatever the size of the data. */
const MOST_COMPARED = 2 ** 20;

/**
 * Reads the dataset at `source` and writes it to `path`, where it appears when it is complete.
 * @throws DataError or UsageError for data that cannot be read or told in the other format; RunFailure for a full disk
 */
export async function convertDataset(source: string, path: string, options: ConvertOptions = {}): Promise<Conversion> {
  const { to, replace, onProgress, signal, ...reading } = options;
  const { format, kind } = formatFor(path, to);
  const dataset = await openDataset(source, reading);
  try {
    await refuseTarget(source, path, format, replace === true);
    const target = diskTarget(path, { kind, ...(replace && { replace }) });
    try {
      const sink = await format.create!(target, { ...dataset, task: await taskNamedIn(source, options.from) });
      const counts = await pour(dataset, sink, onProgress, signal).catch((error) => {
        sink.abandon?.();
        throw error;
      });
      target.commit();
      const lost = format.losesActionBounds && dataset.actionBounds;
      const unlikely = dataset.hasPropensities && !format.keepsPropensities;
      return {
        ...{ from: dataset.format, to: format.id, ...counts },
        ...(lost && { lostBounds: lost }),
        ...(unlikely && { lostPropensities: true }),
      };
    } finally {
      target.discard();
    }
  } finally {
    dataset.close();
  }
}

async function pour(
  dataset: OpenedDataset,
  sink: EpisodeSink,
  onProgress: ConvertOptions["onProgress"],
  signal: AbortSignal | undefined,
): Promise<Pick<Conversion, "episodes" | "steps" | "inspection">> {
  const pass = new InspectionPass(dataset, MOST_COMPARED);
  let episodes = 0;
  let steps = 0;
  let breath = performance.now();
  for await (const episode of dataset.episodes()) {
    await sink.write(episode);
    pass.see(episode);
    episodes++;
    steps += episode.length;
    if (performance.now() - breath < 50) continue;
    onProgress?.(steps, dataset.steps);
    // Reading and writing are synchronous: without a pause no key press and no drawing would come through.
    await new Promise((resolve) => setImmediate(resolve));
    breath = performance.now();
    signal?.throwIfAborted();
  }
  signal?.throwIfAborted();
  await sink.finish();
  onProgress?.(steps, dataset.steps === undefined ? undefined : steps);
  return { episodes, steps, inspection: pass.summary(dataset.notes?.all) };
}

/**
 * The format of a dataset that is to be written, and whether it is a file or a folder.
 * @param otherWay how the caller can name the format, where the path does not tell it; for the error
 * @throws UsageError with the endings that are known
 */
export function formatFor(
  path: string,
  id: string | undefined,
  otherWay = ", or give --to",
): { format: DatasetFormat; kind: "file" | "folder" } {
  const writable = datasetFormats.filter((format) => format.create !== undefined);
  if (id !== undefined) {
    const format = writable.find((candidate) => candidate.id === id);
    if (!format) throw unknownFormat(id, writable);
    return { format, kind: kindOf(endingOf(format, path) ?? format.extensions[0]!) };
  }
  const matches = writable
    .map((format) => ({ format, ending: endingOf(format, path) }))
    .filter(({ ending }) => ending !== undefined)
    .sort((a, b) => b.ending!.length - a.ending!.length);
  const best = matches[0];
  if (best) return { format: best.format, kind: kindOf(best.ending!) };
  const plain = path.replace(/\.gz$/i, "");
  const onlyRead = datasetFormats.find((format) => !format.create && endingOf(format, plain)?.startsWith("."));
  if (plain !== path && writable.some((format) => endingOf(format, plain) !== undefined))
    throw new UsageError(`Packed files (.gz) are read, not written; write ${plain}, and pack it afterwards.`);
  const endings = writable.map((format) => `${format.extensions.join(" or ")} (${format.id})`);
  const reason = onlyRead ? "is of a format that is read, not written" : "does not tell the format to write";
  throw new UsageError(`The name ${path} ${reason}; end it in ${endings.join(", ")}${otherWay}.`);
}

function unknownFormat(id: string, writable: readonly DatasetFormat[]): UsageError {
  if (datasetFormats.some((format) => format.id === id))
    return new UsageError(
      `The format ${id} is only read, not written; write one of ${writable.map((format) => format.id).join(", ")}.`,
    );
  return unknownName(
    "format",
    id,
    writable.map((format) => format.id),
  );
}

/** The longest of a format's endings that the path has; a folder may be named with or without its slash. */
function endingOf({ extensions }: DatasetFormat, path: string): string | undefined {
  const name = path.toLowerCase().replaceAll("\\", "/");
  const fits = (ending: string) => name.endsWith(ending) || (ending.length > 1 && `${name}/`.endsWith(ending));
  return extensions.filter(fits).sort((a, b) => b.length - a.length)[0];
}

function kindOf(ending: string): "file" | "folder" {
  return ending.endsWith("/") ? "folder" : "file";
}

/** Only a dataset of the same format is replaced: a wrong path must not cost anything else. */
export async function refuseTarget(
  source: string | undefined,
  path: string,
  format: DatasetFormat,
  replace: boolean,
): Promise<void> {
  if (!replace) return;
  const found = existing(path);
  if (found === undefined) return;
  if (source !== undefined && found === realpathSync(source))
    throw new UsageError(`${path} is the dataset to convert; name another place for the result.`);
  const files = diskFiles(path);
  try {
    if (files.paths.length === 0 || (await format.recognises(files))) return;
  } finally {
    files.close();
  }
  throw new UsageError(`${path} is no dataset in the format ${format.id}, so it is not replaced; name another place.`);
}

function existing(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

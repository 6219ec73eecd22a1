/**
 * The one way in for recorded data on disk: whatever the format, a path becomes a source of episodes.
 */
import { DataError } from "../../errors.js";
import { findWrongIndex, withActionCount } from "../discrete-actions.js";
import type { Dataset, Episode } from "../episode.js";
import { type EpisodeSource, loadDataset } from "../episode-source.js";
import type { ReadOptions } from "../formats/format.js";
import { recogniseFormat } from "../formats/formats.js";
import { boundsOf } from "../transform.js";
import { type DiskFiles, diskFiles } from "./disk-files.js";

/** A dataset on disk that is open for reading. */
export interface OpenedDataset extends EpisodeSource {
  /** The word for its format, e.g. "d4rl". */
  readonly format: string;
  /** Gives the files back; call it once the episodes were read. */
  close(): void;
}

/**
 * Opens the dataset at a path, a file or a folder in any format that is known. No episode is read yet.
 * @throws DataError when it cannot be read, is in no known format or is not what it claims to be
 * @throws UsageError for an option that means nothing to its format
 */
export async function openDataset(path: string, options: ReadOptions = {}): Promise<OpenedDataset> {
  const files = diskFiles(path);
  try {
    return await opened(files, options);
  } catch (error) {
    files.close();
    throw error;
  }
}

/** All of a dataset on disk, in memory. @throws as `openDataset` does, and for wrong episodes */
export async function readDataset(path: string, options: ReadOptions = {}): Promise<Dataset> {
  const dataset = await openDataset(path, options);
  try {
    return await loadDataset(dataset);
  } finally {
    dataset.close();
  }
}

async function opened(files: DiskFiles, options: ReadOptions): Promise<OpenedDataset> {
  const { actionBounds: told, from, ...others } = options;
  const format = await recogniseFormat(files, from);
  const source = withCheckedChoices(await format.open(files, others), options.discreteActions);
  return {
    ...source,
    format: format.id,
    // What the caller says corrects what data say of themselves.
    actionBounds: told ? boundsOf(...told, source.actionSize, source.source) : source.actionBounds,
    blocks: source.blocks, // told also where there are none
    close: () => files.close(),
  };
}

/** The reader did not know that actions are choices: what it returns is checked against the number that the caller gave. */
function withCheckedChoices(source: EpisodeSource, told: number | undefined): EpisodeSource {
  const header = withActionCount(source, told);
  if (header === source) return source;
  const { blocks } = source;
  return {
    ...header,
    async *episodes() {
      for await (const episode of source.episodes()) yield checkedChoices(episode, header);
    },
    blocks: blocks && {
      ...blocks,
      read: (block) => blocks.read(block).map((episode) => checkedChoices(episode, header)),
    },
  };
}

function checkedChoices(episode: Episode, { source, discreteActions }: EpisodeSource): Episode {
  const wrong = findWrongIndex(episode.actions, discreteActions!);
  if (wrong < 0) return episode;
  throw new DataError(
    `${source} holds the action ${episode.actions[wrong]}, which is none of the ${discreteActions} that discreteActions (--discrete-actions) counts (0 to ${discreteActions! - 1}); correct the number.`,
  );
}

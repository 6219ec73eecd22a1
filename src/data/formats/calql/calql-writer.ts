/**
 * Writes the house's own format (see calql-layout.ts) episode by episode, with no more than one block in memory.
 */

import { UsageError } from "../../../errors.js";
import { episodeProblem } from "../../check-episode.js";
import { crc32 } from "../../containers/crc32.js";
import type { TargetFile } from "../../containers/files.js";
import type { Episode } from "../../episode.js";
import type { DatasetHeader, DataTarget, EpisodeSink } from "../format.js";
import { blocksFile, manifestFile } from "./calql-files.js";
import {
  BLOCK_BYTES,
  LARGEST_BLOCK_BYTES,
  type Part,
  partBytes,
  partNames,
  parts,
  sealManifest,
} from "./calql-layout.js";

/** Starts a data set in the own format. */
export function createCalql(target: DataTarget, header: DatasetHeader): EpisodeSink {
  const files = Object.fromEntries(partNames.map((part) => [part, target.create(parts[part])])) as Files;
  const index = target.create(blocksFile);
  const totals = { steps: 0, episodes: 0, blocks: 0, blocksChecksum: 0 };
  let waiting: Episode[] = [];
  let waitingBytes = 0;

  const writeBlock = () => {
    const entry = Uint32Array.of(sumOf(waiting), waiting.length, appendBlock(files, waiting));
    const bytes = bytesOf(entry);
    index.append(bytes);
    totals.steps += entry[0]!;
    totals.episodes += entry[1]!;
    totals.blocks++;
    totals.blocksChecksum = crc32(bytes, totals.blocksChecksum);
    waiting = [];
    waitingBytes = 0;
  };

  return {
    async write(episode) {
      const bytes = checkedBytes(header, episode, totals.episodes + waiting.length);
      if (waitingBytes + bytes > LARGEST_BLOCK_BYTES) writeBlock();
      waiting.push(episode);
      waitingBytes += bytes;
      if (waitingBytes >= BLOCK_BYTES) writeBlock();
    },
    async finish() {
      if (waiting.length > 0) writeBlock();
      if (totals.episodes === 0)
        throw new UsageError(`"${header.source}" has no episodes, so there is nothing to write; record some first.`);
      for (const file of [...Object.values(files), index]) file.close();
      const { source, observationSize, actionSize, discreteActions } = header;
      const discrete = discreteActions === undefined ? {} : { discreteActions };
      const sizes = { observationSize, actionSize, ...discrete };
      const manifest = sealManifest({ format: "calql", version: 1, source, ...sizes, ...totals });
      const file = target.create(manifestFile);
      file.append(new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
      file.close();
    },
  };
}

type Files = Readonly<Record<Part, TargetFile>>;

/** Appends the episodes of one block to the arrays; gives the block's checksum. */
function appendBlock(files: Files, episodes: readonly Episode[]): number {
  const columns: Readonly<Record<Part, readonly ArrayBufferView[]>> = {
    observations: episodes.map((episode) => episode.observations),
    actions: episodes.map((episode) => episode.actions),
    rewards: episodes.map((episode) => episode.rewards),
    terminated: episodes.map((episode) => episode.terminated),
    lengths: [Uint32Array.from(episodes, (episode) => episode.length)],
    truncated: [Uint8Array.from(episodes, (episode) => (episode.truncated ? 1 : 0))],
  };
  let checksum = 0;
  for (const part of partNames) {
    for (const column of columns[part]) {
      const bytes = bytesOf(column);
      checksum = crc32(bytes, checksum);
      files[part].append(bytes);
    }
  }
  return checksum;
}

function checkedBytes(header: DatasetHeader, episode: Episode, index: number): number {
  const sizes = partBytes(header, episode.length, 1);
  const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const tooLong = bytes > LARGEST_BLOCK_BYTES ? `it has ${episode.length} steps, ${bytes} bytes; split it` : undefined;
  const problem = episodeProblem(header, episode) ?? tooLong;
  if (problem === undefined) return bytes;
  throw new UsageError(`Episode ${index} of "${header.source}" cannot be written: ${problem}.`);
}

function sumOf(episodes: readonly Episode[]): number {
  return episodes.reduce((sum, episode) => sum + episode.length, 0);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Writes calql's own format (see calql-layout.ts) episode by episode, with no more than one block in memory.
 */

import { UsageError } from "../../../errors.js";
import { checkWritable } from "../../check-episode.js";
import { plainParts, vectorSizeOf } from "../../columns.js";
import { crc32 } from "../../containers/crc32.js";
import type { TargetFile } from "../../containers/files.js";
import { type Episode, plainNames } from "../../episode.js";
import type { DatasetHeader } from "../../episode-source.js";
import { type DataTarget, type EpisodeSink, writeJson } from "../format.js";
import {
  BLOCK_BYTES,
  blocksFile,
  LARGEST_BLOCK_BYTES,
  type Manifest,
  manifestFile,
  type StoredColumn,
  sealManifest,
  storedColumns,
  totalBytes,
} from "./calql-layout.js";

/** Starts a dataset in calql's own format. */
export function createCalql(target: DataTarget, header: DatasetHeader): EpisodeSink {
  const columns = storedColumns(header);
  const files = columns.map((column) => target.create(column.file));
  const index = target.create(blocksFile);
  const totals = { steps: 0, episodes: 0, blocks: 0, blocksChecksum: 0 };
  let waiting: Episode[] = [];
  let waitingBytes = 0;

  const writeBlock = () => {
    const entry = Uint32Array.of(sumOf(waiting), waiting.length, appendBlock(columns, files, waiting));
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
      const bytes = checkedBytes(columns, header, episode, totals.episodes + waiting.length);
      if (waitingBytes + bytes > LARGEST_BLOCK_BYTES) writeBlock();
      waiting.push(episode);
      waitingBytes += bytes;
      if (waitingBytes >= BLOCK_BYTES) writeBlock();
    },
    async finish() {
      if (waiting.length > 0) writeBlock();
      if (totals.episodes === 0)
        throw new UsageError(`"${header.source}" has no episodes, so there is nothing to write; record some first.`);
      for (const file of [...files, index]) file.close();
      writeJson(target, manifestFile, manifestOf(header, totals));
    },
  };
}

/** The lowest version that has room for the data: programs that know no other read it. */
function manifestOf(
  { source, task, observations, actionSize, discreteActions, hasPropensities, actionBounds, names }: DatasetHeader,
  totals: { steps: number; episodes: number; blocks: number; blocksChecksum: number },
): Manifest {
  const observationSize = vectorSizeOf(observations);
  const actions = {
    ...(task !== undefined && { task }),
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    ...(actionBounds && { actionBounds: { low: [...actionBounds.low], high: [...actionBounds.high] } }),
  };
  const format = "calql";
  const rest = { ...actions, ...totals };
  const parts = plainParts(observations);
  const named = plainNames(names);
  const told = { ...(hasPropensities && ({ propensities: true } as const)), ...(named && { names: named }) };
  if (Object.keys(told).length > 0)
    return sealManifest({ format, version: 3, source, observations: parts, ...told, ...rest });
  if (observationSize === undefined) return sealManifest({ format, version: 2, source, observations: parts, ...rest });
  return sealManifest({ format, version: 1, source, observationSize, ...rest });
}

/** Appends the episodes of one block to the arrays; gives the block's checksum. */
function appendBlock(
  columns: readonly StoredColumn[],
  files: readonly TargetFile[],
  episodes: readonly Episode[],
): number {
  let checksum = 0;
  for (const [i, column] of columns.entries()) {
    for (const values of valuesOf(column, episodes)) {
      const bytes = bytesOf(values);
      checksum = crc32(bytes, checksum);
      files[i]!.append(bytes);
    }
  }
  return checksum;
}

function valuesOf({ name, part }: StoredColumn, episodes: readonly Episode[]): readonly ArrayBufferView[] {
  if (name === "observations") return episodes.map(({ observations }) => observations[part!]!);
  if (name === "lengths") return [Uint32Array.from(episodes, (episode) => episode.length)];
  if (name === "truncated") return [Uint8Array.from(episodes, (episode) => (episode.truncated ? 1 : 0))];
  return episodes.map((episode) => episode[name]!);
}

function checkedBytes(
  columns: readonly StoredColumn[],
  header: DatasetHeader,
  episode: Episode,
  index: number,
): number {
  const bytes = totalBytes(columns, episode.length, 1);
  const tooLong = bytes > LARGEST_BLOCK_BYTES ? `it has ${episode.length} steps, ${bytes} bytes; split it` : undefined;
  checkWritable(header, episode, index, "", () => tooLong);
  return bytes;
}

function sumOf(episodes: readonly Episode[]): number {
  return episodes.reduce((sum, episode) => sum + episode.length, 0);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

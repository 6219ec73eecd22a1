/**
 * Reads calql's own format (see calql-layout.ts): in order, or any block by itself. Nothing is believed unchecked:
 * sizes are checked against the files before anything is allocated, every block against its checksum when it is read.
 */

import { DataError } from "../../../errors.js";
import type { ElementType, ObservationParts, Values } from "../../columns.js";
import { crc32 } from "../../containers/crc32.js";
import { type DataFile, type DataFiles, readWhole } from "../../containers/files.js";
import { quoted } from "../../containers/refusal.js";
import { findWrongIndex } from "../../discrete-actions.js";
import { type Episode, rowsOf } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import { findWrongPropensity, propensityProblem } from "../../propensities.js";
import type { ReadOptions } from "../format.js";
import {
  BLOCK_NUMBERS,
  blocksFile,
  columnBytes,
  LARGEST_BLOCK_BYTES,
  type Manifest,
  manifestChecksum,
  manifestFile,
  manifestSchema,
  observationsIn,
  type StoredColumn,
  storedColumns,
  totalBytes,
} from "./calql-layout.js";

const MOST_MANIFEST_BYTES = 2 ** 20;
const AGAIN = "copy or convert the dataset again";

/** Opens a dataset in calql's own format. @throws DataError where the files are not what the manifest says */
export function openCalql(files: DataFiles, { allowNonFinite = false }: ReadOptions = {}): EpisodeSource {
  const manifest = readManifest(files);
  const { actionSize, discreteActions, actionBounds: bounds, steps, episodes } = manifest;
  const observations = observationsIn(manifest);
  const { propensities: hasPropensities, names } = manifest.version === 3 ? manifest : {};
  const columns = storedColumns({ observations, actionSize, hasPropensities });
  const parts = columns.map((column) => openSized(files, column.file, columnBytes(column, steps, episodes)));
  const blocks = readBlocks(files, manifest, columns);
  const opened = { name: files.name, manifest, observations, columns, files: parts, blocks, allowNonFinite };
  const read = (block: number) => readBlock(opened, block);
  return {
    source: files.name,
    observations,
    actionSize,
    discreteActions,
    ...(hasPropensities && { hasPropensities }),
    ...(names && { names }),
    actionBounds: bounds && { low: Float32Array.from(bounds.low), high: Float32Array.from(bounds.high) },
    steps,
    blocks: { count: blocks.count, steps, episodes, identity: JSON.stringify(manifest), read },
    async *episodes() {
      for (let block = 0; block < blocks.count; block++) yield* read(block);
    },
  };
}

/** The blocks as blocks.u32 lists them, with what lies before each. */
interface BlockTable {
  readonly count: number;
  /** [count, 3]: steps, episodes, checksum */
  readonly entries: Uint32Array;
  /** [count], steps of all blocks before it. */
  readonly firstStep: Float64Array;
  /** [count], episodes of all blocks before it. */
  readonly firstEpisode: Float64Array;
}

interface Opened {
  readonly name: string;
  readonly manifest: Manifest;
  readonly observations: ObservationParts;
  readonly columns: readonly StoredColumn[];
  /** One for each of the columns. */
  readonly files: readonly DataFile[];
  readonly blocks: BlockTable;
  readonly allowNonFinite: boolean;
}

function readManifest(files: DataFiles): Manifest {
  const refuse = (problem: string) => new DataError(`"${files.name}": "${manifestFile}" ${problem}; ${AGAIN}.`);
  const bytes = readWhole(files, manifestFile, MOST_MANIFEST_BYTES);
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refuse("is no JSON");
  }
  const version = (content as { readonly version?: unknown } | null)?.version;
  if (typeof version === "number" && version > 3)
    throw new DataError(
      `"${files.name}" is of version ${version} of its format, which is newer than this program; update the program.`,
    );
  const parsed = manifestSchema.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const place = issue.path.length > 0 ? `${quoted(issue.path.join("."))} is not as it must be` : "has other entries";
    throw refuse(`is damaged (${place})`);
  }
  if (manifestChecksum(parsed.data) !== parsed.data.checksum) throw refuse("is damaged: its checksum differs");
  return parsed.data;
}

/** A file of exactly the size that follows from the manifest. */
function openSized(files: DataFiles, path: string, size: number): DataFile {
  const file = files.open(path);
  if (file.size === size) return file;
  throw new DataError(
    `"${files.name}": "${path}" has ${file.size} bytes where the manifest tells of ${size}; ${AGAIN}.`,
  );
}

function readBlocks(files: DataFiles, manifest: Manifest, columns: readonly StoredColumn[]): BlockTable {
  const count = manifest.blocks;
  const file = openSized(files, blocksFile, 4 * BLOCK_NUMBERS * count);
  const bytes = file.read(0, file.size);
  const damaged = (problem: string) => new DataError(`"${files.name}": "${blocksFile}" ${problem}; ${AGAIN}.`);
  if (crc32(bytes) !== manifest.blocksChecksum) throw damaged("is damaged: its checksum differs from the manifest's");
  const entries = new Uint32Array(bytes.buffer, bytes.byteOffset, BLOCK_NUMBERS * count);
  const firstStep = new Float64Array(count);
  const firstEpisode = new Float64Array(count);
  let steps = 0;
  let episodes = 0;
  for (let block = 0; block < count; block++) {
    firstStep[block] = steps;
    firstEpisode[block] = episodes;
    const [blockSteps, blockEpisodes] = [entries[BLOCK_NUMBERS * block]!, entries[BLOCK_NUMBERS * block + 1]!];
    const size = totalBytes(columns, blockSteps, blockEpisodes);
    if (blockEpisodes === 0 || blockSteps < blockEpisodes || size > LARGEST_BLOCK_BYTES)
      throw damaged(
        `has a block ${block} of ${counted(blockSteps, "step")} in ${counted(blockEpisodes, "episode")}, which cannot be`,
      );
    steps += blockSteps;
    episodes += blockEpisodes;
  }
  if (steps !== manifest.steps || episodes !== manifest.episodes)
    throw damaged(`tells of ${counted(steps, "step")} in ${counted(episodes, "episode")}, the manifest of others`);
  return { count, entries, firstStep, firstEpisode };
}

function readBlock(opened: Opened, block: number): Episode[] {
  const { name, columns, files, blocks } = opened;
  const [steps, episodes, checksum] = blocks.entries.subarray(BLOCK_NUMBERS * block, BLOCK_NUMBERS * (block + 1));
  const [firstStep, firstEpisode] = [blocks.firstStep[block]!, blocks.firstEpisode[block]!];
  let found = 0;
  const bytes = columns.map((column, i) => {
    const offset = columnBytes(column, firstStep, firstEpisode);
    const read = files[i]!.read(offset, columnBytes(column, steps!, episodes!));
    found = crc32(read, found);
    return read;
  });
  const damaged = (problem: string) =>
    new DataError(`"${name}": block ${block} (steps from ${firstStep} on) ${problem}; ${AGAIN}.`);
  if (found !== checksum) throw damaged("is damaged: its checksum differs");
  const arrays = arraysOf(opened, bytes);
  const problem = problemOf(opened, arrays, steps!);
  if (problem !== undefined) throw damaged(problem);
  return split(arrays, opened);
}

interface BlockArrays extends Omit<Episode, "length" | "truncated"> {
  readonly lengths: Uint32Array;
  readonly truncated: Uint8Array;
}

function arraysOf({ columns, observations: parts }: Opened, bytes: readonly Uint8Array[]): BlockArrays {
  const of = (name: StoredColumn["name"]) => bytes[columns.findIndex((column) => column.name === name)]!;
  const observations = columns.flatMap(({ part }, i) =>
    part === undefined ? [] : [[part, numbersIn(bytes[i]!, parts[part]!.type)] as const],
  );
  const lengths = of("lengths");
  const propensities = columns.some(({ name }) => name === "propensities") ? floats(of("propensities")) : undefined;
  return {
    observations: Object.fromEntries(observations),
    actions: floats(of("actions")),
    rewards: floats(of("rewards")),
    terminated: of("terminated"),
    propensities,
    truncated: of("truncated"),
    lengths: new Uint32Array(lengths.buffer, lengths.byteOffset, lengths.byteLength / 4),
  };
}

/** What no writer of ours writes: here another program's mistakes are found, damage was found by the checksum. */
function problemOf(opened: Opened, arrays: BlockArrays, steps: number): string | undefined {
  const { manifest, columns, allowNonFinite } = opened;
  if (arrays.lengths.includes(0)) return "has an episode without steps";
  if (arrays.lengths.reduce((sum, length) => sum + length, 0) !== steps) return "has episodes of another length";
  for (const { name, part, file } of columns) {
    if (name === "lengths") continue;
    if (name === "terminated" || name === "truncated") {
      if (arrays[name].some((flag) => flag > 1)) return `has flags in "${file}" that are neither 0 nor 1`;
      continue;
    }
    const values = name === "observations" ? arrays.observations[part!]! : arrays[name]!;
    if (!allowNonFinite && values instanceof Float32Array && !allFinite(values))
      return `has NaN or infinite values in "${file}"`;
  }
  const { discreteActions } = manifest;
  const wrong = discreteActions === undefined ? -1 : findWrongIndex(arrays.actions, discreteActions);
  if (wrong >= 0) return `has the action ${arrays.actions[wrong]}, which is none of ${discreteActions}`;
  const { propensities = [] } = arrays;
  const unlikely = findWrongPropensity(propensities);
  return unlikely < 0 ? undefined : `has a propensity that ${propensityProblem(propensities[unlikely]!)}`;
}

function split(arrays: BlockArrays, { manifest: { actionSize }, observations: parts }: Opened): Episode[] {
  const episodes: Episode[] = [];
  let start = 0;
  arrays.lengths.forEach((length, index) => {
    const end = start + length;
    episodes.push({
      length,
      // Every episode before it in the block has one row more than steps.
      observations: rowsOf(parts, arrays.observations, start + index, end + index + 1),
      actions: arrays.actions.subarray(start * actionSize, end * actionSize),
      rewards: arrays.rewards.subarray(start, end),
      terminated: arrays.terminated.subarray(start, end),
      truncated: arrays.truncated[index] === 1,
      ...(arrays.propensities && { propensities: arrays.propensities.subarray(start, end) }),
    });
    start = end;
  });
  return episodes;
}

function numbersIn(bytes: Uint8Array, type: ElementType): Values {
  if (type === "uint8") return bytes;
  return type === "float32" ? floats(bytes) : new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function floats({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array {
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

/** A loop, because blocks are read in the middle of training. */
function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return false;
  return true;
}

/**
 * Writes episodes in the D4RL layout (see d4rl.ts), so that `readD4RL` gives back the same episodes and other tools
 * can use the file: chunked, gzip, booleans as int8. The same episodes and metadata make the same bytes. Two episodes are
 * in memory at a time.
 *
 * An episode of T steps takes T rows and, where needed, one more that holds only its last observation and a timeout;
 * readers drop such a row. It repeats the last reward and has a zero action. A terminated episode goes without it if
 * the next episode begins where this one ended. So no next_observations are stored.
 *
 * The bounds of actions are arrays of the group `metadata` (d4rl-bounds.ts), where the dataset knows them.
 * Discrete actions are a column of their numbers, [rows, 1], and `metadata/discrete_actions` says how many there are.
 */

import { UsageError } from "../../../errors.js";
import { checkWritable, endProblem } from "../../check-episode.js";
import { requireVector } from "../../columns.js";
import type { TargetFile } from "../../containers/files.js";
import { GrowingBytes } from "../../containers/hdf5/growing-bytes.js";
import { GrowingTable } from "../../containers/hdf5/hdf5-growing.js";
import { type GrowingHdf5, growHdf5, type WritableHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { forgetTimes } from "../../containers/hdf5/hdf5-times.js";
import { isActionCount } from "../../discrete-actions.js";
import { countSteps, type Dataset, type Episode, stateOf } from "../../episode.js";
import type { DatasetHeader } from "../../episode-source.js";
import type { EpisodeSink } from "../format.js";
import { checkBoundsToWrite, writeActionBounds } from "./d4rl-bounds.js";
import { DISCRETE_ACTIONS } from "./d4rl-metadata.js";

/** What is told about the data, e.g. how they were made; stored as scalars in the group `metadata`. */
export type Metadata = Readonly<Record<string, string | number>>;

/**
 * Writes a dataset as the bytes of a D4RL HDF5 file.
 *
 * An episode that was both terminated and truncated in its last step comes back as terminated only.
 *
 * @throws UsageError if an episode cannot be told in this layout: no steps, arrays of the wrong length, a terminal
 *   before its last step (apply the rule of Adroit after reading, not before writing), an end without a reason, or a
 *   discrete action that is none
 */
export async function writeD4RL(dataset: Dataset, metadata: Metadata = {}): Promise<Uint8Array> {
  const bytes = new GrowingBytes();
  const sink = await createD4RL(bytes, { ...dataset, steps: countSteps(dataset) }, metadata);
  try {
    for (const episode of dataset.episodes) await sink.write(episode);
    await sink.finish();
  } catch (error) {
    sink.abandon?.();
    throw error;
  }
  return bytes.bytes();
}

/** Starts a D4RL HDF5 file; the metadata and errors are those of `writeD4RL`. */
export async function createD4RL(
  target: TargetFile,
  header: DatasetHeader,
  metadata: Metadata = {},
): Promise<EpisodeSink> {
  const observationSize = requireVector(header, "the D4RL layout");
  const named = header.task === undefined ? metadata : { task: header.task, ...metadata };
  const told = withDiscreteActions(header, named);
  refuseNames(told);
  checkBoundsToWrite(header, metadata);
  const begun = Date.now();
  const hdf5 = await growHdf5(target, header.source);
  const tables = tablesOf(hdf5, header, observationSize);
  let index = 0;
  let waiting: Episode | undefined;
  return {
    async write(episode) {
      checkWritable(header, episode, index++, " in the D4RL layout", endProblem);
      if (waiting) writeRows(tables, header, waiting, episode);
      waiting = episode;
    },
    async finish() {
      if (waiting) writeRows(tables, header, waiting, undefined);
      for (const table of Object.values(tables)) table.flush();
      hdf5.attempt("its metadata cannot be written", () => writeMetadata(hdf5.file, told, header));
      hdf5.finish();
      forgetTimes(target, begun, Date.now());
      target.close();
    },
    abandon: () => hdf5.abandon(),
  };
}

type Tables = Readonly<Record<"observations" | "actions" | "rewards" | "terminals" | "timeouts", GrowingTable>>;

function tablesOf(hdf5: GrowingHdf5, { actionSize, steps }: DatasetHeader, observationSize: number): Tables {
  // Every episode may take a row more than it has steps.
  const expectedRows = steps === undefined ? undefined : 2 * steps;
  const table = (name: string, kind: "float32" | "int8", columns?: number) =>
    new GrowingTable(hdf5, { name, kind, expectedRows, ...(columns !== undefined && { columns }) });
  return {
    observations: table("observations", "float32", observationSize),
    actions: table("actions", "float32", actionSize),
    rewards: table("rewards", "float32"),
    terminals: table("terminals", "int8"),
    timeouts: table("timeouts", "int8"),
  };
}

/** Writes the rows of one episode, which depend on the episode after it. */
function writeRows(tables: Tables, header: DatasetHeader, episode: Episode, next: Episode | undefined): void {
  const { length } = episode;
  const closing = needsClosingRow(episode, next);
  const rows = closing ? length + 1 : length;
  const timeouts = new Int8Array(rows);
  const observations = stateOf(episode.observations);
  tables.observations.append(observations.subarray(0, rows * (observations.length / (length + 1))));
  tables.actions.append(episode.actions);
  tables.rewards.append(episode.rewards);
  tables.terminals.append(episode.terminated);
  if (closing) {
    tables.actions.append(new Float32Array(header.actionSize));
    tables.rewards.append(episode.rewards.subarray(length - 1));
    tables.terminals.append(Int8Array.of(0));
    timeouts[length] = 1;
  }
  tables.timeouts.append(timeouts);
}

/** The metadata with the number of discrete actions, which only the dataset may tell. */
function withDiscreteActions({ source, actionSize, discreteActions }: DatasetHeader, metadata: Metadata): Metadata {
  const told = metadata[DISCRETE_ACTIONS];
  if (told !== undefined && told !== discreteActions)
    throw new UsageError(
      `Metadata cannot say ${DISCRETE_ACTIONS} = ${told} of "${source}", whose actions are ` +
        `${discreteActions === undefined ? "vectors" : `${discreteActions}`}; set discreteActions of the dataset.`,
    );
  if (discreteActions === undefined) return metadata;
  if (actionSize !== 1 || !isActionCount(discreteActions))
    throw new UsageError(
      `"${source}" cannot have ${discreteActions} discrete actions of ${actionSize} numbers; a discrete action is one ` +
        "number, and of those there are 1 or more.",
    );
  return { ...metadata, [DISCRETE_ACTIONS]: discreteActions };
}

function refuseNames(metadata: Metadata): void {
  const wrong = Object.keys(metadata).find((name) => name === "" || /[/.]/.test(name));
  if (wrong === undefined) return;
  throw new UsageError(`Metadata cannot be named "${wrong}": HDF5 takes "/" and "." for paths; choose another name.`);
}

function writeMetadata(file: WritableHdf5, metadata: Metadata, { actionBounds }: DatasetHeader): void {
  const group = file.create_group("metadata");
  for (const [name, value] of Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const dtype = typeof value === "number" ? "<d" : `S${Math.max(1, new TextEncoder().encode(value).length)}`;
    group.create_dataset({ name, data: [value] as string[] | number[], shape: [], dtype });
  }
  if (actionBounds) writeActionBounds(group, actionBounds);
}

function needsClosingRow(episode: Episode, next: Episode | undefined): boolean {
  if (next === undefined || episode.terminated[episode.length - 1] !== 1) return true;
  const observations = stateOf(episode.observations);
  const size = observations.length / (episode.length + 1);
  const last = bits(observations.subarray(episode.length * size));
  const first = bits(stateOf(next.observations).subarray(0, size));
  return last.some((byte, i) => byte !== first[i]);
}

/** Bytes and not numbers are compared: -0 and 0 are equal numbers, but other bytes would come back. */
function bits(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

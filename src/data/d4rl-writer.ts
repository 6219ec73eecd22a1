/**
 * Writes episodes in the D4RL layout (see d4rl.ts), so that `readD4RL` gives back the same episodes and other tools
 * can use the file: chunked, gzip, booleans as int8. The same episodes and metadata make the same bytes.
 *
 * An episode of T steps takes T rows and, where needed, one more that holds only its last observation and a timeout;
 * readers drop such a row. It repeats the last reward and has a zero action. A terminated episode goes without it if
 * the next episode begins where this one ended. So no next_observations are stored.
 *
 * Discrete actions are a column of their numbers, [rows, 1], and `metadata/discrete_actions` says how many there are.
 */
import { UsageError } from "../errors.js";
import { DISCRETE_ACTIONS } from "./d4rl-metadata.js";
import { findWrongIndex, isActionCount } from "./discrete-actions.js";
import type { Dataset, Episode } from "./episode.js";
import { createHdf5, type WritableHdf5 } from "./hdf5-module.js";
import { forgetTimes } from "./hdf5-times.js";

/** What is told about the data, e.g. how they were made; stored as scalars in the group `metadata`. */
export type Metadata = Readonly<Record<string, string | number>>;

const GZIP_LEVEL = 4;
const CHUNK_BYTES = 2 ** 17;

interface Columns {
  readonly rows: number;
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly rewards: Float32Array;
  readonly terminals: Int8Array;
  readonly timeouts: Int8Array;
}

/**
 * Writes a data set as the bytes of a D4RL HDF5 file.
 *
 * An episode that was both terminated and truncated in its last step comes back as terminated only.
 *
 * @throws UsageError if an episode cannot be told in this layout: no steps, arrays of the wrong length, a terminal
 *   before its last step (apply the rule of Adroit after reading, not before writing), an end without a reason, or a
 *   discrete action that is none
 */
export async function writeD4RL(dataset: Dataset, metadata: Metadata = {}): Promise<Uint8Array> {
  const told = withDiscreteActions(dataset, metadata);
  for (const [index, episode] of dataset.episodes.entries()) checkEpisode(dataset, episode, index);
  const columns = columnsOf(dataset);
  const { rows } = columns;
  const begun = Date.now();
  const bytes = await createHdf5((file) => {
    writeTable(file, "observations", columns.observations, [rows, dataset.observationSize]);
    writeTable(file, "actions", columns.actions, [rows, dataset.actionSize]);
    writeTable(file, "rewards", columns.rewards, [rows]);
    writeTable(file, "terminals", columns.terminals, [rows]);
    writeTable(file, "timeouts", columns.timeouts, [rows]);
    writeMetadata(file, told);
  });
  return forgetTimes(bytes, begun, Date.now());
}

/** The metadata with the number of discrete actions, which only the data set may tell. */
function withDiscreteActions({ source, actionSize, discreteActions }: Dataset, metadata: Metadata): Metadata {
  const told = metadata[DISCRETE_ACTIONS];
  if (told !== undefined && told !== discreteActions)
    throw new UsageError(
      `Metadata cannot say ${DISCRETE_ACTIONS} = ${told} of "${source}", whose actions are ` +
        `${discreteActions === undefined ? "vectors" : `${discreteActions}`}; set discreteActions of the data set.`,
    );
  if (discreteActions === undefined) return metadata;
  if (actionSize !== 1 || !isActionCount(discreteActions))
    throw new UsageError(
      `"${source}" cannot have ${discreteActions} discrete actions of ${actionSize} numbers; a discrete action is one ` +
        "number, and of those there are 1 or more.",
    );
  return { ...metadata, [DISCRETE_ACTIONS]: discreteActions };
}

function writeTable(file: WritableHdf5, name: string, data: Float32Array | Int8Array, shape: number[]): void {
  const bytesPerRow = (data.BYTES_PER_ELEMENT * data.length) / Math.max(1, shape[0] ?? 1);
  const chunkRows = Math.min(shape[0] ?? 1, Math.max(1, Math.floor(CHUNK_BYTES / bytesPerRow)));
  const layout = data.length === 0 ? {} : { chunks: [chunkRows, ...shape.slice(1)], compression: GZIP_LEVEL };
  file.create_dataset({ name, data, shape, dtype: data instanceof Float32Array ? "<f" : "<b", ...layout });
}

function writeMetadata(file: WritableHdf5, metadata: Metadata): void {
  const group = file.create_group("metadata");
  for (const [name, value] of Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name === "" || /[/.]/.test(name)) {
      throw new UsageError(
        `Metadata cannot be named "${name}": HDF5 takes "/" and "." for paths; choose another name.`,
      );
    }
    const dtype = typeof value === "number" ? "<d" : `S${Math.max(1, new TextEncoder().encode(value).length)}`;
    group.create_dataset({ name, data: [value] as string[] | number[], shape: [], dtype });
  }
}

/** Lays the episodes out row after row. */
function columnsOf(dataset: Dataset): Columns {
  const { episodes, observationSize, actionSize } = dataset;
  const closings = episodes.map((episode, index) => needsClosingRow(dataset, episode, episodes[index + 1]));
  const rows = episodes.reduce((sum, episode, index) => sum + episode.length + (closings[index] ? 1 : 0), 0);
  const columns = {
    rows,
    observations: new Float32Array(rows * observationSize),
    actions: new Float32Array(rows * actionSize),
    rewards: new Float32Array(rows),
    terminals: new Int8Array(rows),
    timeouts: new Int8Array(rows),
  };
  let row = 0;
  episodes.forEach((episode, index) => {
    const taken = episode.length + (closings[index] ? 1 : 0);
    columns.observations.set(episode.observations.subarray(0, taken * observationSize), row * observationSize);
    columns.actions.set(episode.actions, row * actionSize);
    columns.rewards.set(episode.rewards, row);
    columns.terminals.set(episode.terminated, row);
    row += taken;
    if (closings[index]) {
      columns.rewards[row - 1] = episode.rewards[episode.length - 1] ?? 0;
      columns.timeouts[row - 1] = 1;
    }
  });
  return columns;
}

function needsClosingRow(dataset: Dataset, episode: Episode, next: Episode | undefined): boolean {
  if (next === undefined || !endsTerminated(episode)) return true;
  const size = dataset.observationSize;
  const last = bits(episode.observations.subarray(episode.length * size));
  const first = bits(next.observations.subarray(0, size));
  return last.some((byte, i) => byte !== first[i]);
}

/** Bytes and not numbers are compared: -0 and 0 are equal numbers, but other bytes would come back. */
function bits(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function endsTerminated(episode: Episode): boolean {
  return episode.terminated[episode.length - 1] === 1;
}

function checkEpisode(dataset: Dataset, episode: Episode, index: number): void {
  const { length } = episode;
  const refuse = (reason: string): never => {
    throw new UsageError(`Episode ${index} of "${dataset.source}" cannot be written in the D4RL layout: ${reason}.`);
  };
  if (length === 0) refuse("it has no steps; leave it out");
  const lengths = [
    ["observations", episode.observations.length, (length + 1) * dataset.observationSize],
    ["actions", episode.actions.length, length * dataset.actionSize],
    ["rewards", episode.rewards.length, length],
    ["terminated", episode.terminated.length, length],
  ] as const;
  for (const [key, found, expected] of lengths) {
    if (found !== expected) refuse(`${key} hold ${found} numbers where ${length} steps need ${expected}`);
  }
  const wrong = dataset.discreteActions === undefined ? -1 : findWrongIndex(episode.actions, dataset.discreteActions);
  if (wrong >= 0) refuse(`its action ${episode.actions[wrong]} in step ${wrong} is none of ${dataset.discreteActions}`);
  const early = episode.terminated.subarray(0, length - 1).indexOf(1);
  if (early >= 0)
    refuse(`it is terminated in step ${early} but goes on; write it before any rule that marks such steps`);
  if (!endsTerminated(episode) && !episode.truncated) {
    refuse("it ends neither terminated nor truncated; say which of the two it is");
  }
}

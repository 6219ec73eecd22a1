/**
 * Lists of trajectories that Python pickled, one dictionary per trajectory, as a .npy file of objects or as a plain
 * pickle. Peers whose files these are, and the source file that the layout was read from:
 *
 * - The binary Adroit tasks (.npy), as AWAC published them and Cal-QL, RLPD and WSRL use them. In `<task>2_sparse.npy`
 *   (demonstrations) observations are lists of dictionaries, of which `state_observation` is taken, and rewards have one
 *   entry too many, the last. In `<task>_bc_sparse4.npy` (a cloned policy) rewards and terminals have the shape [T, 1].
 * - DAPG's demonstrations (aravindr93/hand_dapg, dapg/demonstrations): no next observations, no marks.
 * - Decision Transformer's data (kzl/decision-transformer, gym/data/download_d4rl_datasets.py).
 *
 * One dictionary alone holds the rows of a whole recording (D4RL's `get_dataset`, pickled), and so does a list with one
 * dictionary per step, as SERL records. Episodes may also be lists of steps, or the entries of a dictionary. All of them are flat rows, and `formats/flat` knows what their keys say. Which trajectories of the Adroit tasks are learned from is
 * decided by `applyAdroitBinaryRule`; here all are handed out.
 */

import { DataError } from "../../../errors.js";
import { beginsWith, type DataFiles, onlyFile, readWhole } from "../../containers/files.js";
import { GZIP_SIGNATURE, unpackWhole } from "../../containers/gzip.js";
import { NPY_MAGIC, NPY_PREAMBLE, npyHeaderEnd, parseNpyHeader } from "../../containers/numpy/npy.js";
import { unpickle } from "../../containers/numpy/pickle.js";
import { kindOf, NumpyArray, type PickleDictionary, type PickleValue } from "../../containers/numpy/pickle-values.js";
import { quoted } from "../../containers/refusal.js";
import type { EpisodeSource } from "../../episode-source.js";
import { openFlat } from "../flat/flat-episodes.js";
import { type RowRole, rowRole } from "../flat/row-names.js";
import type { ReadOptions } from "../format.js";
import { pickledRows } from "./pickled-rows.js";
import { openTrajectories } from "./trajectories-in-turn.js";

/** The published files have some tens of megabytes; far beyond that, a machine's memory is at stake. */
const LARGEST_FILE = 2 ** 31;
/**
 * Reading stays below four times the file and 64 MiB: beside the file itself, what it unpacks to, and lists of one
 * trajectory. What is handed out in all is checked against the size as well, because a pickle can name a trajectory often.
 */
const unpackedBytes = (fileBytes: number) => 2.4 * fileBytes + 24 * 2 ** 20;
const tableBytes = (fileBytes: number) => 0.6 * fileBytes + 24 * 2 ** 20;
/** A file packed with gzip is in memory unpacked; its own bytes are not. */
const plainBytes = (fileBytes: number) => fileBytes + 16 * 2 ** 20;
/** Bytes become float32, four times as long. */
const episodeBytes = (fileBytes: number) => 4.2 * fileBytes + 24 * 2 ** 20;

/** The trajectories of a file as episodes. @throws DataError where it is not a pickle of trajectories, or is a hostile one */
export async function openTrajectoryList(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  const { name } = files;
  const { size } = onlyFile(files);
  const within = (most: number) => (options.trusted === true ? Number.POSITIVE_INFINITY : most);
  const bytes = beginsWith(files, GZIP_SIGNATURE)
    ? unpackWhole(onlyFile(files), `"${name}"`, Math.min(LARGEST_FILE, within(plainBytes(size))))
    : readWhole(files, files.paths[0]!, LARGEST_FILE);
  const value = unpickled(files, bytes, within(unpackedBytes(size)));
  const { trajectories, flat } = trajectoriesIn(value, `"${name}"`);
  const { observationKeys } = options;
  const place = { name, size, unpackedSize: bytes.length, trajectory: !flat, observationKeys };
  const file = (index: number, where: string) =>
    pickledRows({ ...place, name: where }, trajectories[index]!, { bytes: within(tableBytes(size)) });
  if (flat) return openFlat(async () => ({ file: file(0, name), close: () => {} }), name, options);
  const rows = trajectories.map((_, i) => () => file(i, `${name}, trajectory ${i}`));
  return openTrajectories(name, rows, options, within(episodeBytes(bytes.length)));
}

function unpickled(files: DataFiles, bytes: Uint8Array, budget: number): PickleValue {
  const where = `"${files.name}"`;
  if (!beginsWith(files, NPY_MAGIC)) return unpickle(bytes, 0, where, budget);
  const end = npyHeaderEnd(bytes.subarray(0, NPY_PREAMBLE), where);
  if (end > bytes.length) throw new DataError(`${where} ends in the middle of its header; copy it again.`);
  const header = parseNpyHeader(bytes.subarray(0, end), where);
  if (header.type.code !== "|O")
    throw new DataError(
      `${where} is a .npy file of plain numbers (${quoted(header.type.code)}), not of recorded trajectories; put ` +
        "observations, actions, rewards and terminals together in one file with numpy.savez.",
    );
  return unpickle(bytes, end, where, budget);
}

interface TrajectoryList {
  readonly trajectories: readonly PickleDictionary[];
  /** The one dictionary holds rows of several episodes. */
  readonly flat: boolean;
}

function trajectoriesIn(value: PickleValue, where: string): TrajectoryList {
  const stored = value instanceof NumpyArray ? value.data : value;
  // numpy.save makes an array without axes of a dictionary.
  const alone = value instanceof NumpyArray && value.shape.length === 0 && Array.isArray(stored) ? stored[0] : value;
  const episodes = alone instanceof Map ? [...alone.values()] : [];
  // A dictionary of episodes, by their names or numbers.
  if (episodes.length > 0 && episodes.every((entry) => entry instanceof Map && entryOf(entry, "actions") !== undefined))
    return { trajectories: episodes as PickleDictionary[], flat: false };
  if (alone instanceof Map) return { trajectories: [alone], flat: true };
  if (!Array.isArray(stored) || stored.length === 0)
    throw new DataError(
      `${where} holds ${kindOf(value)} without trajectories; a list of dictionaries is expected, one per trajectory.`,
    );
  const trajectories = stored.map((entry, i) => {
    if (entry instanceof Map) return entry;
    if (isListOfSteps(entry)) return joined(entry);
    throw new DataError(`${where} has ${kindOf(entry)} for trajectory ${i}, where a dictionary is expected.`);
  });
  return isStep(stored[0]!) ? { trajectories: [joined(trajectories)], flat: true } : { trajectories, flat: false };
}

/** Dictionaries of one step each as one dictionary of lists; a step that lacks a key is refused when the key is read. */
function joined(steps: readonly PickleDictionary[]): PickleDictionary {
  const keys = [...steps[0]!.keys()];
  return new Map(keys.map((key) => [key, steps.map((step) => step.get(key) ?? null)]));
}

/** Whether it is one step, whose reward is a number and no list of them. */
function isStep(entry: PickleValue): entry is PickleDictionary {
  return entry instanceof Map && typeof entryOf(entry, "rewards") === "number";
}

function isListOfSteps(entry: PickleValue): entry is PickleDictionary[] {
  return Array.isArray(entry) && entry.length > 0 && entry.every(isStep);
}

/** What an entry holds for a role, under whatever name. */
function entryOf(entry: PickleDictionary, role: RowRole): PickleValue | undefined {
  for (const [key, value] of entry) if (rowRole(String(key)) === role) return value;
  return undefined;
}

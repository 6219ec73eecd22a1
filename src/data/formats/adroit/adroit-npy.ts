/**
 * The .npy files of the binary Adroit tasks, as AWAC published them and Cal-QL, RLPD and WSRL use them: an object array
 * with one pickled dictionary per trajectory. Two layouts exist. In `<task>2_sparse.npy` (demonstrations) observations
 * and next_observations are lists of dictionaries, of which `state_observation` is the one to learn from, and rewards
 * have one entry too many, the last. In `<task>_bc_sparse4.npy` (a cloned policy) all are plain arrays, and rewards and
 * terminals have the shape [T, 1]. There `terminals` is set where only the clock ended the episode; env_infos say so.
 *
 * Which trajectories are learned from, and up to where, is decided by `applyAdroitBinaryRule`; here all are handed out.
 */

import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { type DataFiles, readWhole } from "../../containers/files.js";
import { NPY_PREAMBLE, npyHeaderEnd, parseNpyHeader } from "../../containers/numpy/npy.js";
import { unpickle } from "../../containers/numpy/pickle.js";
import { damaged } from "../../containers/numpy/pickle-cursor.js";
import { kindOf, NumpyArray, type PickleDictionary } from "../../containers/numpy/pickle-values.js";
import { checkFinite, quoted } from "../../containers/refusal.js";
import { type Episode, stateOf } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { splitTrajectories } from "../../trajectories.js";
import type { ReadOptions } from "../format.js";
import { readTrajectory, type Trajectory, type TrajectoryPlace, textOf } from "./adroit-trajectory.js";

/** The published files have some tens of megabytes; far beyond that, a machine's memory is at stake. */
const LARGEST_FILE = 2 ** 31;
/**
 * Reading stays below four times the file and 64 MiB: beside the file itself, what it unpacks to, and the tables of one
 * trajectory. What is handed out in all is checked against the size as well, because a pickle can name a trajectory often.
 */
const unpackedBytes = (fileBytes: number) => 2.4 * fileBytes + 40 * 2 ** 20;
const tableBytes = (fileBytes: number) => 0.6 * fileBytes + 24 * 2 ** 20;

/** The trajectories of a file as episodes. @throws DataError where it is not a pickle of trajectories, or is a hostile one */
export function openAdroitNpy(files: DataFiles, options: ReadOptions): EpisodeSource {
  const { name } = files;
  const bytes = readWhole(files, files.paths[0]!, LARGEST_FILE);
  const trajectories = readTrajectories(bytes, name);
  const place = (index: number) => ({ name, index, observationKeys: options.observationKeys });
  const read = (index: number) =>
    readTrajectory(place(index), trajectories[index]!, { bytes: tableBytes(bytes.length) });
  const first = read(0);
  const sizes = { observationSize: first.observations.columns, actionSize: first.actions.columns };
  return {
    source: name,
    observations: vectorParts(sizes.observationSize),
    actionSize: sizes.actionSize,
    async *episodes() {
      let left = tableBytes(bytes.length);
      for (const index of trajectories.keys()) {
        for (const episode of episodesOf(place(index), read(index), sizes, options.allowNonFinite === true)) {
          left -= stateOf(episode.observations).byteLength + episode.actions.byteLength + 5 * episode.length;
          if (left < 0) throw damaged(`"${name}", trajectory ${index},`, "repeats what is stored once");
          yield episode;
        }
      }
    },
  };
}

function readTrajectories(bytes: Uint8Array, name: string): PickleDictionary[] {
  const where = `"${name}"`;
  const end = npyHeaderEnd(bytes.subarray(0, NPY_PREAMBLE), where);
  if (end > bytes.length) throw new DataError(`${where} ends in the middle of its header; copy it again.`);
  const header = parseNpyHeader(bytes.subarray(0, end), where);
  if (header.type.code !== "|O")
    throw new DataError(
      `${where} is a .npy file of plain numbers (${quoted(header.type.code)}), not of recorded trajectories; put ` +
        "observations, actions, rewards and terminals together in one of the known formats.",
    );
  const value = unpickle(bytes, end, where, unpackedBytes(bytes.length));
  const entries = value instanceof NumpyArray ? value.data : value;
  if (!Array.isArray(entries) || entries.length === 0)
    throw new DataError(`${where} holds ${kindOf(value)} without trajectories; an array of dictionaries is expected.`);
  return entries.map((entry, i) => {
    if (entry instanceof Map) return entry;
    throw new DataError(`${where} has ${kindOf(entry)} for trajectory ${i}, where a dictionary is expected.`);
  });
}

/** One episode, or several where the stored next observations do not lead on; none of a trajectory without steps. */
function episodesOf(
  place: TrajectoryPlace,
  { observations, nextObservations, actions, rewards, terminals }: Trajectory,
  sizes: { readonly observationSize: number; readonly actionSize: number },
  allowNonFinite: boolean,
): Episode[] {
  if (observations.rows === 0) return [];
  const tables = [
    { key: "observations", table: observations, columns: sizes.observationSize },
    { key: "next_observations", table: nextObservations, columns: sizes.observationSize },
    { key: "actions", table: actions, columns: sizes.actionSize },
    { key: "rewards", table: { values: rewards, columns: 1 }, columns: 1 },
  ];
  for (const { key, table, columns } of tables) {
    if (table.columns !== columns || columns === 0)
      throw new DataError(
        `${textOf(place, key)} has ${table.columns} numbers a step, where ${columns || "at least one"} is expected.`,
      );
    if (!allowNonFinite) checkFinite(table.values, columns, textOf(place, key));
  }
  const rows = {
    count: observations.rows,
    ...sizes,
    observations: observations.values,
    nextObservations: nextObservations.values,
    actions: actions.values,
    rewards,
    terminals,
  };
  return splitTrajectories(rows, place.name);
}

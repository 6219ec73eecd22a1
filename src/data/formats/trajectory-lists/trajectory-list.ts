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
 * dictionary per step; marks tell there where episodes end. Which trajectories of the Adroit tasks are learned from is
 * decided by `applyAdroitBinaryRule`; here all are handed out.
 */

import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { beginsWith, type DataFiles, readWhole } from "../../containers/files.js";
import { NPY_MAGIC, NPY_PREAMBLE, npyHeaderEnd, parseNpyHeader } from "../../containers/numpy/npy.js";
import { unpickle } from "../../containers/numpy/pickle.js";
import { damaged } from "../../containers/numpy/pickle-cursor.js";
import { kindOf, NumpyArray, type PickleDictionary, type PickleValue } from "../../containers/numpy/pickle-values.js";
import { checkFinite, quoted } from "../../containers/refusal.js";
import { type Episode, stateOf } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import { splitTrajectories } from "../../trajectories.js";
import type { ReadOptions } from "../format.js";
import { readTrajectory, type Trajectory } from "./listed-trajectory.js";
import { type TrajectoryPlace, textOf } from "./trajectory-place.js";

/** The published files have some tens of megabytes; far beyond that, a machine's memory is at stake. */
const LARGEST_FILE = 2 ** 31;
/**
 * Reading stays below four times the file and 64 MiB: beside the file itself, what it unpacks to, and the tables of one
 * trajectory. What is handed out in all is checked against the size as well, because a pickle can name a trajectory often.
 */
const unpackedBytes = (fileBytes: number) => 2.4 * fileBytes + 40 * 2 ** 20;
const tableBytes = (fileBytes: number) => 0.6 * fileBytes + 24 * 2 ** 20;
const episodeBytes = (fileBytes: number) => 1.2 * fileBytes + 24 * 2 ** 20;

/** The trajectories of a file as episodes. @throws DataError where it is not a pickle of trajectories, or is a hostile one */
export function openTrajectoryList(files: DataFiles, options: ReadOptions): EpisodeSource {
  const { name } = files;
  const bytes = readWhole(files, files.paths[0]!, LARGEST_FILE);
  const within = (most: number) => (options.trusted === true ? Number.POSITIVE_INFINITY : most);
  const value = unpickled(files, bytes, within(unpackedBytes(bytes.length)));
  const { trajectories, flat } = trajectoriesIn(value, `"${name}"`);
  const place = (index: number) => ({ name, index, flat, options });
  const tables = within((flat ? episodeBytes : tableBytes)(bytes.length));
  const read = (index: number) => readTrajectory(place(index), trajectories[index]!, { bytes: tables });
  const first = read(0);
  const sizes = { observationSize: first.observations.columns, actionSize: first.actions.columns };
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: vectorParts(sizes.observationSize),
    actionSize: sizes.actionSize,
    notes,
    async *episodes() {
      notes.begin();
      let left = within(episodeBytes(bytes.length));
      for (const index of trajectories.keys()) {
        for (const episode of episodesOf(place(index), read(index), sizes, notes)) {
          left -= stateOf(episode.observations).byteLength + episode.actions.byteLength + 5 * episode.length;
          if (left < 0) throw damaged(`"${name}", trajectory ${index},`, "repeats what is stored once");
          yield episode;
        }
      }
    },
  };
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
  if (alone instanceof Map) return { trajectories: [alone], flat: true };
  if (!Array.isArray(stored) || stored.length === 0)
    throw new DataError(
      `${where} holds ${kindOf(value)} without trajectories; a list of dictionaries is expected, one per trajectory.`,
    );
  const trajectories = stored.map((entry, i) => {
    if (entry instanceof Map) return entry;
    throw new DataError(`${where} has ${kindOf(entry)} for trajectory ${i}, where a dictionary is expected.`);
  });
  const reward = trajectories[0]!.get("rewards");
  return typeof reward === "number"
    ? { trajectories: [joined(trajectories)], flat: true }
    : { trajectories, flat: false };
}

/** Dictionaries of one step each as one dictionary of lists; a step that lacks a key is refused when the key is read. */
function joined(steps: readonly PickleDictionary[]): PickleDictionary {
  const keys = [...steps[0]!.keys()];
  return new Map(keys.map((key) => [key, steps.map((step) => step.get(key) ?? null)]));
}

/** One episode, or several where marks or stored next observations part them; none of a trajectory without steps. */
function episodesOf(
  place: TrajectoryPlace,
  trajectory: Trajectory,
  sizes: { readonly observationSize: number; readonly actionSize: number },
  notes: ReadingNotes,
): Episode[] {
  checkTables(place, trajectory, sizes);
  const { observations, nextObservations, actions, rewards, terminals, timeouts } = trajectory;
  const episodes: Episode[] = [];
  for (let from = 0; from < rewards.length; ) {
    const mark = timeouts?.indexOf(1, from) ?? -1;
    const to = mark < 0 ? rewards.length : mark + 1;
    const cut = (values: Float32Array, columns: number) => values.subarray(from * columns, to * columns);
    const rows = {
      count: to - from,
      ...sizes,
      observations: cut(observations.values, sizes.observationSize),
      ...(nextObservations && { nextObservations: cut(nextObservations.values, sizes.observationSize) }),
      actions: cut(actions.values, sizes.actionSize),
      rewards: rewards.subarray(from, to),
      terminals: terminals.subarray(from, to),
      ...(timeouts && { timeouts: new Uint8Array(to - from) }),
    };
    episodes.push(...splitTrajectories(rows, place.name));
    from = to;
  }
  const steps = episodes.reduce((sum, { length }) => sum + length, 0);
  notes.leaveOut(
    rewards.length - steps,
    "because an episode ends there without a next observation; such a row gives only the last observation",
    place.flat ? undefined : `trajectory ${place.index}`,
  );
  return episodes;
}

function checkTables(
  place: TrajectoryPlace,
  { observations, nextObservations, actions, rewards }: Trajectory,
  { observationSize, actionSize }: { readonly observationSize: number; readonly actionSize: number },
): void {
  if (rewards.length === 0) return;
  const tables = [
    { key: "observations", table: observations, columns: observationSize },
    ...(nextObservations ? [{ key: "next_observations", table: nextObservations, columns: observationSize }] : []),
    { key: "actions", table: actions, columns: actionSize },
    { key: "rewards", table: { values: rewards, columns: 1 }, columns: 1 },
  ];
  for (const { key, table, columns } of tables) {
    if (table.columns !== columns || columns === 0)
      throw new DataError(
        `${textOf(place, key)} has ${table.columns} numbers a step, where ${columns || "at least one"} is expected.`,
      );
    if (place.options.allowNonFinite !== true) checkFinite(table.values, columns, textOf(place, key));
  }
}

/**
 * Folders of one .npz an episode, as ExORL, V-D4RL and DreamerV2 write them: T + 1 rows, of which row t has the
 * observation with the action and the reward that led to it. So a step's action and reward stand one row further down,
 * beside its next observation; those of the first row are dummies, and every step's next observation is known.
 *
 * The task ended an episode where `is_terminal` is 1 or `discount` is 0 in its last row, else the clock did. The layouts
 * were read from denisyarats/exorl (replay_buffer.py), conglu1997/v-d4rl (conversion_scripts/hdf5_to_npz.py) and
 * danijar/dreamerv2 (dreamerv2/common/replay.py and driver.py).
 */

import { DataError } from "../../../errors.js";
import { type ObservationParts, type Observations, plainParts, rowBytes, STATE } from "../../columns.js";
import type { DataFiles } from "../../containers/files.js";
import type { NpzArray } from "../../containers/numpy/npz.js";
import { flagsOf, quoted } from "../../containers/refusal.js";
import { actionIndexProblem, countOfChoices, findWrongIndex } from "../../discrete-actions.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import { EpisodeMemory } from "../episode-memory.js";
import { checkFiniteIn, mustBeFinite, nothingLeft, unlessFaulty } from "../faulty-episode.js";
import type { ReadOptions } from "../format.js";
import { sideBySide } from "../row-blocks.js";
import { type EpisodeArrays, episodePaths, openEpisodeFile } from "./episode-arrays.js";

/** What all episodes of a folder have in common. */
interface Layout {
  readonly observations: ObservationParts;
  readonly actionSize: number;
}

/** The episodes of a folder. @throws DataError for arrays that are missing, unknown or do not fit together */
export function openEpisodeFiles(files: DataFiles, options: ReadOptions): EpisodeSource {
  const paths = episodePaths(files);
  const first = openEpisodeFile(files, paths[0]!, options);
  const layout = layoutOf(first);
  const discreteActions = countOfChoices(first.action.shape, options.discreteActions, `${first.where}, "action",`);
  const notes = new ReadingNotes();
  return {
    source: files.name,
    ...layout,
    discreteActions,
    notes,
    async *episodes() {
      notes.begin();
      let faulty = 0;
      for (const sentence of first.assumed) notes.say(sentence);
      for (const path of paths) {
        const arrays = openEpisodeFile(files, path, options);
        if (arrays.rows < 2) {
          notes.leaveOut(arrays.rows, "because their episode has no second row", path);
          continue;
        }
        const episode = await unlessFaulty(options, notes, () =>
          readEpisode(arrays, path, layout, discreteActions, options),
        );
        if (episode) yield episode;
        else faulty++;
      }
      if (faulty === paths.length) throw nothingLeft(files.name, notes);
    },
  };
}

/** Numbers side by side are the part `state`; a picture is a part of its own. */
function layoutOf({ observations, action }: EpisodeArrays): Layout {
  const vectors = observations.filter(({ picture }) => picture === undefined);
  const size = vectors.reduce((sum, { array }) => sum + array.columns, 0);
  return {
    observations: {
      ...(vectors.length > 0 && { [STATE]: { type: "float32", shape: [size] } as const }),
      ...Object.fromEntries(
        observations.flatMap(({ array, picture }) =>
          picture === undefined ? [] : [[picture, { type: "uint8", shape: array.shape.slice(1) } as const]],
        ),
      ),
    },
    actionSize: action.columns,
  };
}

function readEpisode(
  arrays: EpisodeArrays,
  path: string,
  layout: Layout,
  discreteActions: number | undefined,
  options: ReadOptions,
): Episode {
  const { rows, where, action, reward } = arrays;
  refuseOtherLayout(arrays, layout);
  const numbers = layout.actionSize + arrays.marks.length + 2;
  const rowSize = Object.values(layout.observations).reduce((sum, part) => sum + rowBytes(part), 4 * numbers);
  const memory = new EpisodeMemory(where, options).addFile(arrays.fileBytes);
  if (rows > memory.mostRows(rowSize)) throw memory.tooLong("the episode");
  const hand = { where, place: path, steps: rows - 1 };
  const read = (key: string, array: NpzArray): Float32Array => {
    const values = take(array);
    if (mustBeFinite(options)) checkFiniteIn(hand, values, array.columns, `${where}, ${quoted(key)},`);
    return values;
  };
  const length = rows - 1;
  const ended = endedByTask(arrays);
  const terminated = new Uint8Array(length);
  if (ended) terminated[length - 1] = 1;
  const actions = read("action", action);
  const taken = actions.subarray(layout.actionSize);
  // The first of all choices is 0, so that nothing is told by a first row of it.
  if (discreteActions === undefined) refuseOtherOrder(where, actions.subarray(0, layout.actionSize));
  const wrong = discreteActions === undefined ? -1 : findWrongIndex(taken, discreteActions);
  if (wrong >= 0)
    throw new DataError(
      `${where}, "action", row ${wrong + 1}, ${actionIndexProblem(taken[wrong]!, discreteActions!)}; repair the row or the count.`,
    );
  return {
    length,
    observations: readObservations(arrays, read),
    actions: taken,
    rewards: read("reward", reward).subarray(1),
    terminated,
    truncated: !ended,
  };
}

function readObservations(
  { observations, rows }: EpisodeArrays,
  read: (key: string, array: NpzArray) => Float32Array,
): Observations {
  const pictures = observations.flatMap(({ array, picture }) => {
    if (picture === undefined) return [];
    const bytes = new Uint8Array(rows * array.columns);
    array.read(bytes);
    return [[picture, bytes] as const];
  });
  const tables = observations
    .filter(({ picture }) => picture === undefined)
    .map(({ key, array }) => ({ values: read(key, array), columns: array.columns }));
  const state = tables.length === 1 ? tables[0]!.values : sideBySide(tables, rows);
  return { ...(tables.length > 0 && { [STATE]: state }), ...Object.fromEntries(pictures) };
}

/** Whether the task ended the episode. @throws DataError for a mark in a row where it contradicts the file */
function endedByTask({ where, rows, marks }: EpisodeArrays): boolean {
  let ended = false;
  for (const { key, array } of marks) {
    const values = take(array);
    const flags = key === "discount" ? values.map((value) => (value === 0 ? 1 : 0)) : values;
    const set = flagsOf(flags, `${where}, ${quoted(key)},`);
    const allowed = key === "is_first" ? 0 : rows - 1;
    const wrong = set.findIndex((flag, row) => flag === 1 && row !== allowed);
    if (wrong >= 0)
      throw new DataError(
        `${where}, ${quoted(key)}, marks row ${wrong} of ${rows}, although a file holds one whole episode; write one file an episode, or leave the key aside with --ignore ${key} if it marks something else.`,
      );
    if ((key === "discount" || key === "is_terminal") && set[rows - 1] === 1) ended = true;
  }
  return ended;
}

/** @throws DataError where the first row has an action, which then cannot be the one that led to its observation */
function refuseOtherOrder(where: string, firstAction: Float32Array): void {
  if (firstAction.every((value) => value === 0)) return;
  throw new DataError(
    `${where}, "action", is not 0 in its first row, to whose observation no action led; a row is expected to have the action before its observation, so put a row of zeros first and the last action beside the last observation.`,
  );
}

/** @throws DataError where an episode has other parts, or actions of another size, than the first */
function refuseOtherLayout(arrays: EpisodeArrays, layout: Layout): void {
  const words = ({ observations, actionSize }: Layout) => JSON.stringify([plainParts(observations), actionSize]);
  if (words(layoutOf(arrays)) === words(layout)) return;
  throw new DataError(
    `${arrays.where} has observations or actions of another shape than the first file; give the folder of a single task.`,
  );
}

function take(array: NpzArray): Float32Array {
  const values = new Float32Array(array.rows * array.columns);
  array.read(values);
  return values;
}

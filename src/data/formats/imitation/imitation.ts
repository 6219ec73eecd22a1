/**
 * Trajectories of the library imitation (HumanCompatibleAI): `obs` has one row more than `acts` in each, `rews` one
 * number an action, and `terminal` says whether the task ended it; else the clock did. So every action is a step whose
 * next observation is known, and nothing is left out. `infos` are not read.
 *
 * Two forms exist: the .npz of its earlier versions, and since 0.4 a folder of Hugging Face's `datasets`. The layouts
 * were read from imitation's src/imitation/data/serialize.py and huggingface_utils.py.
 */

import { DataError } from "../../../errors.js";
import { type ObservationParts, STATE, vectorParts } from "../../columns.js";
import type { DataFiles } from "../../containers/files.js";
import { flagsOf } from "../../containers/refusal.js";
import { actionIndexProblem, countOfChoices, findWrongIndex } from "../../discrete-actions.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import { ReadingNotes } from "../../reading-notes.js";
import { checkedIn, checkFiniteIn, faulty, mustBeFinite, nothingLeft, unlessFaulty } from "../faulty-episode.js";
import type { ReadOptions } from "../format.js";
import { floatPictureNote, looksLikePicture } from "../pictures/picture-form.js";
import { foldedTrajectories } from "./imitation-folder.js";
import { packedTrajectories } from "./imitation-npz.js";
import type { StoredRows, StoredTrajectory } from "./stored-trajectory.js";

/** The part that pictures become. */
const IMAGE = "image";

/** What all trajectories have alike. */
interface Sizes {
  readonly observations: ObservationParts;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly discreteActions: number | undefined;
}

/** The dataset in an .npz file or a folder. @throws DataError for arrays or columns that are missing or do not fit */
export function openImitation(files: DataFiles, options: ReadOptions): EpisodeSource {
  const trajectories = () => (files.kind === "file" ? packedTrajectories : foldedTrajectories)(files, options);
  const { obs, acts } = firstOf(files.name, trajectories(), options);
  const sizes = {
    observations: partOf(obs, `"${files.name}": "obs"`),
    observationSize: obs.columns,
    actionSize: acts.columns,
    discreteActions: countOfChoices(acts.shape, options.discreteActions, `"${files.name}": "acts"`),
  };
  const notes = new ReadingNotes();
  return {
    source: files.name,
    observations: sizes.observations,
    actionSize: sizes.actionSize,
    discreteActions: sizes.discreteActions,
    notes,
    async *episodes() {
      notes.begin();
      const told = IMAGE in sizes.observations ? undefined : floatPictureNote("obs", obs.shape.slice(1));
      if (told !== undefined) notes.say(told);
      let handed = 0;
      for (const trajectory of trajectories()) {
        const episode = await unlessFaulty(options, notes, () => episodeOf(trajectory, sizes, !mustBeFinite(options)));
        if (episode === undefined) continue;
        handed++;
        yield episode;
      }
      if (handed === 0) throw nothingLeft(files.name, notes);
    },
  };
}

/** The trajectory that tells the sizes: the first, or, where faulty ones are left out, the first whose arrays fit together. */
function firstOf(
  name: string,
  trajectories: Iterable<StoredTrajectory>,
  { dropFaulty }: Pick<ReadOptions, "dropFaulty">,
): StoredTrajectory {
  let first: StoredTrajectory | undefined;
  for (const trajectory of trajectories) {
    first ??= trajectory;
    const { obs, acts, rews } = trajectory;
    if (dropFaulty !== true || (obs.rows === acts.rows + 1 && rews.rows === acts.rows)) return trajectory;
  }
  if (first === undefined) throw new DataError(`"${name}" has no trajectories; record some first.`);
  return first;
}

function episodeOf(trajectory: StoredTrajectory, sizes: Sizes, allowNonFinite: boolean): Episode {
  const { where, obs, acts, rews, terminal } = trajectory;
  const length = acts.rows;
  const hand = { where, place: where.slice(where.indexOf(", ") + 2), steps: length };
  if (length === 0) throw faulty(hand, "has no actions", "it has no actions");
  const columns = { obs: sizes.observationSize, acts: sizes.actionSize, rews: 1 };
  const rows = { obs: length + 1, acts: length, rews: length };
  for (const [key, table] of Object.entries({ obs, acts, rews })) {
    const name = key as keyof typeof rows;
    if (table.rows !== rows[name])
      throw faulty(
        hand,
        `has ${counted(table.rows, "row")} of "${key}" where its ${counted(length, "action")} need ${rows[name]}`,
        "its arrays do not have as many rows as its actions need",
      );
    if (table.columns !== columns[name] || table.columns === 0)
      throw faulty(
        hand,
        `has ${counted(table.columns, "number")} a row of "${key}" where others have ${columns[name] || "at least one"}; all trajectories must be of one task`,
        "its arrays have other numbers of columns",
      );
    if (!allowNonFinite && table.values instanceof Float32Array)
      checkFiniteIn(hand, table.values, table.columns, `${where}, "${key}",`);
  }
  const [found, wanted] = [partOf(obs, `${where}, "obs"`), sizes.observations].map(shapeOfPictures);
  if (found !== wanted)
    // They may have as many numbers.
    throw faulty(hand, `has ${found} where others have ${wanted}`, "its pictures are of another shape");
  checkedIn(hand, "its actions are none of the choices", () => refuseWrongChoice(trajectory, sizes.discreteActions));
  const [ended] = checkedIn(hand, "its marks are neither 0 nor 1", () => flagsOf(terminal, `${where}, "terminal",`));
  const terminated = new Uint8Array(length);
  terminated[length - 1] = ended!;
  return {
    length,
    observations: IMAGE in sizes.observations ? { [IMAGE]: Uint8Array.from(obs.values) } : { [STATE]: floatsOf(obs) },
    actions: floatsOf(acts),
    rewards: floatsOf(rews),
    terminated,
    truncated: ended !== 1,
  };
}

/** What a row of `obs` is. @throws DataError for one of too many axes */
function partOf({ shape, columns, bytes }: StoredRows, where: string): ObservationParts {
  const row = shape.slice(1);
  if (bytes && looksLikePicture(row)) return { [IMAGE]: { type: "uint8", shape: row } };
  if (row.length <= 3) return vectorParts(columns);
  throw new DataError(
    `${where} has the shape [${row.slice(0, 8).join(", ")}] a row, which is neither a vector nor a picture; store pictures as uint8 [height, width, channels], stacked frames as more channels.`,
  );
}

function shapeOfPictures({ [IMAGE]: pictures }: ObservationParts): string {
  return pictures ? `pictures of the shape [${pictures.shape.join(", ")}]` : "no pictures";
}

function refuseWrongChoice({ where, acts }: StoredTrajectory, count: number | undefined): void {
  const wrong = count === undefined ? -1 : findWrongIndex(floatsOf(acts), count);
  if (wrong < 0) return;
  const problem = actionIndexProblem(acts.values[wrong]!, count!);
  throw new DataError(`${where}, "acts", row ${wrong}, ${problem}; repair the row or the count.`);
}

function floatsOf({ values }: StoredRows): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/**
 * Trajectories of the library imitation (HumanCompatibleAI): `obs` has one row more than `acts` in each, `rews` one
 * number an action, and `terminal` says whether the task ended it; else the clock did. So every action is a step whose
 * next observation is known, and nothing is left out. `infos` are not read.
 *
 * Two forms exist: the .npz of its earlier versions, and since 0.4 a folder of Hugging Face's `datasets`. The layouts
 * were read from imitation's src/imitation/data/serialize.py and huggingface_utils.py.
 */

import { DataError } from "../../../errors.js";
import { STATE, vectorParts } from "../../columns.js";
import type { DataFiles } from "../../containers/files.js";
import { checkRows } from "../../containers/refusal.js";
import { actionIndexProblem, countOfChoices, findWrongIndex } from "../../discrete-actions.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import { checkFiniteIn, mustBeFinite, nothingLeft, unlessFaulty } from "../faulty-episode.js";
import type { ReadOptions } from "../format.js";
import { foldedTrajectories } from "./imitation-folder.js";
import { packedTrajectories } from "./imitation-npz.js";
import type { StoredTrajectory } from "./stored-trajectory.js";

/** The dataset in an .npz file or a folder. @throws DataError for arrays or columns that are missing or do not fit */
export function openImitation(files: DataFiles, options: ReadOptions): EpisodeSource {
  const trajectories = () => (files.kind === "file" ? packedTrajectories : foldedTrajectories)(files, options);
  const [first] = trajectories();
  if (first === undefined) throw new DataError(`"${files.name}" has no trajectories; record some first.`);
  const { obs, acts } = first;
  const discreteActions = countOfChoices(acts.shape, options.discreteActions, `"${files.name}": "acts"`);
  const notes = new ReadingNotes();
  return {
    source: files.name,
    observations: vectorParts(obs.columns),
    actionSize: acts.columns,
    discreteActions,
    notes,
    async *episodes() {
      notes.begin();
      let handed = 0;
      for (const trajectory of trajectories()) {
        const episode = await unlessFaulty(options, notes, () => {
          refuseWrongChoice(trajectory, discreteActions);
          return episodeOf(trajectory, obs.columns, acts.columns, !mustBeFinite(options));
        });
        if (episode === undefined) continue;
        handed++;
        yield episode;
      }
      if (handed === 0) throw nothingLeft(files.name, notes);
    },
  };
}

function refuseWrongChoice({ where, acts }: StoredTrajectory, count: number | undefined): void {
  const wrong = count === undefined ? -1 : findWrongIndex(acts.values, count);
  if (wrong < 0) return;
  const problem = actionIndexProblem(acts.values[wrong]!, count!);
  throw new DataError(`${where}, "acts", row ${wrong}, ${problem}; repair the row or the count.`);
}

function episodeOf(
  { where, obs, acts, rews, terminal }: StoredTrajectory,
  observationSize: number,
  actionSize: number,
  allowNonFinite: boolean,
): Episode {
  const length = acts.rows;
  const place = where.slice(where.indexOf(", ") + 2);
  checkRows(`${where}, "obs",`, obs.rows - 1, length);
  checkRows(`${where}, "rews",`, rews.rows, length);
  const expected = { obs: observationSize, acts: actionSize, rews: 1 };
  for (const [key, table] of Object.entries({ obs, acts, rews })) {
    const columns = expected[key as keyof typeof expected];
    if (table.columns !== columns || columns === 0)
      throw new DataError(
        `${where}, "${key}", has ${table.columns} numbers a row where ${columns || "at least one"} is expected; all trajectories must be of one task.`,
      );
    if (!allowNonFinite) checkFiniteIn({ where, place, steps: length }, table.values, columns, `${where}, "${key}",`);
  }
  const ended = terminal[0] === 1;
  const terminated = new Uint8Array(length);
  if (ended) terminated[length - 1] = 1;
  return {
    length,
    observations: { [STATE]: obs.values },
    actions: acts.values,
    rewards: rews.values,
    terminated,
    truncated: !ended,
  };
}

/**
 * Merging recordings: what must be alike, and the order of what comes out.
 */

import { expect, it } from "vitest";
import { vectorParts } from "./columns.js";
import { type Dataset, packEpisode } from "./episode.js";
import { mergeDatasets } from "./merge.js";
import { noteSentence } from "./notes-text.js";

function recording(source: string, value: number, actionSize = 1): Dataset {
  const action = new Float32Array(actionSize).fill(value);
  const episode = packEpisode([Float32Array.of(value), Float32Array.of(value + 1)], [action], [value], true);
  return { source, observations: vectorParts(1), actionSize, episodes: [episode] };
}

it("keeps the episodes in the order of the datasets and names them all", () => {
  const merged = mergeDatasets([recording("a", 1), recording("b", 2), recording("c", 3)]);
  expect(merged.source).toBe("a + b + c");
  expect(merged.episodes.map(({ rewards }) => rewards[0])).toEqual([1, 2, 3]);
});

it("refuses other actions, naming both datasets", () => {
  expect(() => mergeDatasets([recording("a", 1), recording("b", 2, 3)])).toThrow(
    '"b" has observations that are vectors of 1 number and actions of 3 where "a" has observations that are vectors of 1 number and actions of 1',
  );
  const discrete = { ...recording("d", 0), discreteActions: 4 };
  expect(() => mergeDatasets([discrete, recording("a", 1)])).toThrow("4 discrete actions");
});

it("keeps what the readers said, with the dataset that they said it of", () => {
  const left = { text: "because their episode has no second row", leftOut: 2, example: "line 3" };
  const merged = mergeDatasets([
    { ...recording("a", 1), notes: [left] },
    recording("b", 2),
    { ...recording("c", 3), notes: [{ text: "`done` was taken for the task's end", leftOut: 0 }] },
  ]);
  expect(merged.notes!.map(noteSentence)).toEqual([
    "2 rows left out, because their episode has no second row (in a, line 3, for one)",
    "c: `done` was taken for the task's end",
  ]);
  expect(mergeDatasets([recording("a", 1), recording("b", 2)])).not.toHaveProperty("notes");
});

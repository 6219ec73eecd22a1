/** Kitchen files as D4RL wrote them, read from one that h5py wrote (fixtures/formats/write_kitchen.py). */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { stateOf } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import { recogniseFormat } from "../formats.js";

const fixture = new URL("../../../../fixtures/formats/flat/d4rl-kitchen.hdf5", import.meta.url);

it("are cut where the demonstration's number changes, also where no terminal says so", async () => {
  const files = filesInMemory("kitchen.hdf5", new Uint8Array(readFileSync(fixture)));
  const format = await recogniseFormat(files);
  const { episodes, actionSize } = await loadDataset(await format.open(files, {}));
  expect([format.id, actionSize]).toEqual(["d4rl", 9]);
  expect(episodes.map(({ length, truncated, rewards }) => [length, truncated, [...rewards]])).toEqual([
    [4, false, [0, 1, 1, 2]],
    [3, true, [0, 0, 1]], // its fourth row only tells the last observation
    [4, false, [0, 1, 2, 4]],
  ]);
  const firstOfEach = episodes.map(({ observations, length }) => [
    stateOf(observations)[0],
    stateOf(observations)[60 * length],
  ]);
  expect(firstOfEach).toEqual([
    [0, 4], // the row after a terminal is all that there is
    [4, 7],
    [8, 11],
  ]);
});

/** The reader of d3rlpy 2's files against files in the layout of its `dump`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { vectorParts } from "../../columns.js";
import { readDataset } from "../../storage/open-dataset.js";
import { d3rlpyFormat } from "../formats.js";
import { expected, groupFile, groupFiles, load, refusal, type Tables } from "../grouped/groups.fixture.js";
import { plainEpisode, readPlain } from "../numpy.fixture.js";

describe("a file of d3rlpy 2", () => {
  test("is read as h5py wrote it, the last row only where the task ended there", async () => {
    const files = groupFiles("d3rlpy.h5");
    expect(await d3rlpyFormat.recognises(files)).toBe(true);
    const dataset = await load(d3rlpyFormat, files);
    expect(dataset).toMatchObject({ observations: vectorParts(3), actionSize: 2 });
    expect(dataset.episodes.map(plainEpisode)).toEqual(expected["d3rlpy.h5"]);
    expect(dataset.notes).toEqual([
      { text: "because nothing tells the observation after their action", leftOut: 5, example: "episode 1" },
    ]);
  });

  test("has observations of several parts side by side", async () => {
    expect(await readPlain(d3rlpyFormat, groupFiles("d3rlpy-tuple.h5"))).toEqual(expected["d3rlpy-tuple.h5"]);
    const { observations } = await load(d3rlpyFormat, groupFiles("d3rlpy-tuple.h5"), { observationKeys: ["1"] });
    expect(observations).toEqual(vectorParts(1));
  });

  test("with whole numbers as actions is refused until somebody counts them", async () => {
    const files = groupFiles("d3rlpy-discrete.h5");
    expect(await refusal(d3rlpyFormat, files)).toMatch(/the actions are one whole number a row.*--discrete-actions N/);
    const folder = mkdtempSync(join(tmpdir(), "calql-d3rlpy-"));
    try {
      const path = join(folder, "discrete.h5");
      const file = files.open("d3rlpy-discrete.h5");
      writeFileSync(path, file.read(0, file.size));
      const { discreteActions, episodes } = await readDataset(path, { discreteActions: 4 });
      expect(discreteActions).toBe(4);
      expect(episodes.map(plainEpisode)).toEqual(expected["d3rlpy-discrete.h5"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("with another number of episodes than it declares is refused", async () => {
    const files = await groupFile("d.h5", { observations_0: [[1]], actions_0: [[1]], rewards_0: [1] });
    expect(await refusal(d3rlpyFormat, files)).toContain("declares no number of episodes (num_episodes) but holds 1");
  });

  test("whose clock ended an episode says so in truncated_N; the task's end counts where both are set", async () => {
    const file = (more: Tables) =>
      groupFile(
        "d.h5",
        {
          observations_0: [[1], [2], [3]],
          actions_0: [[0.1], [0.2], [0.3]],
          rewards_0: [1, 2, 3],
          num_episodes: [1],
          ...more,
        },
        { num_episodes: [] },
      );
    const ends = async (more: Tables) => {
      const { episodes, notes = [] } = await load(d3rlpyFormat, await file(more));
      return [episodes.map(({ length, truncated }) => [length, truncated]), notes.map(({ leftOut }) => leftOut)];
    };
    expect(await ends({ terminated_0: [0], truncated_0: [1] })).toEqual([[[2, true]], [1]]);
    expect(await ends({ terminated_0: [1], truncated_0: [0] })).toEqual([[[3, false]], []]);
    expect(await ends({ terminated_0: [1], truncated_0: [1] })).toEqual([[[3, false]], []]);
    expect(await refusal(d3rlpyFormat, await file({ terminated_0: [0], truncated_0: [2] }))).toContain(
      '"d.h5": "episode 0" has "truncated" that is neither 0 nor 1',
    );
    expect(await refusal(d3rlpyFormat, await file({ terminated_0: [0, 1, 0] }))).toContain(
      '"episode 0" has 3 values of "terminated" where one for the whole episode belongs: the recording is faulty',
    );
  });
});

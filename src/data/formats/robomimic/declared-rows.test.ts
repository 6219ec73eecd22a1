/** robomimic's attribute num_samples beside the rows of its demonstrations: where they differ, a recording was cut short. */
import { expect, test } from "vitest";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { createHdf5 } from "../../containers/hdf5/create-hdf5.fixture.js";
import { robomimicFormat } from "../formats.js";
import { load } from "../grouped/groups.fixture.js";

/** Two demonstrations of three rows each, done in the last, that say they have so many. */
async function demonstrations(first: number, second: number): Promise<DataFiles> {
  const bytes = await createHdf5((file) => {
    const data = file.create_group("data");
    for (const [i, count] of [first, second].entries()) {
      const demo = data.create_group(`demo_${i}`);
      const add = (name: string, values: number[]) =>
        demo.create_dataset({ name, data: values, shape: [3], dtype: name === "dones" ? "<b" : "<f" });
      demo.create_attribute("num_samples", count, [], "<q");
      for (const name of ["actions", "rewards"]) add(name, [1, 2, 3]);
      add("dones", [0, 0, 1]);
      for (const [name, from] of Object.entries({ obs: 0, next_obs: 1 }))
        demo
          .create_group(name)
          .create_dataset({ name: "a", data: [from, from + 1, from + 2], shape: [3], dtype: "<f" });
    }
  });
  return filesInMemory("demos.hdf5", bytes);
}

test("rows that are missing are told, and the last one that is there ends no task", async () => {
  const { episodes, notes } = await load(robomimicFormat, await demonstrations(3, 5));
  expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
    [3, false],
    [3, true],
  ]);
  expect(notes!.map(({ text }) => text)).toEqual([
    'episodes of other lengths than the file says: 1, as where a recording was cut short (demo_1 has 3 rows where its "num_samples" says 5); where rows are missing, the clock is taken to have ended the episode, and --drop-faulty leaves it out',
  ]);
});

test("such a demonstration is left out where the user says so, and one that is as it says is not told", async () => {
  const { episodes, notes } = await load(robomimicFormat, await demonstrations(2, 3), { dropFaulty: true });
  expect(episodes).toHaveLength(1);
  expect(notes![0]).toEqual({
    text: 'because their episode is faulty: it has other rows than its "num_samples" says',
    leftOut: 3,
    example: "demo_0",
  });
  const sound = await load(robomimicFormat, await demonstrations(3, 3), { doneMeans: "task" });
  expect(sound.notes).toBeUndefined();
});

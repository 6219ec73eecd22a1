/**
 * Flat rows of which the user decides something: faulty rows that are left out, rewards that are made from successes, the
 * names of arrays that nobody knows, and ends whose meaning costs all rewards.
 */
import { describe, expect, it } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { recogniseFormat } from "../formats.js";
import { npzOf } from "../npy.fixture.js";

type Arrays = Parameters<typeof npzOf>[0];

async function read(arrays: Arrays, options: ReadOptions = {}) {
  const files = filesInMemory("x.npz", npzOf(arrays));
  const { episodes, notes } = await loadDataset(
    await (await recogniseFormat(files, options.from)).open(files, options),
  );
  return {
    rewards: episodes.map((episode) => [...episode.rewards]),
    ends: episodes.map(({ truncated, terminated }) =>
      truncated ? "clock" : terminated.at(-1) === 1 ? "task" : "none",
    ),
    notes: notes ?? [],
    said: (notes ?? []).map(({ text }) => text).join(" "),
  };
}

const column = (values: readonly number[]) => [[values.length, 1], values] as const;
const row = (values: readonly number[]) => [[values.length], values] as const;
/** Three episodes of two rows each. */
const six = {
  observations: column([1, 2, 3, 4, 5, 6]),
  actions: column([1, 2, 3, 4, 5, 6]),
  rewards: row([1, 2, 3, 4, 5, 6]),
  terminals: row([0, 1, 0, 1, 0, 1]),
};
const { rewards: _, ...unrewarded } = six;

describe("--drop-faulty", () => {
  const faulty = { ...six, actions: column([1, 2, Number.NaN, 4, 5, 6]) };

  it("leaves out the episode that holds a value that is no number, and counts it; in a look at the data too", async () => {
    await expect(read(faulty)).rejects.toThrow(
      /holds NaN in row 2; repair .*, or leave faulty episodes out with --drop-faulty\.$/,
    );
    for (const allowNonFinite of [false, true]) {
      const { rewards, notes } = await read(faulty, { dropFaulty: true, allowNonFinite });
      expect(rewards).toEqual([
        [1, 2],
        [5, 6],
      ]);
      expect(notes).toContainEqual({
        text: "because their episode is faulty: it holds values that are no finite numbers",
        leftOut: 2,
        example: "row 2",
      });
    }
    expect((await read(faulty, { allowNonFinite: true })).rewards).toHaveLength(3);
  });

  it("is refused where nothing is left, and where it means nothing", async () => {
    const all = { ...six, actions: column([1, Number.NaN, Number.NaN, 4, 5, Number.NaN]) };
    await expect(read(all, { dropFaulty: true })).rejects.toThrow(
      "holds no episode that can be learned from (6 rows left out",
    );
    const ogbench = { observations: six.observations, actions: six.actions, terminals: six.terminals };
    await expect(read(ogbench, { dropFaulty: true })).rejects.toThrow(
      "to which leaving faulty episodes out means nothing",
    );
  });
});

describe("successes", () => {
  it("are harmless beside rewards, and told where they are all that speaks of the task", async () => {
    expect((await read({ ...six, success: row([0, 1, 0, 0, 0, 1]) })).said).toBe("");
    const { terminals: __, ...unmarked } = six;
    const { said } = await read({ ...unmarked, timeouts: six.terminals, is_success: row([0, 1, 0, 0, 0, 1]) });
    expect(said).toContain('"is_success" says where it was solved; if that ends the task, store it as terminals');
  });

  it("make rewards, and end the task, where none are stored", async () => {
    const { terminals, ...open } = unrewarded;
    const arrays = { ...open, timeouts: terminals, solved: row([0, 1, 0, 0, 1, 0]) };
    await expect(read(arrays)).rejects.toThrow(
      'has no rewards, but "solved" says where the task was solved; make rewards from it with --reward success.',
    );
    const { rewards, ends, said } = await read(arrays, { successReward: "recorded" });
    expect(rewards).toEqual([[0, 1], [0], [0, 1]]);
    expect(ends).toEqual(["task", "clock", "task"]);
    expect(said).toContain("1 at the last step of 2 of 3 episodes");
  });

  it("make rewards by a column or by the numbers of episodes", async () => {
    const { terminals, ...open } = unrewarded;
    const arrays = { ...open, timeouts: terminals, reached: row([0, 0, 0, 1, 0, 0]) };
    const by = (successReward: NonNullable<ReadOptions["successReward"]>) =>
      read(arrays, {
        successReward,
        from: "transitions",
        ...(typeof successReward === "object" && "episodes" in successReward && { ignore: ["reached"] }),
      });
    expect((await by({ column: "reached" })).rewards).toEqual([[0], [0, 1], [0]]);
    expect((await by({ episodes: [0, 2] })).rewards).toEqual([[0, 1], [0], [0, 1]]);
    await expect(by({ episodes: [3] })).rejects.toThrow("has 3 episodes, numbered from 0, and so none of the number 3");
    await expect(by({ column: "nowhere" })).rejects.toThrow('has no array "nowhere" of successes');
    await expect(by("recorded")).rejects.toThrow("--reward success:KEY");
  });

  it("are not made where rewards are stored, until these are left aside", async () => {
    const arrays = { ...six, success: row([0, 1, 0, 0, 0, 1]) };
    await expect(read(arrays, { successReward: "recorded" })).rejects.toThrow("read it with --ignore rewards");
    expect((await read(arrays, { successReward: "recorded", ignore: ["rewards"] })).rewards).toEqual([
      [0, 1],
      [0, 0],
      [0, 1],
    ]);
  });
});

it("counts a last row whose choice is 0 among what is left out; of vectors it may only hold the last observation", async () => {
  const { terminals, ...open } = six;
  const zeros = { ...open, rewards: row([1, 0, 3, 0, 5, 0]), timeouts: terminals };
  const leftOut = async (actions: Arrays[string], options?: ReadOptions) =>
    (await read({ ...zeros, actions }, options)).notes.reduce((sum, note) => sum + note.leftOut, 0);
  expect(await leftOut(row([1, 0, 2, 0, 1, 0]), { discreteActions: 3 })).toBe(3);
  expect(await leftOut(column([1, 0, 2, 0, 1, 0]))).toBe(0);
});

describe("an unknown array", () => {
  const { terminals: __, ...unmarked } = six;
  const next = { next_observations: column([2, 3, 4, 5, 6, 7]) };

  it("in runs that never return looks like the number of the episode, and is one once renamed", async () => {
    const runs = row([7, 7, 3, 3, 9, 9]);
    await expect(read({ ...unmarked, ...next, run: runs })).rejects.toThrow(
      '"run" holds whole numbers in runs that never return, like the number of an episode; if it is that, rename it to episode_id, or leave it aside with --ignore run.',
    );
    expect((await read({ ...unmarked, ...next, episode_id: runs })).rewards).toEqual([[1], [3], [5, 6]]);
  });

  it("of other numbers is no such thing", async () => {
    await expect(read({ ...six, weight: row([7, 7, 3, 3, 7, 7]) })).rejects.toThrow(
      "nothing here knows what that says",
    );
    await expect(read({ ...six, frame: row([7, 8, 9, 10, 11, 12]) })).rejects.toThrow(
      "nothing here knows what that says",
    );
  });
});

describe("ends", () => {
  it("by the horizon are counted", async () => {
    const { terminals: __, ...unmarked } = six;
    const { said } = await read(unmarked, { from: "transitions", horizon: 2 });
    expect(said).toContain("The horizon of 2 steps cut 2 episodes");
  });

  it("that cost all rewards that tell anything are refused, and the next step keeps them", async () => {
    const { terminals: __, ...unmarked } = { ...six, rewards: row([0, 1, 0, 0, 0, 1]) };
    const arrays = { ...unmarked, done: six.terminals };
    await expect(read(arrays, { doneMeans: "clock" })).rejects.toThrow(
      "has rewards other than 0 only in rows such as row 1, whose next observation is not stored, so that none would be left; where the task ended there, say --done-means task",
    );
    expect((await read(arrays, { doneMeans: "task" })).rewards).toEqual([
      [0, 1],
      [0, 0],
      [0, 1],
    ]);
    expect((await read(arrays, { doneMeans: "either", horizon: 9 })).rewards).toHaveLength(3);
  });
});

describe("shapes", () => {
  it("of pictures are refused with what would be right", async () => {
    const pictures = { ...six, observations: [[6, 2, 2], Array.from({ length: 24 }, (_, i) => i)] as const };
    await expect(read(pictures)).rejects.toThrow(
      "if each row is one observation, such as a picture, flatten each row: [6, 4]; if the second axis counts environments or steps, all arrays must have it.",
    );
    expect((await read({ ...pictures, observations: [[6, 4], pictures.observations[1]] })).rewards).toHaveLength(3);
  });
});

describe("a horizon beside timeouts that are never set", () => {
  const { terminals: _, ...open } = six;
  const never = row([0, 0, 0, 0, 0, 0]);

  it("names the episodes of exactly that length that done ends; --done-means either gives them to the clock", async () => {
    const arrays = { ...open, dones: row([1, 0, 1, 0, 1, 0]), timeouts: never };
    const alone = await read(arrays, { horizon: 2 });
    expect([alone.rewards, alone.ends]).toEqual([
      [[1], [2, 3], [4, 5]],
      ["task", "task", "task"],
    ]);
    expect(alone.said).toContain(
      '"dones" does not tell whether the task or the clock ended an episode, and was taken for the task, also in 2 episodes of exactly 2 steps, the horizon (row 1, for one); where the clock did, say --done-means clock, or --done-means either --horizon 2',
    );
    const either = await read(arrays, { horizon: 2, doneMeans: "either" });
    expect([either.rewards, either.ends]).toEqual([
      [[1], [2], [4]],
      ["task", "clock", "clock"],
    ]);
    expect(either.said).not.toContain('"dones"');
  });

  it("cuts episodes; timeouts that are set tell it themselves", async () => {
    const ends = { ...open, terminals: row([0, 0, 0, 0, 0, 1]) };
    const cut = await read({ ...ends, timeouts: never }, { horizon: 3 });
    expect([cut.rewards, cut.ends]).toEqual([
      [
        [1, 2],
        [4, 5, 6],
      ],
      ["clock", "task"],
    ]);
    expect(cut.said).toContain(
      "The horizon of 3 steps cut 1 episode, because nothing marks where the clock ended one.",
    );
    const told = await read({ ...ends, timeouts: row([0, 1, 0, 0, 0, 0]) }, { horizon: 3 });
    expect(told.rewards).toEqual([[1], [3, 4, 5, 6]]);
    const unused = "The horizon of 3 steps was not used, because the data mark where the clock ended episodes.";
    expect(told.said).toContain(unused);
    expect(cut.said).not.toContain("not used");
    const environments = await read({ ...ends, timeouts: row([0, 1, 0, 0, 0, 0]) }, { fallbackHorizon: 3 });
    expect([environments.rewards, environments.said.includes("not used")]).toEqual([told.rewards, false]);
  });

  it("are looked for in all environments that stand side by side", async () => {
    const sideBySide = (values: readonly number[], ...columns: number[]) => [[4, 2, ...columns], values] as const;
    const arrays = {
      observations: sideBySide([0, 10, 1, 11, 2, 12, 3, 13], 1),
      next_observations: sideBySide([1, 11, 2, 12, 3, 13, 4, 14], 1),
      actions: sideBySide([0, 0, 0, 0, 0, 0, 0, 0], 1),
      rewards: sideBySide([1, 11, 2, 12, 3, 13, 4, 14]),
      terminals: sideBySide([0, 0, 0, 0, 0, 0, 1, 1]),
      timeouts: sideBySide([0, 0, 0, 1, 0, 0, 0, 0]),
    };
    expect((await read(arrays, { horizon: 3 })).rewards).toEqual([[1, 2, 3, 4], [11], [13, 14]]);
  });

  it("ends done at the horizon by the clock, although another array marks all ends", async () => {
    const dones = row([1, 0, 1, 0, 0, 1]);
    const { rewards, ends } = await read({ ...open, dones, episode_ends: dones }, { horizon: 2, doneMeans: "either" });
    expect(rewards).toEqual([[1], [2], [4, 5]]);
    expect(ends).toEqual(["task", "clock", "clock"]);
  });
});

it.each(["episode_length", "traj_lens", "ep_ends", "seq_starts", "lens"])(
  "a table with a value an episode, %s, is refused, and left aside where rows are marked",
  async (key) => {
    const arrays = { ...six, [key]: [[3], [2, 2, 2]] as const };
    await expect(read(arrays)).rejects.toThrow(`tells in "${key}" where episodes lie, in a table of its own`);
    expect((await read(arrays, { ignore: [key] })).rewards).toEqual((await read(six)).rewards);
  },
);

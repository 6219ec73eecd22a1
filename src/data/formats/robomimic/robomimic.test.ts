/** The robomimic reader against files in the layout of its own scripts, and against what people make of them. */
import { describe, expect, test } from "vitest";
import { vectorParts } from "../../columns.js";
import { maniskillFormat, robomimicFormat } from "../formats.js";
import { expected, groupFile, groupFiles, load, refusal, type Tables } from "../grouped/groups.fixture.js";
import { plainEpisode, readPlain } from "../numpy.fixture.js";

/** A demonstration of two steps; observations count 0, 1, 2 and positions ten times that. */
const demo = (name: string, more: Tables = {}): Tables =>
  Object.fromEntries(
    Object.entries({
      actions: [[0.5], [0.25]],
      rewards: [0, 1],
      dones: [false, true],
      "obs/a": [0, 1],
      "obs/b": [
        [0, 0],
        [10, 20],
      ],
      "next_obs/a": [1, 2],
      "next_obs/b": [
        [10, 20],
        [20, 40],
      ],
      ...more,
    }).map(([key, rows]) => [`data/${name}/${key}`, rows]),
  );

describe("a robomimic file", () => {
  test("is read as h5py wrote it: demonstrations by number, observations by key, next observations known", async () => {
    const files = groupFiles("robomimic.hdf5");
    expect(await robomimicFormat.recognises(files)).toBe(true);
    expect(await maniskillFormat.recognises(files)).toBe(false);
    const dataset = await load(robomimicFormat, files);
    expect(dataset).toMatchObject({ observations: vectorParts(6), actionSize: 2 });
    expect(dataset.notes).toBeUndefined();
    expect(dataset.episodes.map(plainEpisode)).toEqual(expected["robomimic.hdf5"]);
    expect(dataset.episodes.map(({ truncated }) => truncated)[3]).toBe(true);
  });

  test("without next observations keeps the last row only where it is done, and counts the others", async () => {
    const dataset = await load(robomimicFormat, groupFiles("robomimic-without-next.hdf5"));
    expect(dataset.episodes.map(plainEpisode)).toEqual(expected["robomimic-without-next.hdf5"]);
    expect(dataset.notes).toEqual([
      { text: "because nothing tells the observation after their action", leftOut: 2, example: "demo_1" },
    ]);
  });

  test("gives chosen observations in the order that was asked for", async () => {
    const options = { observationKeys: ["object", "eef_pos"] };
    const { observations, episodes } = await load(robomimicFormat, groupFiles("robomimic.hdf5"), options);
    expect(observations).toEqual(vectorParts(5));
    // In the file's order: eef_pos 0-1, gripper 2, object 3-5.
    const [first] = expected["robomimic.hdf5"]!;
    expect([...episodes[0]!.observations.state!.subarray(0, 5)]).toEqual(
      [3, 4, 5, 0, 1].map((i) => first!.observations[i]),
    );
    const unknown = { observationKeys: ["eef"] };
    expect(await refusal(robomimicFormat, groupFiles("robomimic.hdf5"), unknown)).toContain('Did you mean "eef_pos"?');
  });

  test("says that all are done, and takes the user's word for what that means", async () => {
    const files = await groupFile("d.hdf5", { ...demo("demo_0"), ...demo("demo_1") });
    const told = await load(robomimicFormat, files);
    expect(told.episodes.map(({ terminated }) => [...terminated])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(told.notes?.[0]?.text).toMatch(/^All 2 demonstrations end with "dones" = 1.* --done-means clock/);
    const ends = async (options: object) => {
      const { episodes, notes } = await load(robomimicFormat, files, options);
      expect(notes).toBeUndefined();
      return episodes.map(({ terminated, truncated }) => [terminated[1], truncated]);
    };
    expect(await ends({ doneMeans: "clock" })).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(await ends({ doneMeans: "task" })).toEqual([
      [1, false],
      [1, false],
    ]);
    expect(await ends({ doneMeans: "either", horizon: 2 })).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(await ends({ doneMeans: "either", fallbackHorizon: 3 })).toEqual([
      [1, false],
      [1, false],
    ]);
    expect(await refusal(robomimicFormat, files, { doneMeans: "either" })).toContain(
      "give the environment's with --horizon STEPS",
    );
    expect(await refusal(robomimicFormat, files, { horizon: 5 })).toContain("a horizon means nothing");
  });

  test("without dones is refused until the user says what its ends are", async () => {
    const { "data/demo_0/dones": _, ...tables } = demo("demo_0");
    const files = await groupFile("d.hdf5", tables);
    expect(await refusal(robomimicFormat, files)).toMatch(/has no "dones".*--done-means task or --done-means clock/);
    expect((await load(robomimicFormat, files, { doneMeans: "task" })).episodes[0]!.terminated).toEqual(
      Uint8Array.of(0, 1),
    );
    expect((await load(robomimicFormat, files, { doneMeans: "clock" })).episodes[0]).toMatchObject({ truncated: true });
  });

  test("with states alone is refused by name, with the scripts that extract observations", async () => {
    const message = await refusal(robomimicFormat, groupFiles("robosuite-raw.hdf5"));
    expect(message).toMatch(/"demo_1" holds states of the simulator and no observations, as robosuite's collector/);
    expect(message).toMatch(/convert_robosuite\.py .*dataset_states_to_obs\.py .*--done_mode 0/);
    // What that script writes with --done_mode 0: done only where the task succeeded.
    const extracted = await groupFile("low_dim.hdf5", {
      ...demo("demo_1"),
      ...demo("demo_2", { dones: [false, false] }),
    });
    const { episodes } = await load(robomimicFormat, extracted);
    expect(episodes.map(({ truncated }) => truncated)).toEqual([false, true]);
  });

  test("whose pictures are missing in the next observations is refused, and read without pictures", async () => {
    const message = await refusal(robomimicFormat, groupFiles("robomimic-images.hdf5"));
    expect(message).toMatch(/"demo_0" has no "next_obs\/agentview_image" \(read without .* by --ignore next_obs\)/);
    const episodes = await readPlain(robomimicFormat, groupFiles("robomimic-images.hdf5"), { images: [] });
    expect(episodes).toEqual(expected["robomimic-images.hdf5"]);
  });

  test("with an unknown array of one value a row is refused until that is ignored", async () => {
    const files = await groupFile(
      "d.hdf5",
      demo("demo_0", {
        timeouts: [false, true],
        states: [
          [1, 2],
          [3, 4],
        ],
      }),
    );
    expect(await refusal(robomimicFormat, files)).toMatch(
      /"demo_0" has "timeouts", one value a row.*--ignore timeouts\.$/,
    );
    const { episodes } = await load(robomimicFormat, files, { ignore: ["timeouts"] });
    expect(plainEpisode(episodes[0]!)).toEqual({
      length: 2,
      observations: [0, 0, 0, 1, 10, 20, 2, 20, 40],
      actions: [0.5, 0.25],
      rewards: [0, 1],
      terminated: [0, 1],
      truncated: false,
    });
  });

  test("with faulty demonstrations is read without them where that is asked for", async () => {
    const short = demo("demo_1", { "obs/a": [0], "next_obs/a": [1] });
    const files = await groupFile("d.hdf5", {
      ...demo("demo_0"),
      ...short,
      ...demo("demo_2", { dones: [false, false] }),
    });
    expect(await refusal(robomimicFormat, files)).toMatch(
      /"demo_1" has 1 row of "obs\/a" where its 2 actions need 2: the recording is faulty; .*--drop-faulty\.$/,
    );
    const { episodes, notes } = await load(robomimicFormat, files, { dropFaulty: true });
    expect(episodes.map(({ truncated }) => truncated)).toEqual([false, true]);
    expect(notes).toEqual([
      {
        text: "because their episode is faulty: its arrays do not have as many rows as its actions need",
        leftOut: 2,
        example: "demo_1",
      },
    ]);
    // Faulty is the first one, which tells the sizes otherwise.
    const first = await groupFile("d.hdf5", {
      ...demo("demo_1"),
      ...demo("demo_0", { actions: [] as readonly number[] }),
    });
    expect((await load(robomimicFormat, first, { dropFaulty: true })).episodes).toHaveLength(1);
  });

  test("whose next observations are not those that follow is refused, or read without them", async () => {
    const files = await groupFile("d.hdf5", demo("demo_0", { "next_obs/a": [7, 2], dones: [false, false] }));
    const message = await refusal(robomimicFormat, files);
    expect(message).toContain('"next_obs" in row 0 that is not the "obs" of row 1');
    expect(message).toContain("--ignore next_obs");
    const { episodes, notes } = await load(robomimicFormat, files, { ignore: ["next_obs"] });
    expect([...episodes[0]!.observations.state!]).toEqual([0, 0, 0, 1, 10, 20]);
    expect(notes).toMatchObject([{ leftOut: 1, example: "demo_0" }]);
  });

  test("with NaN or marks that are no flags is refused", async () => {
    const nan = await groupFile("d.hdf5", demo("demo_0", { rewards: [0, Number.NaN] }));
    expect(await refusal(robomimicFormat, nan)).toMatch(/"rewards", holds NaN in row 1; .*--drop-faulty\.$/);
    expect((await load(robomimicFormat, nan, { allowNonFinite: true })).episodes[0]!.rewards[1]).toBeNaN();
    const marks = await groupFile("d.hdf5", demo("demo_0", { dones: [0, 2] }));
    expect(await refusal(robomimicFormat, marks)).toContain('"dones", holds 2 in row 1');
  });

  test("without rewards takes them from the successes that the user names", async () => {
    const { "data/demo_0/rewards": _, ...first } = demo("demo_0");
    const { "data/demo_1/rewards": __, ...second } = demo("demo_1", { won: [true, false] });
    const files = await groupFile("d.hdf5", { ...first, "data/demo_0/won": [false, false], ...second });
    expect(await refusal(robomimicFormat, files, { ignore: ["won"] })).toContain("--reward success:KEY");
    const rewards = async (options: object) =>
      (await load(robomimicFormat, files, options)).episodes.map((episode) => [...episode.rewards]);
    expect(await rewards({ successReward: { column: "won" } })).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(await rewards({ successReward: { episodes: [0] }, ignore: ["won"] })).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(await refusal(robomimicFormat, files, { successReward: "recorded", ignore: ["won"] })).toContain(
      "does not record which episodes succeeded",
    );
    expect(await refusal(robomimicFormat, files, { successReward: { episodes: [0, 7] }, ignore: ["won"] })).toContain(
      "has no episode of the number 7",
    );
    // A success ends the task, so that its row is kept where only a done would keep it.
    const ends = { successReward: { episodes: [0] }, ignore: ["won", "next_obs"], doneMeans: "clock" } as const;
    const { episodes } = await load(robomimicFormat, files, ends);
    expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [2, false],
      [1, true],
    ]);
    const stored = { ...demo("demo_0", { rewards: [0.5, 1] }), ...demo("demo_1", { rewards: [0, 1] }) };
    const made = { successReward: { episodes: [1] } } as const;
    expect(await refusal(robomimicFormat, await groupFile("d.hdf5", stored), made)).toBe(
      '"d.hdf5" stores rewards (0.5, 0 ...), which tell more than successes; leave --reward out, or replace them with --ignore rewards.',
    );
    const replaced = await load(robomimicFormat, await groupFile("d.hdf5", stored), { ...made, ignore: ["rewards"] });
    expect(replaced.episodes.map((episode) => [...episode.rewards])).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});

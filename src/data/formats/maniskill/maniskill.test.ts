/** The ManiSkill reader against files in the layout of its recorder. */
import { describe, expect, test } from "vitest";
import { vectorParts } from "../../columns.js";
import { filesInMemory } from "../../containers/files.js";
import { maniskillFormat, robomimicFormat } from "../formats.js";
import { expected, groupFile, groupFiles, load, refusal, type Tables } from "../grouped/groups.fixture.js";
import { plainEpisode, readPlain } from "../numpy.fixture.js";

/** An episode of two steps. */
const episode = (name: string, more: Tables = {}): Tables =>
  Object.fromEntries(
    Object.entries({
      obs: [
        [0, 0],
        [1, 10],
        [2, 20],
      ],
      actions: [[0.5], [0.25]],
      rewards: [0, 1],
      terminated: [false, true],
      truncated: [false, false],
      success: [false, true],
      ...more,
    }).map(([key, rows]) => [`${name}/${key}`, rows]),
  );

describe("a ManiSkill file", () => {
  test("is read as h5py wrote it, nested observations in the order of their keys", async () => {
    const files = groupFiles("maniskill.h5");
    expect(await maniskillFormat.recognises(files)).toBe(true);
    expect(await robomimicFormat.recognises(files)).toBe(false);
    const dataset = await load(maniskillFormat, files);
    expect(dataset).toMatchObject({ observations: vectorParts(5), actionSize: 3 });
    expect(dataset.notes).toBeUndefined();
    expect(dataset.episodes.map(plainEpisode)).toEqual(expected["maniskill.h5"]);
    // By the task, by the clock, by both, which is the task's end, and by neither.
    expect(dataset.episodes.map(({ truncated }) => truncated)).toEqual([false, true, false, true]);
  });

  test("is read with observations that are one array", async () => {
    const files = groupFiles("maniskill-state.h5");
    expect(await readPlain(maniskillFormat, files)).toEqual(expected["maniskill-state.h5"]);
    expect(await refusal(maniskillFormat, files, { observationKeys: ["qpos"] })).toContain(
      "leave the observation keys out",
    );
  });

  test("gives chosen groups and arrays of observations", async () => {
    const options = { observationKeys: ["extra", "agent/qpos"] };
    const { episodes } = await load(maniskillFormat, groupFiles("maniskill.h5"), options);
    // In the file's order: qpos 0-1, qvel 2-3, is_grasped 4.
    const [first] = expected["maniskill.h5"]!;
    expect([...episodes[0]!.observations.state!.subarray(0, 3)]).toEqual([4, 0, 1].map((i) => first!.observations[i]));
  });

  test("without observations or rewards is refused with the command that makes them", async () => {
    const raw = await refusal(maniskillFormat, groupFiles("maniskill-raw.h5"));
    expect(raw).toMatch(/"traj_0" is of ManiSkill and holds no observations "obs", but "actions", .*"env_states"/);
    expect(raw).toMatch(
      /replay_trajectory --traj-path FILE --use-env-states --save-traj -o state --record-rewards True\.$/,
    );
    const unrewarded = await refusal(maniskillFormat, groupFiles("maniskill-unrewarded.h5"));
    expect(unrewarded).toMatch(
      /"traj_0" is of ManiSkill and holds no rewards.*--record-rewards True.*--reward success\.$/,
    );
    // What the replay writes is the layout of maniskill-state.h5; what successes make of it:
    const { episodes, notes } = await load(maniskillFormat, groupFiles("maniskill-unrewarded.h5"), {
      successReward: "recorded",
    });
    expect(episodes.map(plainEpisode)).toEqual(expected["maniskill-unrewarded.h5"]);
    expect(episodes.map(({ rewards }) => [...rewards])).toEqual([
      [0, 1],
      [0, 0, 0],
    ]);
    expect(notes?.[0]?.text).toBe(
      "rewards were made from successes: 1 at the last step of 1 of 2 episodes, 0 elsewhere",
    );
  });

  test("is read from its folder, whose JSON must list its episodes", async () => {
    const file = groupFiles("maniskill-state.h5").open("maniskill-state.h5");
    const folder = (...episodes: number[]) => {
      const json = {
        env_info: { env_id: "PickCube-v1" },
        episodes: episodes.map((id) => ({ episode_id: id, success: true })),
      };
      // Python writes NaN, which JSON does not know.
      const text = JSON.stringify(json).replace('"PickCube-v1"', '"PickCube-v1", "limit": NaN');
      const contents = { "t/demo.h5": file.read(0, file.size), "t/demo.json": new TextEncoder().encode(text) };
      return filesInMemory("demos", new Map<string, Uint8Array>(Object.entries(contents)));
    };
    expect(await maniskillFormat.recognises(folder(0, 1))).toBe(true);
    expect(await readPlain(maniskillFormat, folder(0, 1))).toEqual(expected["maniskill-state.h5"]);
    expect(await refusal(maniskillFormat, folder(0, 1, 2))).toContain(
      '"demos" lists 3 episodes in its JSON but holds 2, without traj_2; copy it again',
    );
    expect(await refusal(maniskillFormat, folder(0))).toContain("lists 1 episode in its JSON but holds 2");
    const other = new Map<string, Uint8Array>([
      ["a.h5", file.read(0, file.size)],
      ["a.json", new TextEncoder().encode("{}")],
    ]);
    expect(await maniskillFormat.recognises(filesInMemory("demos", other))).toBe(false);
  });

  test("keeps rows after an end in the middle, which is not bootstrapped", async () => {
    const going = episode("traj_0", { terminated: [true, false], truncated: [false, true] });
    const { episodes } = await load(maniskillFormat, await groupFile("m.h5", going));
    expect(episodes.map(plainEpisode)).toMatchObject([{ length: 2, terminated: [1, 0], truncated: true }]);
  });

  test("with pictures is refused with the keys that leave them out, which are then read", async () => {
    const { "traj_0/obs": _, ...others } = episode("traj_0");
    const parts = { "traj_0/obs/agent/qpos": [[0], [1], [2]], "traj_0/obs/rgb": [[0], [1], [2]] };
    const files = await groupFile("m.h5", { ...others, ...parts }, { "traj_0/obs/rgb": [3, 1, 1, 1] });
    const message = await refusal(maniskillFormat, files);
    expect(message).toMatch(/"traj_0\/obs\/rgb" holds pictures.*--observation-keys agent\/qpos\.$/);
    const { episodes } = await load(maniskillFormat, files, { observationKeys: ["agent/qpos"] });
    expect([...episodes[0]!.observations.state!]).toEqual([0, 1, 2]);
  });

  test("with faulty episodes is read without them where that is asked for", async () => {
    const short = episode("traj_1", {
      obs: [
        [0, 0],
        [1, 10],
      ],
    });
    const { "traj_2/terminated": _, ...unmarked } = episode("traj_2");
    const files = await groupFile("m.h5", { ...episode("traj_0"), ...short, ...unmarked });
    expect(await refusal(maniskillFormat, files)).toContain(
      '"traj_1" has 2 rows of "obs" where its 2 actions need 3: the recording is faulty',
    );
    const { episodes, notes } = await load(maniskillFormat, files, { dropFaulty: true });
    expect(episodes).toHaveLength(1);
    expect(notes).toMatchObject([
      { leftOut: 2, example: "traj_1" },
      { leftOut: 2, example: "traj_2", text: 'because their episode is faulty: it has no "terminated"' },
    ]);
  });
});

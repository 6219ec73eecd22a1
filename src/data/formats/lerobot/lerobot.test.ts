/**
 * LeRobot datasets against those that pyarrow wrote, and against what may be wrong with them.
 */

import { describe, expect, test } from "vitest";
import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { episodeOf, expected, tableFolder } from "../../containers/tables.fixture.js";
import { type Episode, packEpisode, stateOf } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { lerobotFormat, recogniseFormat } from "../formats.js";
import { MemoryTarget } from "../memory-target.fixture.js";
import { frameOf, lerobotFiles } from "./lerobot.fixture.js";

async function read(files: DataFiles, options: ReadOptions = {}) {
  return loadDataset(await (await recogniseFormat(files)).open(files, options));
}

/** A dataset of one number a frame; each frame [episode, frame, done, success]. */
function ofFrames(
  frames: readonly (readonly [number, number, boolean, boolean])[],
  columns = ["next.done", "next.success"],
) {
  return read(
    lerobotFiles(
      frames.map(([episode, frame, done, success]) => ({
        ...frameOf(episode, frame),
        ...Object.fromEntries(columns.map((name) => [name, name === "next.done" ? done : success])),
      })),
    ),
  );
}

const summary = ({ episodes }: { episodes: readonly Episode[] }) =>
  episodes.map(({ observations, rewards, terminated, truncated }) => ({
    observations: [...stateOf(observations)],
    rewards: [...rewards],
    terminated: [...terminated],
    truncated,
  }));

describe.each(["lerobot-v21", "lerobot-v30"])("%s by pyarrow", (name) => {
  test("gives Python's numbers, float32 for float32", async () => {
    const files = tableFolder(name);
    expect((await recogniseFormat(files)).id).toBe("lerobot");
    const dataset = await read(files);
    expect(dataset).toMatchObject({ source: name, observations: vectorParts(3), actionSize: 2 });
    expect(dataset.episodes).toEqual(expected.episodes.map(episodeOf));
  });

  test("without one of its files it is refused", async () => {
    const files = tableFolder(name);
    const missing = files.paths.filter((path) => path.endsWith(".parquet")).at(-1)!;
    const rest = new Map(files.paths.filter((path) => path !== missing).map((path) => [path, whole(files, path)]));
    await expect(read(filesInMemory(name, rest))).rejects.toThrow(
      `"${name}" holds 2 episodes of 7 frames, but "meta/info.json" states 3 of 12; copy the dataset again`,
    );
  });
});

describe("how an episode ends", () => {
  const frames = (done: number, success: boolean) =>
    [0, 1, 2].map((frame) => [0, frame, frame >= done, success && frame === 2] as const);

  test("done with success is terminated, its own observation stands in", async () => {
    expect(summary(await ofFrames(frames(2, true)))).toEqual([
      { observations: [0.5, 1.5, 2.5, 2.5], rewards: [0, 10, 20], terminated: [0, 0, 1], truncated: false },
    ]);
  });

  test("done without success is truncated, and so is an end that nothing marks", async () => {
    const found = [{ observations: [0.5, 1.5, 2.5], rewards: [0, 10], terminated: [0, 0], truncated: true }];
    expect(summary(await ofFrames(frames(2, false)))).toEqual(found);
    expect(summary(await ofFrames(frames(9, false), []))).toEqual(found);
  });

  test("done alone is terminated where there is no success, success alone where there is no done", async () => {
    expect(summary(await ofFrames(frames(2, false), ["next.done"]))[0]!.terminated).toEqual([0, 0, 1]);
    expect(summary(await ofFrames(frames(9, true), ["next.success"]))[0]!.terminated).toEqual([0, 0, 1]);
  });

  test("one frame after done tells the last observation, two contradict it", async () => {
    expect(summary(await ofFrames(frames(1, false), ["next.done"]))).toEqual([
      { observations: [0.5, 1.5, 2.5], rewards: [0, 10], terminated: [0, 1], truncated: false },
    ]);
    const { notes } = await ofFrames(frames(1, false), ["next.done"]);
    expect(notes?.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /^"next.reward" in frames after an episode's end, such as episode 0, frame 2, belongs to no/,
      ),
    );
    await expect(ofFrames(frames(0, false), ["next.done"])).rejects.toThrow(
      "frame 0 of episode 0 is marked terminated although the episode goes on after it; repair next.done",
    );
  });
});

test.each<[string, [number, number][], string]>([
  [
    "a missing frame",
    [
      [0, 0],
      [0, 2],
    ],
    "row 1 is frame 2 of episode 0, but frame 1 comes next",
  ],
  [
    "a frame twice",
    [
      [0, 0],
      [0, 0],
    ],
    "row 1 is frame 0 of episode 0, but frame 1 comes next",
  ],
  [
    "a missing episode",
    [
      [0, 0],
      [2, 0],
    ],
    "row 1 is of episode 2, but 1 comes next",
  ],
  [
    "an episode that returns",
    [
      [0, 0],
      [1, 0],
      [0, 1],
    ],
    "row 2 is of episode 0, but 2 comes next",
  ],
  [
    "only single frames",
    [
      [0, 0],
      [1, 0],
    ],
    "holds no step whose next observation is known",
  ],
])("%s is refused", async (_, numbers, message) => {
  const error = await ofFrames(numbers.map(([episode, frame]) => [episode, frame, false, false])).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toContain(message);
});

function withInfo(
  change: (info: { features: Record<string, unknown>; [key: string]: unknown }) => void,
  options: ReadOptions = {},
) {
  const files = tableFolder("lerobot-v30");
  const info = JSON.parse(new TextDecoder().decode(whole(files, "meta/info.json")));
  change(info);
  const contents = new Map(files.paths.map((path) => [path, whole(files, path)]));
  contents.set("meta/info.json", new TextEncoder().encode(JSON.stringify(info)));
  return read(filesInMemory("changed", contents), options);
}

test.each<[string, unknown, readonly string[]]>([
  ["a list", ["left", "right"], ["left", "right"]],
  ["lists by a word", { motors: ["left", "right"] }, ["left", "right"]],
  ["none", null, ["action[0]", "action[1]"]],
  ["too few", ["left"], ["action[0]", "action[1]"]],
])("the names of an action's numbers: %s", async (_, names, expected) => {
  const { names: found } = await withInfo(({ features }) => Object.assign(features.action as object, { names }));
  expect(found?.actions).toEqual(expected);
  expect(found?.observations).toHaveLength(3);
});

test("the description says what it lacks", async () => {
  await expect(withInfo((info) => delete info.features["next.reward"])).rejects.toThrow(
    '"changed": "meta/info.json" has no feature "next.reward", and without rewards there is nothing to improve; have them made with --reward success (from "next.success") or --reward success:0,3,5 with the numbers of the episodes that succeeded: 1 at the last step of each episode that succeeded, 0 elsewhere.',
  );
  await expect(withInfo((info) => delete info.features["observation.state"])).rejects.toThrow(
    /"observation.images.top" is a video, and LeRobot's videos are not read; .*or record the state as well/,
  );
  await expect(withInfo((info) => Object.assign(info, { codebase_version: "v1.6" }))).rejects.toThrow(
    'codebase_version is "v1.6"; it must be one of v2.0, v2.1, v3.0',
  );
  await expect(
    withInfo((info) => Object.assign(info.features, { action: { dtype: "float32", shape: [3] } })),
  ).rejects.toThrow(
    '"changed": "data/chunk-000/file-000.parquet": row 0: "action" has 2 numbers where "meta/info.json" states 3',
  );
  await expect(withInfo(() => {}, { observationKeys: ["observation.images.top"] })).rejects.toThrow(
    "LeRobot's videos are not read; record or convert with use_videos=False, which stores each frame as a PNG in the table, or leave it out.",
  );
  await expect(withInfo(() => {}, { mapping: {} })).rejects.toThrow("to which a mapping of columns means nothing");
});

test("a description that is nested beyond the stack is refused in a sentence", async () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  const info = new TextEncoder().encode(`{"codebase_version": ${deep}}`);
  await expect(read(filesInMemory("deep", new Map([["meta/info.json", info]])))).rejects.toThrow(
    '"deep": "meta/info.json": codebase_version is [...]; it must be one of v2.0, v2.1, v3.0.',
  );
});

describe("written and read again", () => {
  async function again(episodes: readonly Episode[], actionSize: number, discreteActions?: number) {
    const target = new MemoryTarget();
    const sink = await lerobotFormat.create!(target, {
      source: "x",
      observations: vectorParts(3),
      actionSize,
      discreteActions,
    });
    for (const episode of episodes) await sink.write(episode);
    await sink.finish();
    return read(filesInMemory("again", target.contents()));
  }

  test("every bit comes back", async () => {
    const rows = [1, -0, 1e-45, 3e38].map((value) => Float32Array.of(value, 0.1, -value));
    const actions = rows.slice(1).map((row) => row.slice(0, 2));
    const episodes = [
      packEpisode(rows, actions, [1, -0, 0.3].map(Math.fround), true),
      packEpisode(rows, actions, [0, 1, 2], false),
    ];
    expect((await again(episodes, 2)).episodes).toEqual(episodes);
  });

  test("so does the number of discrete actions", async () => {
    const rows = [0, 1].map((value) => Float32Array.of(value, 0, 1));
    const played = packEpisode(rows, [Float32Array.of(4)], [1], true);
    expect(await again([played], 1, 5)).toMatchObject({ discreteActions: 5, episodes: [played] });
  });
});

function whole(files: DataFiles, path: string): Uint8Array {
  const file = files.open(path);
  return file.read(0, file.size);
}

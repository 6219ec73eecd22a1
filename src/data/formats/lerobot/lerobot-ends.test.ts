/**
 * How LeRobot's frames say where and why an episode ended, and rewards that are made from successes.
 */
import { describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../../errors.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { lerobotFormat } from "../formats.js";
import { notesOf, summaryOf } from "../logs/log.fixture.js";
import { type Frame, frameOf, lerobotFiles } from "./lerobot.fixture.js";

async function read(frames: readonly Frame[], options: ReadOptions = {}) {
  return loadDataset(await lerobotFormat.open(lerobotFiles(frames), options));
}

/** Episodes of 3 and 2 frames; what is said of each frame by its episode and whether it is the last. */
function framesOf(more: (episode: number, last: boolean) => Frame): Frame[] {
  const places = [0, 1, 2].map((frame) => [0, frame, frame === 2] as const);
  const others = [0, 1].map((frame) => [1, frame, frame === 1] as const);
  return [...places, ...others].map(([episode, frame, last]) => frameOf(episode, frame, more(episode, last)));
}

/** The rewards of each episode, and whether the task ended it. */
const told = ({ episodes }: Awaited<ReturnType<typeof read>>) =>
  episodes.map(({ rewards, truncated }) => [[...rewards], !truncated]);

const done = framesOf((_, last) => ({ "next.done": last }));

describe("next.done alone cannot tell the clock from the task", () => {
  test("it is taken for the task, with a note", async () => {
    const dataset = await read(done);
    expect(told(dataset)).toEqual([
      [[0, 10, 20], true],
      [[0, 10], true],
    ]);
    expect(notesOf(dataset)).toEqual([
      expect.stringMatching(/^"next.done" does not tell .* say --done-means clock, or --done-means either --horizon/),
    ]);
  });

  test("or for what the user says it is", async () => {
    expect(told(await read(done, { doneMeans: "clock" }))).toEqual([
      [[0, 10], false],
      [[0], false],
    ]);
    const either = await read(done, { doneMeans: "either", horizon: 3 });
    expect(told(either)).toEqual([
      [[0, 10], false],
      [[0, 10], true],
    ]);
    expect(notesOf(either)).toEqual([
      expect.stringMatching(/^1 because the task did not end their episode .* \(episode 0, frame 2\)$/),
    ]);
    await expect(read(done, { doneMeans: "either" })).rejects.toThrow(UsageError);
  });

  test("next.success tells, and then there is nothing to say", async () => {
    const frames = framesOf((episode, last) => ({ "next.done": last, "next.success": last && episode === 0 }));
    const dataset = await read(frames);
    expect(told(dataset)).toEqual([
      [[0, 10, 20], true],
      [[0], false],
    ]);
    await expect(read(frames, { doneMeans: "task" })).rejects.toThrow('"made" has no mark that leaves open');
  });

  test("so do marks of other names", async () => {
    const frames = framesOf((episode, last) => ({ "next.terminated": last && episode === 1, "next.done": last }));
    expect(told(await read(frames))).toEqual([
      [[0, 10], false],
      [[0, 10], true],
    ]);
    const ignored = await read(frames, { ignore: ["next.terminated"] });
    expect(told(ignored).map(([, task]) => task)).toEqual([true, true]);
    const two = framesOf((_, last) => ({ "next.done": last, is_last: last }));
    await expect(read(two)).rejects.toThrow(
      'has "next.done" and "is_last", which both say that an episode ended; leave the one that is wrong aside with --ignore NAME.',
    );
    expect(told(await read(two, { ignore: ["is_last"], doneMeans: "task" }))).toEqual(told(await read(done)));
  });
});

test("a mark of the opposite is refused until it is ignored", async () => {
  const frames = framesOf((_, last) => ({ "next.done": last, "next.mask": !last }));
  await expect(read(frames)).rejects.toThrow('has a column "next.mask", which by its name is 0 where the task ended;');
  expect(told(await read(frames, { ignore: ["next.mask"] }))).toEqual(told(await read(done)));
});

describe("rewards from successes", () => {
  const without = (frames: readonly Frame[]) => frames.map(({ "next.reward": _, ...frame }) => frame as Frame);
  const second = [
    [[0, 0], false],
    [[0, 1], true],
  ];

  test("each of the three ways that the refusal names reads the same data", async () => {
    const flags = (name: string) => framesOf((episode, last) => ({ [name]: last && episode === 1 }));
    await expect(read(without(flags("next.success")))).rejects.toThrow(
      /without rewards .*; have them made with --reward success \(from "next\.success"\) or --reward success:0,3,5 with/,
    );
    const dataset = await read(without(flags("next.success")), { successReward: "recorded" });
    expect(told(dataset)).toEqual(second);
    expect(notesOf(dataset)).toContain(
      "rewards were made from successes: 1 at the last step of 1 of 2 episodes, 0 elsewhere",
    );
    await expect(read(without(flags("grasped")), { successReward: "recorded" })).rejects.toThrow(
      'has no feature "next.success"; give --reward success:grasped or --reward success:0,3,5 with the numbers',
    );
    expect(told(await read(without(flags("grasped")), { successReward: { column: "grasped" } }))).toEqual(second);
    const plain = without(framesOf(() => ({})));
    expect(told(await read(plain, { successReward: { episodes: [1] } }))).toEqual(second);
    await expect(read(plain, { successReward: "recorded" })).rejects.toThrow(
      'has no feature "next.success"; give --reward success:0,3,5 with the numbers of the episodes that succeeded.',
    );
    await expect(read(plain, { successReward: { column: "grapsed" } })).rejects.toThrow(UsageError);
    await expect(read(plain, { successReward: { episodes: [7] } })).rejects.toThrow("none of the number 7");
  });

  test("a success that next.done's recorder took for a timeout ends the task all the same", async () => {
    const frames = framesOf((_, last) => ({ "next.done": last }));
    const made = { doneMeans: "clock", successReward: { episodes: [1] } } as const;
    expect(told(await read(without(frames), made))).toEqual(second);
    await expect(read(frames, { successReward: { episodes: [1] } })).rejects.toThrow(
      '"made" stores rewards (0, 10 ...), which tell more than successes; leave --reward out, or replace them with --ignore next.reward.',
    );
    expect(told(await read(frames, { ...made, ignore: ["next.reward"] }))).toEqual(second);
  });
});

test("rewards that stand only in unmarked last frames are not lost without a word, and each advice keeps them", async () => {
  const reward = (more: (episode: number, last: boolean) => Frame) =>
    framesOf((episode, last) => ({ "next.reward": Number(last && episode === 1), ...more(episode, last) }));
  const reading = read(reward(() => ({})));
  await expect(reading).rejects.toThrow(DataError);
  await expect(reading).rejects.toThrow(
    '"made" has rewards other than 0 only in last rows such as episode 1, frame 1, whose next observation is unknown, so that none would be left; mark a success with "next.done" and "next.success" in the last frame, or say which episodes succeeded with --reward success:0,3,5.',
  );
  const kept = [
    [[0, 0], false],
    [[0, 1], true],
  ];
  const marks = (episode: number, last: boolean) => ({ "next.done": last, "next.success": last && episode === 1 });
  expect(told(await read(reward(marks)))).toEqual(kept);
  expect(
    told(
      await read(
        reward(() => ({})),
        { successReward: { episodes: [1] } },
      ),
    ),
  ).toEqual(kept);
});

test("an episode that contradicts itself is left out on request, and counted", async () => {
  const frames = [
    ...framesOf((_, last) => ({ "next.done": last })),
    ...[0, 1, 2, 3].map((frame) => frameOf(2, frame, { "next.done": frame > 0 })),
    ...[0, 2].map((frame) => frameOf(3, frame, { "next.done": frame === 2 })),
    ...[0, 1].map((frame) => frameOf(4, frame, { "next.done": frame === 1 })),
  ];
  await expect(read(frames)).rejects.toThrow(
    /frame 1 of episode 2 is marked terminated .*; repair next.done, split the episode, or leave such episodes out with --drop-faulty\.$/,
  );
  const dataset = await read(frames, { dropFaulty: true, doneMeans: "task" });
  expect(summaryOf(dataset).map(({ rewards }) => rewards)).toEqual([
    [0, 10, 20],
    [0, 10],
    [0, 10],
  ]);
  expect(notesOf(dataset)).toEqual([
    expect.stringMatching(/^6 because their episode is faulty \(.*: frame 1 of episode 2 is marked/),
  ]);
});

test("a feature of another name that is set only in last frames is refused where there is no other mark", async () => {
  const frames = (name: string) => framesOf((episode, last) => ({ [name]: last && episode === 0, moving: true }));
  await expect(read(frames("next.finished"))).rejects.toThrow(
    '"made" has no mark that says where the task ended, and a column "next.finished" that is set only in last rows of episodes, so that it may be one; name it "next.done", or say --ignore next.finished.',
  );
  expect(told(await read(frames("next.done")))).toEqual([
    [[0, 10, 20], true],
    [[0], false],
  ]);
  expect(told(await read(frames("next.finished"), { ignore: ["next.finished"] }))).toEqual([
    [[0, 10], false],
    [[0], false],
  ]);
});

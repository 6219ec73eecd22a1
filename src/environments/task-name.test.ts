/** Options in a task's name reach the environment, its family and its data, and what is not one is refused. */
import { describe, expect, it } from "vitest";
import { collectsOwnData, collectTask } from "./collect-task.js";
import { familyOf, presetsOf } from "./families.js";
import { makeEnvironment } from "./registry.js";
import { splitTask, taskSlug } from "./task-name.js";

describe("splitTask", () => {
  it("takes numbers, truth values and words apart", () => {
    expect(splitTask("corridor-exit?exitReward=-40&extraActions=6&a=true&b=one-hot")).toEqual({
      name: "corridor-exit",
      options: { exitReward: -40, extraActions: 6, a: true, b: "one-hot" },
    });
    expect(splitTask("antmaze-umaze")).toEqual({ name: "antmaze-umaze", options: {} });
  });

  it("reads numbers as people write them, and leaves the rest as words, to be refused by their option", () => {
    const texts = ["1", "-2.5", ".5", "1e-3", "+4", "0x10", "Infinity", "1_000", "NaN"];
    const read = texts.map((text) => splitTask(`a?b=${text}`).options.b);
    expect(read).toEqual([1, -2.5, 0.5, 1e-3, 4, "0x10", "Infinity", "1_000", "NaN"]);
  });

  it("keeps an option of any name, so that it can be refused", async () => {
    expect(Object.keys(splitTask("corridor-exit?__proto__=1").options)).toEqual(["__proto__"]);
    await expect(makeEnvironment("corridor-exit?__proto__=1")).rejects.toThrow(/^Unknown option of .* "__proto__"/);
    await expect(makeEnvironment("corridor-exit?extraActions=0x10")).rejects.toThrow(
      /^The option extraActions of corridor-exit is "0x10"; it must be a number\.$/,
    );
  });

  it.each([
    ["corridor-exit?length=2,horizon=90", /holds "length=2,horizon=90"; join options with &: name\?option=value&/],
    ["corridor-exit?length=2;horizon=90", /join options with &/],
    ["corridor-exit?length=2?horizon=90", /join options with &/],
    ["corridor-exit?", /holds "", which is no option; write it as name\?option=value\.$/],
    ["corridor-exit?length", /holds "length", which is no option/],
    ["corridor-exit?length=1&length=2", /names length twice; name it once\.$/],
  ])("refuses %s", (task, sentence) => {
    expect(() => splitTask(task)).toThrow(sentence);
  });
});

it("makes a folder's name of any task", () => {
  expect(taskSlug("corridor-exit?exitReward=-40&extraActions=6")).toBe("corridor-exit,exitReward=-40,extraActions=6");
});

it("makes the environment with these options, under the whole name", async () => {
  const environment = await makeEnvironment("pointmaze-umaze?horizon=7");
  expect([environment.name, environment.horizon]).toEqual(["pointmaze-umaze?horizon=7", 7]);
  environment.close();
  await expect(makeEnvironment("pointmaze-umaze?horizon=soon")).rejects.toThrow(/horizon/);
  await expect(makeEnvironment("horizon=90")).rejects.toThrow(/ An option stands behind its task: name\?option=value/);
  await expect(makeEnvironment("corridor-ext?length=2")).rejects.toThrow(
    /"corridor-ext"\. Did you mean "corridor-exit"\?/,
  );
  await expect(makeEnvironment("pointmaze-huge?horizon=7")).rejects.toThrow(/pointmaze-huge/);
});

it("finds family, presets and data whatever the options", () => {
  const task = "corridor-exit?extraActions=6";
  expect(familyOf(task)).toBe(familyOf("corridor-exit"));
  expect(presetsOf(task)).toBe(presetsOf("corridor-exit"));
  expect([collectsOwnData(task), collectsOwnData("door-human?x=1")]).toEqual([true, false]);
});

it("collects data under options where the family does, and refuses where it does not", async () => {
  const dataset = await collectTask({ task: "corridor-exit?extraActions=6", episodes: 1, seed: 0 });
  expect([dataset.actionSize, dataset.source]).toEqual([8, expect.stringContaining("extraActions 6")]);
  await expect(collectTask({ task: "gridworld-cliff?horizon=7", episodes: 1, seed: 0 })).rejects.toThrow(
    /^Data of gridworld-cliff are not collected under options; name recorded data with --dataset FILE\.$/,
  );
});

it("collects a point maze's data under its options, but for the start, of which the data have their own", async () => {
  const collected = (task: string) => collectTask({ task, episodes: 2, noise: 2, seed: 0 });
  const plain = await collected("pointmaze-umaze");
  expect(await collected("pointmaze-umaze?start=diverse")).toEqual(plain);
  const short = await collected("pointmaze-umaze?horizon=7");
  expect(short.episodes.map(({ length }) => length)).toEqual([7, 7]);
  expect(short.source).toContain("horizon 7");
  await expect(collected("pointmaze-umaze?strat=diverse")).rejects.toThrow(/"strat"\. Did you mean "start"\?/);
});

it("suggests the near task whose data can be collected", async () => {
  await expect(collectTask({ task: "corridor-ext", episodes: 1, seed: 0 })).rejects.toThrow(
    /^The task corridor-ext has no data of its own; train on recorded data .* Did you mean "corridor-exit"\?$/,
  );
});

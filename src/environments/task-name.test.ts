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

  it.each([
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
  await expect(collectTask({ task: "pointmaze-umaze?horizon=7", episodes: 1, seed: 0 })).rejects.toThrow(
    /^Data of pointmaze-umaze are not collected under options; name recorded data with --dataset FILE\.$/,
  );
});

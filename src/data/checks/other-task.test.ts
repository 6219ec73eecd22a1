/** Names of tasks are compared with care: another form is not another task. */
import { expect, test } from "vitest";
import { isOtherTask } from "./other-task.js";

test.each([
  ["pointmaze-umaze", "antmaze-umaze"],
  ["pointmaze-umaze", "D4RL/antmaze/umaze-v1"],
  ["pointmaze-umaze", "PointMaze_Large-v3"],
  ["antmaze-medium", "antmaze-large-diverse-v2"],
  ["door-binary", "AdroitHandPen-v1"],
  ["pointmaze-umaze", "PickCube-v1"],
  ["pointmaze-umaze", "Lift"],
  ["reported line", "another line"],
  ["corridor-exit?exitReward=-40", "corridor-exit"],
])("%s is not %s", (task, recorded) => {
  expect(isOtherTask(task, recorded)).toBe(true);
});

test.each([
  ["pointmaze-umaze", "PointMaze_UMaze-v3"],
  ["pointmaze-umaze?start=diverse", "D4RL/pointmaze/umaze-v2"],
  ["antmaze-umaze", "antmaze-umaze-diverse-v2"],
  ["antmaze-medium", "AntMaze_Medium_Diverse_GR-v4"],
  ["door-binary", "AdroitHandDoor-v1"],
  ["door-binary", "door-human-v1"],
  ["my-navigation", "MyNavigation-v0"],
  ["my-navigation", "office/Nav-v2"],
  ["my-line", "line"],
  ["my-ant", "D4RL/antmaze/umaze-v1"],
])("%s may be %s", (task, recorded) => {
  expect(isOtherTask(task, recorded)).toBe(false);
});

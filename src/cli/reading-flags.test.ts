/**
 * Flags that say how a dataset is read: what each text becomes.
 */
import { expect, test } from "vitest";
import type { SuccessReward } from "../data/formats/format.js";
import { UsageError } from "../errors.js";
import { readOptionsOf } from "./reading-flags.js";

test.each<[string, SuccessReward]>([
  ["success", "recorded"],
  ["success:grasped", { column: "grasped" }],
  ["success:next.success", { column: "next.success" }],
  ["success:0,3, 5", { episodes: [0, 3, 5] }],
  ["success:7", { episodes: [7] }],
])("--reward %s", (reward, successReward) => {
  expect(readOptionsOf({ reward })).toEqual({ successReward });
});

test.each(["", "sparse", "success:", "success: ", "successes"])("--reward %j is refused", (reward) => {
  expect(() => readOptionsOf({ reward })).toThrow(UsageError);
  expect(() => readOptionsOf({ reward })).toThrow(
    `The flag --reward is "${reward}"; give success, success:COLUMN, or success:0,3,5 with the numbers of the episodes that succeeded.`,
  );
});

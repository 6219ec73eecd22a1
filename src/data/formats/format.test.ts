/** What is said of options that mean nothing, or would leave nothing to learn from. */
import { expect, it } from "vitest";
import { UsageError } from "../../errors.js";
import { filesInMemory } from "../containers/files.js";
import { refuseOptions } from "./format.js";
import { recogniseFormat } from "./formats.js";

const refused = (options: Parameters<typeof refuseOptions>[2]) => () =>
  refuseOptions("x", "a format", options, ["ignore"]);

it("rewards are needed, unless others are made", () => {
  expect(refused({ ignore: ["info", "rewards"] })).toThrow(
    new UsageError(
      'The rewards of "x" cannot be left aside, because nothing is learned without them; leave --ignore rewards out, or make others with --reward success.',
    ),
  );
  expect(refused({ ignore: ["actions"] })).toThrow(/leave --ignore actions out\.$/);
  expect(refused({ ignore: ["info"] })).not.toThrow();
  const all = () =>
    refuseOptions("x", "a format", { ignore: ["rewards"], successReward: "recorded" }, ["ignore", "successReward"]);
  expect(all).not.toThrow();
});

it("the word for a format is one of a list that is shown whole", async () => {
  const error = (await recogniseFormat(filesInMemory("x", new Uint8Array(1)), "d4r").catch((e) => e)) as Error;
  expect(error.message).toMatch(/^Unknown format "d4r"\. Did you mean "d4rl"\? Known: .*jsonl.*d3rlpy\.$/);
  expect(error.message).not.toContain("more");
});

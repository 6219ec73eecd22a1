/**
 * The D4RL reader against damaged files.
 */

import { expect, test } from "vitest";
import { vectorParts } from "../../columns.js";
import { filesInMemory } from "../../containers/files.js";
import { packEpisode } from "../../episode.js";
import { d4rlFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { writeD4RL } from "./d4rl-writer.js";

test("10,000 damaged D4RL files give valid data or one typed error each", { timeout: 300_000 }, async () => {
  const row = (value: number) => Float32Array.of(value, -value);
  const episode = packEpisode([row(0), row(1), row(2), row(3)], [row(0.1), row(0.2), row(0.3)], [0, 0, 1], true);
  const bytes = await writeD4RL({
    source: "valid",
    observations: vectorParts(2),
    actionSize: 2,
    episodes: [episode, episode],
  });
  const report = await fuzzFormat(d4rlFormat, [filesInMemory("damaged.hdf5", bytes)], { mutations: 10_000, seed: 1 });
  expect(report.cases).toBe(10_000);
  expect(report.refused).toBeGreaterThan(2_000);
  expect(report.accepted).toBeGreaterThan(1_000);
});

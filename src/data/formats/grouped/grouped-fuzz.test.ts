/** The readers of episodes in groups against damaged files. */
import { expect, test } from "vitest";
import { d3rlpyFormat, maniskillFormat, robomimicFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { groupFiles } from "./groups.fixture.js";

const CASES = 10_000;

test.each([
  { format: robomimicFormat, valid: ["robomimic-without-next.hdf5"] },
  { format: maniskillFormat, valid: ["maniskill-state.h5"] },
  { format: d3rlpyFormat, valid: ["d3rlpy-tuple.h5"] },
])(
  "10,000 damaged files of $format.id give valid data or one typed error each",
  { timeout: 600_000 },
  async ({ format, valid }) => {
    const report = await fuzzFormat(format, valid.map(groupFiles), { mutations: CASES, seed: 3 });
    expect(report.cases).toBe(CASES);
    expect(report.refused).toBeGreaterThan(CASES / 5);
    expect(report.accepted).toBeGreaterThan(CASES / 20);
  },
);

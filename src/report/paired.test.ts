/** Pairs of seeds: against counts and probabilities worked out by hand. */
import { describe, expect, it } from "vitest";
import type { RunGroup } from "./groups.js";
import { pairedDifferences, pairedSentence, pText, signTest } from "./paired.js";
import { syntheticRun } from "./synthetic.fixture.js";

describe("the exact sign test", () => {
  it.each([
    [17, 3, 2702 / 2 ** 20], // 2·(1 + 20 + 190 + 1140) of 2^20
    [3, 17, 2702 / 2 ** 20],
    [5, 0, 2 / 32],
    [1, 0, 1],
    [4, 4, 1],
    [0, 0, 1],
  ])("%d against %d", (higher, lower, p) => {
    expect(signTest(higher, lower)).toBeCloseTo(p, 12);
  });

  it.each([
    [0.002577, "p = .0026"],
    [0.25, "p = .25"],
    [1, "p = 1"],
    [0.00001, "p < .0001"],
  ])("%d is written %s", (p, text) => {
    expect(pText(p)).toBe(text);
  });
});

/** Runs whose success at every online evaluation is given, seed by seed. */
function group(label: string, successes: readonly number[], firstSeed = 0): RunGroup {
  const runs = successes.map((successRate, i) => {
    const run = syntheticRun({ seed: firstSeed + i });
    return { ...run, evaluations: run.evaluations.map((line) => ({ ...line, successRate })) };
  });
  return { label, colour: 0, runs, absent: [] };
}

describe("agents seed by seed", () => {
  it("pairs the seeds that both have", () => {
    const [regret] = pairedDifferences([group("cal-ql", [1, 1, 1, 1]), group("cql", [0.5, 0.25, 1, 0], 1)]);
    // Seeds 1, 2 and 3 are shared; their regrets are 0 and 0.5, 0.75, 0.
    expect(regret).toMatchObject({ label: "cql", reference: "cal-ql", higher: 2, lower: 0, equal: 1, p: 0.5 });
    expect(regret!.difference.mean).toBeCloseTo(1.25 / 3, 12);
    expect(pairedSentence(regret!)).toMatch(
      /^cql's regret is higher than cal-ql's in 2 of 3 seeds, equal in 1 \(p = \.50\); mean difference 0\.417 \(95 % interval 0\.000 to 0\.750\)\.$/,
    );
  });

  it("says so where nothing differs, and nothing of a single seed", () => {
    const [same] = pairedDifferences([group("a", [1, 1]), group("b", [1, 1])]);
    expect(pairedSentence(same!)).toBe("b's regret equals a's in all 2 seeds.");
    expect(pairedDifferences([group("a", [1]), group("b", [1])])).toEqual([]);
  });
});

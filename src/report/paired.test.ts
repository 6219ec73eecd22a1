/** Pairs of seeds: against counts and probabilities worked out by hand. */
import { describe, expect, it } from "vitest";
import type { RunGroup } from "./groups.js";
import { pairedDifferences, pairedSentence, pairedSentences, pText, signTest } from "./paired.js";
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

  /** 2·sum of C(n, k) up to the smaller count over 2^n, in whole numbers. */
  function exactly(higher: number, lower: number): number {
    const pairs = higher + lower;
    let [tail, ways] = [0n, 1n];
    for (let k = 0; k <= Math.min(higher, lower); k++) {
      tail += ways;
      ways = (ways * BigInt(pairs - k)) / BigInt(k + 1);
    }
    return Number((2n * tail * 10n ** 30n) >> BigInt(pairs)) / 1e30;
  }

  it.each([
    [540, 536],
    [1060, 1000],
    [2600, 2400],
    [1200, 1000],
  ])("%d against %d, where 2^-n is no number any more", (higher, lower) => {
    const exact = Math.min(1, exactly(higher, lower));
    expect(signTest(higher, lower) / exact).toBeCloseTo(1, 9);
  });

  it.each([
    [0.002577, "p = .0026"],
    [0.25, "p = .25"],
    [1, "p = 1"],
    [0.00001, "p < .0001"],
    [0.0001, "p = .00010"],
    [0.954, "p = .95"],
    [0.994, "p = .99"],
    [0.9951, "p = 1"],
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
      /^cql's regret is higher than cal-ql's in 2 of 3 seeds, equal in 1, 2 more seeds without a partner \(p = \.50\); mean difference 0\.417 \(95 % interval 0\.000 to 0\.750\)\.$/,
    );
  });

  it("tells a tie as the mean has it", () => {
    // Regrets of 0 and 0.9 against 0.5 in both; of 0.2 and 0.6.
    const said = (successes: readonly number[]) =>
      pairedSentence(pairedDifferences([group("a", [0.5, 0.5]), group("b", successes)])[0]!);
    expect(said([1, 0.1])).toMatch(/^b's regret is lower than a's in 1 of 2 seeds \(p = 1\); mean difference −0\.05/);
    expect(said([0.7, 0.2])).toMatch(/^b's regret is higher than a's in 1 of 2 seeds \(p = 1\); mean difference 0\.05/);
  });

  it("says how little few pairs can show, once", () => {
    const few = (count: number) =>
      pairedSentences([group("a", Array(count).fill(1)), group("b", Array(count).fill(0))]).filter((one) =>
        one.startsWith("With "),
      );
    expect(few(2)).toEqual([
      "With 2 pairs the sign test gives p = .50 at the least, and the intervals are too narrow; 6 seeds or more can show a difference.",
    ]);
    expect(few(5)).toEqual([expect.stringContaining("With 5 pairs the sign test gives p = .063 at the least")]);
    expect(few(6)).toEqual([]); // 2/64 = .031
    expect(few(1)).toEqual([]);
  });

  it("says so where nothing differs", () => {
    const [same] = pairedDifferences([group("a", [1, 1]), group("b", [1, 1])]);
    expect(pairedSentence(same!)).toBe("b's regret equals a's in both seeds.");
    const [three] = pairedDifferences([group("a", [1, 1, 1]), group("b", [1, 1, 1])]);
    expect(pairedSentence(three!)).toBe("b's regret equals a's in all 3 seeds.");
    const [both] = pairedDifferences([group("a", [1, 1]), group("b", [0, 0.5])]);
    expect(pairedSentence(both!)).toContain("higher than a's in both seeds (p = .50);");
  });

  it("takes what rounding leaves of equal regrets for no difference", () => {
    const success = 0.7;
    const almost = [success, success, success - 1e-12, success + 1e-12, success + 1e-6];
    const [regret] = pairedDifferences([group("a", Array(5).fill(success)), group("b", almost)]);
    expect(regret).toMatchObject({ higher: 0, lower: 1, equal: 4, p: 1 });
  });

  it("counts the seeds without a partner", () => {
    const [one] = pairedDifferences([group("a", [1, 1, 1]), group("b", [0, 0])]);
    expect(pairedSentence(one!)).toContain("in both seeds, 1 more seed without a partner (p");
    const [two] = pairedDifferences([group("a", [1, 1, 1]), group("b", [1, 1, 1], 1)]);
    expect(pairedSentence(two!)).toBe("b's regret equals a's in both seeds, 2 more seeds without a partner.");
  });

  /** The same, but that these seeds stopped in the middle of the online phase. */
  const stopped = ({ runs, ...others }: RunGroup, ...seeds: readonly number[]): RunGroup => ({
    ...others,
    runs: runs.map((run) =>
      seeds.includes(Number(run.config.settings.seed))
        ? {
            ...run,
            summary: { ...run.summary!, status: "interrupted" as const },
            evaluations: run.evaluations.filter(({ onlineSteps }) => onlineSteps < 10_000),
          }
        : run,
    ),
  });

  it("pairs the regret of complete runs alone", () => {
    // Seed 2 of cql has not come to its fall yet.
    const [cql, reference] = [stopped(group("cql", [0, 0, 1]), 2), group("cal-ql", [0.5, 0.5, 0.5])];
    const [regret, atSwitch] = pairedDifferences([reference, cql]);
    expect(regret).toMatchObject({ higher: 2, lower: 0, alone: 0, incomplete: 1 });
    expect(pairedSentence(regret!)).toContain(
      "cql's regret is higher than cal-ql's in both seeds, 1 more seed not complete (p",
    );
    expect(atSwitch).toMatchObject({ higher: 1, lower: 2, incomplete: 0 }); // it has come to the switch
    const lost = { label: "cql", task: "pointmaze-umaze", seed: 3, status: "failed" };
    const [withLost] = pairedDifferences([group("cal-ql", [0.5, 0.5, 0.5, 0.5]), { ...cql, absent: [lost] }]);
    expect(withLost).toMatchObject({ higher: 2, alone: 0, incomplete: 2 });
  });

  it("says where too few runs are complete to pair their regret", () => {
    const two = pairedSentences([group("a", [1, 1]), stopped(group("b", [1, 1]), 1)]);
    expect(two.at(-1)).toBe(
      "Of the 2 seeds that b and a have in common only one is complete in both, so their regret cannot be paired; resume the others, or run more seeds.",
    );
    const none = pairedSentences([stopped(group("a", [1, 1]), 0), stopped(group("b", [1, 1]), 1)]);
    expect(none.at(-1)).toContain("in common none is complete in both");
    expect(none.join()).not.toContain("regret is");
  });

  it("pairs no seed of which a group has several runs, and says so", () => {
    const [reference, plain] = [group("a", [1, 1, 1]), group("b", [0.5, 0.5, 0.5])];
    // Seed 2 was copied and is another run now; the last of the two is no better than the first.
    const copied = { ...plain, runs: [...plain.runs, ...group("b", [1], 2).runs] };
    const [regret] = pairedDifferences([reference, copied]);
    expect(regret).toMatchObject({ higher: 2, lower: 0, equal: 0, alone: 1 });
    const told =
      "b has several runs of seed 2, which are not paired, and all of which count in the means; leave the copies out.";
    expect(pairedSentences([reference, copied]).at(-1)).toBe(told);
    expect(pairedSentences([copied, reference]).at(-1)).toBe(told);
    expect(pairedSentences([copied])).toEqual([]);
    expect(pairedSentences([reference, plain]).join()).not.toContain("several runs");
    const twice = { ...plain, runs: [...plain.runs, ...plain.runs.slice(1)] };
    expect(pairedSentences([reference, twice])).toEqual([
      "b and a have only one seed in common, so nothing can be paired; run both with the same two seeds or more.",
      "b has several runs of each of the seeds 1, 2, which are not paired, and all of which count in the means; leave the copies out.",
    ]);
  });

  it("shows a narrow interval with the digits that it needs", () => {
    const withQ = (label: string, qs: readonly number[]): RunGroup => {
      const plain = group(
        label,
        qs.map(() => 1),
      );
      const runs = plain.runs.map((run, i) => {
        const metrics = { policyQMean: qs[i]!, returnToGoMean: 0 };
        return { ...run, metrics: run.metrics.map((line) => ({ ...line, metrics })) };
      });
      return { ...plain, runs };
    };
    const found = pairedDifferences([withQ("a", [0, 0, 0]), withQ("b", [-0.09, -0.06, -0.12])]);
    expect(pairedSentence(found.at(-1)!)).toContain("mean difference −0.090 (95 % interval −0.120 to −0.060).");
    const far = pairedDifferences([withQ("a", [0, 0, 0]), withQ("b", [-9, -6, -12])]);
    expect(pairedSentence(far.at(-1)!)).toContain("mean difference −9.0 (95 % interval −12.0 to −6.0).");
  });

  it("says why nothing is paired, and of many agents why it is the regret alone", () => {
    expect(pairedSentences([group("a", [1, 1]), group("b", [1])])).toEqual([
      "b and a have only one seed in common, so nothing can be paired; run both with the same two seeds or more.",
    ]);
    expect(pairedSentences([group("a", [1, 1]), group("b", [1, 1], 2)])).toEqual([
      "b and a have no seed in common, so nothing can be paired; run both with the same two seeds or more.",
    ]);
    expect(pairedSentences([group("a", [1, 1])])).toEqual([]);
    const four = pairedSentences(["a", "b", "c", "d"].map((label) => group(label, [1, 1])));
    expect(four.slice(0, 3).every((sentence) => sentence.includes("regret equals a's"))).toBe(true);
    expect(four.slice(4)).toEqual([
      "Of 4 agents only the regret is paired; a report of two or three of them pairs the rest.",
    ]);
    const three = pairedSentences(["a", "b", "c"].map((label) => group(label, [1, 1])));
    expect(three.some((sentence) => sentence.startsWith("c's Q − G at the switch equals a's"))).toBe(true);
  });
});

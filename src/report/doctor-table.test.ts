/** The doctor's section of a page: means over the runs, each column of what its heading says. */
import { describe, expect, it } from "vitest";
import type { Run } from "../runs/read.js";
import { commonVerdict, doctorColumns, doctorSection, doctorWarning, seenSoFar, switchSeen } from "./doctor-table.js";
import { syntheticRun } from "./synthetic.fixture.js";

/** A run whose lines at and after the switch say this. */
function runWith(atSwitch: Record<string, number>, seed: number, settings: Record<string, unknown> = {}): Run {
  const run = syntheticRun({ agent: "cql", seed, settings });
  const last = run.metrics.findLastIndex(({ phase }) => phase === "offline");
  const metrics = run.metrics.map((line, i) => {
    const added = i === last ? atSwitch : { startQMean: 1e6, startReturnMean: 1e6, idleValue: 1e6 };
    return { ...line, metrics: { ...line.metrics, ...added } };
  });
  return { ...run, metrics };
}

const low = runWith({ startQMean: -20, startReturnMean: -16, idleValue: -33, actionGap: 0.5 }, 0);
const lower = runWith({ startQMean: -41, startReturnMean: -14, idleValue: -35, actionGap: 2.5 }, 1);

describe("the section", () => {
  it("speaks of no switch where no run went online", () => {
    const group = (settings: Record<string, unknown>) => {
      const run = runWith({ startQMean: -20, startReturnMean: -16, idleValue: -33 }, 0, settings);
      return doctorSection([{ label: "cql", colour: 0, runs: [run], absent: [] }])!.text;
    };
    expect(group({})).toMatch(/<h2>The switch<\/h2>.*When the policies went online, means/s);
    const offline = group({ onlineSteps: 0 });
    expect(offline).toMatch(/<h2>The critic at the end<\/h2>.*When the runs ended, none of which went online, means/s);
  });
});

describe("what was seen at the switch", () => {
  it("is in the last line before it, with what it is to be read with", () => {
    const seen = switchSeen(low)!;
    expect(seen).toMatchObject({ startQ: -20, startReturn: -16, floor: -33, actionGap: 0.5 });
    const success = low.evaluations.findLast(({ phase }) => phase === "offline")!.successRate;
    expect(seen.facts).toMatchObject({ calibrated: false, maxTargetBackup: true, mixes: true, success });
    expect(seen.facts.updates).toBe(low.metrics.findLast(({ phase }) => phase === "offline")!.updates);
  });

  it("fills the columns", () => {
    const columns = doctorColumns.map(({ heading, of }) => [heading, of(switchSeen(lower)!)]);
    expect(Object.fromEntries(columns)).toEqual({
      "action gap": 2.5,
      "Q of the start": -41,
      "G of the start": -14,
      "worth of doing nothing": -35,
      "margin to it": -6,
    });
  });

  it("is nothing where the lines end before the switch, though the run went on", () => {
    const last = low.metrics.findLastIndex(({ phase }) => phase === "offline");
    const before = low.metrics[last - 1]!;
    const figures = { startQMean: -20, startReturnMean: -16, idleValue: -33 };
    const early = { ...low, metrics: [{ ...before, metrics: { ...before.metrics, ...figures } }] };
    expect(switchSeen(early)).toBeUndefined();
  });

  it("holds no return of the data where the run does not say", () => {
    expect(switchSeen(low)!.facts.returns!.recorded).toBeNaN();
    const { config } = low;
    const recorded = { ...low, config: { ...config, dataset: { ...config.dataset, returnMean: 12 } } };
    const { returnMean } = low.evaluations.findLast(({ phase }) => phase === "offline")!;
    expect(switchSeen(recorded)!.facts.returns).toEqual({ policy: returnMean, error: 9 / Math.sqrt(20), recorded: 12 });
  });

  it("is what the last line says where the run is offline still", () => {
    const { summary: _, ...begun } = low;
    const lines = low.metrics.slice(0, 40).map((line) => ({ ...line, metrics: { ...line.metrics, startQMean: -9 } }));
    const figures = { startReturnMean: -16, idleValue: -33 };
    const offline = { ...begun, metrics: lines.map((l) => ({ ...l, metrics: { ...l.metrics, ...figures } })) };
    const unfinished = { ...offline, evaluations: low.evaluations.slice(0, 3) };
    expect(switchSeen(unfinished)).toBeUndefined();
    expect(seenSoFar(unfinished)).toMatchObject({ startQ: -9, startReturn: -16, floor: -33 });
    const rising = unfinished.evaluations.map((line, i) => ({ ...line, successRate: i / 4 }));
    expect(seenSoFar({ ...unfinished, evaluations: rising })!.facts.success).toBe(0.5);
  });
});

const group = (...runs: Run[]) => ({ label: "cql", runs, colour: 0, absent: [] });

describe("the section", () => {
  it("shows means over the runs, all grades, and a verdict for each grade", () => {
    const page = doctorSection([group(low, lower)])!;
    const cells = [...page.toString().matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell);
    expect(cells).toEqual(["1.50", "−30.50", "−15.00", "−34.00", "3.50", "low in 1, below the floor in 1"]);
    expect(page.toString()).toContain("<p>cql, 1 of 2 runs: The critic lies 4 below the returns: it says −20 where");
    expect(page.toString()).toContain("<p>cql, 1 of 2 runs: The critic lies 27 below the returns, and below −35, ");
    expect(page.toString()).toContain("What helps: cal-ql, fewer offline updates, wider data.");
  });

  it("does not judge runs above and below the returns by their mean", () => {
    const at = (startQMean: number, seed: number) =>
      runWith({ startQMean, startReturnMean: -16, idleValue: -33 }, seed);
    const page = doctorSection([group(at(8, 0), at(-40, 1), at(-44, 2))])!.toString();
    expect(page).toContain("<p>cql, 2 of 3 runs: The critic lies 26 below the returns, and below −33, ");
    expect(page).toContain("<p>cql, 1 of 3 runs: The critic lies 24 above the returns: it says 8 ");
    const alike = doctorSection([group(at(-40, 1), at(-44, 2))])!.toString();
    expect(alike).toContain("<p>cql: The critic lies 26 below the returns, ");
  });

  it("says that the way is not learned where no run succeeded, not where the first did not", () => {
    const succeeding = (successRate: number, seed: number): Run => {
      const run = runWith({ startQMean: -41, startReturnMean: -14, idleValue: -35 }, seed);
      return { ...run, evaluations: run.evaluations.map((line) => ({ ...line, successRate })) };
    };
    const section = (...rates: number[]) => doctorSection([group(...rates.map(succeeding))])!.toString();
    expect(section(0, 1)).not.toContain("succeeded in no episode");
    expect(section(0, 0)).toContain("succeeded in no episode");
  });

  it("says of all whose worth of doing nothing an earlier calql recorded that it may be too low", () => {
    const earlier = runWith({ startQMean: -20, startReturnMean: -16, floorValue: -33 }, 2);
    const caveat = "An earlier calql recorded the worth of doing nothing,";
    expect(doctorSection([group(low, earlier)])!.toString()).toContain(caveat);
    expect(doctorSection([group(low, low)])!.toString()).not.toContain(caveat);
  });

  it("is not there where no run recorded what it needs", () => {
    expect(doctorSection([group(syntheticRun())])).toBeUndefined();
  });
});

describe("the verdict on several runs", () => {
  it("says why there is none: of most episodes the clock cut off the return", () => {
    const cut = { startQMean: -40, startReturnMean: -16, idleValue: -33 };
    const seen = [0, 0.2].map((startWholeShare, seed) => switchSeen(runWith({ ...cut, startWholeShare }, seed))!);
    expect(commonVerdict(seen)).toContain(" There is no verdict: most of the recorded episodes were cut off ");
  });

  it.each([
    [3.9, true],
    [4.1, false],
  ])("takes the error of their mean return, which is half of each one's for four: %d", (error, better) => {
    const { facts, ...figures } = switchSeen(runWith({ startQMean: -16, startReturnMean: -16, idleValue: -33 }, 0))!;
    const seen = { ...figures, facts: { ...facts, success: 1, returns: { policy: -20, recorded: -24, error } } };
    const said = commonVerdict([seen, seen, seen, seen]);
    expect(said.includes("the policy does better: its episodes return −20, the recorded ones −24")).toBe(better);
  });
});

describe("the warning", () => {
  it("is of the runs whose critic lies below the floor, and of them alone", () => {
    expect(doctorWarning(group(low))).toEqual([]);
    expect(doctorWarning(group(low, lower))).toEqual([
      expect.stringMatching(/^cql, seed 1, at the switch: The critic lies 27 below the returns, and below −35, /),
    ]);
    const deeper = runWith({ startQMean: -45, startReturnMean: -14, idleValue: -35 }, 2);
    expect(doctorWarning(group(low, lower, deeper))).toEqual([
      expect.stringMatching(/^cql, 2 of 3 runs, their means, at the switch: The critic lies 29 below the returns, /),
    ]);
  });
});

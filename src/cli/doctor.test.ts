/** What `calql doctor` prints of runs that are over, not online yet, or of an earlier calql. */
import { describe, expect, it } from "vitest";
import { syntheticRun } from "../report/synthetic.fixture.js";
import type { Run } from "../runs/read.js";
import { doctorText } from "./doctor.js";

interface Made {
  readonly folder: string;
  readonly startQMean: number;
  readonly agent?: "cal-ql" | "cql";
  readonly floor?: "idleValue" | "floorValue";
}

function runOf({ folder, startQMean, agent = "cql", floor = "idleValue" }: Made): Run {
  const run = syntheticRun({ agent, task: "no-such-task", offlineUpdates: 2_500 });
  const metrics = run.metrics.map((line) => ({
    ...line,
    metrics: { ...line.metrics, startQMean, startReturnMean: -16, [floor]: -33 },
  }));
  return { ...run, folder, metrics };
}

const calm = runOf({ folder: "/runs/batch/cal-ql/seed-0", startQMean: -15, agent: "cal-ql" });
const low = runOf({ folder: "/runs/batch/cql/seed-0", startQMean: -20 });
const below = runOf({ folder: "/runs/batch/cql/seed-1", startQMean: -40 });

/** The run as it stands after its first lines. */
function begun(run: Run, lines: number, ended: boolean): Run {
  const { summary, ...rest } = run;
  const metrics = run.metrics.slice(0, lines);
  const updates = metrics.at(-1)!.updates + 1;
  const stands = { ...rest, metrics, evaluations: run.evaluations.slice(0, 2) };
  return ended ? { ...stands, summary: { ...summary!, status: "interrupted", updates, onlineSteps: 0 } } : stands;
}

describe("several runs", () => {
  it("are told apart by folder, with a sentence for each that is not calibrated, in lines that fit", async () => {
    const text = await doctorText([calm, low, below]);
    const rows = text.split("\n");
    expect(rows[0]).toMatch(/^run +Q − G +gap +Q +G +idle +margin +the critic is +lowest online$/);
    expect(rows[1]).toMatch(/^cal-ql\/seed-0 .* −15\.00 +−16\.00 +−33\.00 +18\.00 +calibrated +\d+ %$/);
    expect(rows[3]).toMatch(/^cql\/seed-1 .* −40\.00 +−16\.00 +−33\.00 +−7\.00 +below the floor +\d+ %$/);
    expect(text).toContain("margin: Q minus idle.");
    expect(text).toContain("lowest online: the lowest success of an evaluation after the switch.");
    const joined = text.replace(/\n {2}/g, " ");
    expect(joined).toContain(
      "cql/seed-0 (cql on no-such-task, seed 0): The critic lies 4 below the returns: it says −20 ",
    );
    expect(joined).toContain(
      "cql/seed-1 (cql on no-such-task, seed 0): The critic lies 24 below the returns, and below ",
    );
    expect(joined).not.toContain("cal-ql/seed-0 (");
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(120);
  });
});

describe("runs of whom the same is to be said", () => {
  const many = (startQ: (seed: number) => number, changed: (run: Run) => Run = (run) => run) =>
    Array.from({ length: 6 }, (_, seed) =>
      changed(runOf({ folder: `/runs/batch/seed-${seed}`, startQMean: startQ(seed) })),
    );
  const said = async (runs: readonly Run[]) => {
    const text = await doctorText(runs);
    return text
      .slice(text.indexOf("lowest online:"))
      .replace(/\n {2}/g, " ")
      .trim()
      .split("\n")
      .slice(2)
      .filter((line) => line !== "");
  };

  it("are named together, with the verdict of their means", async () => {
    expect(await said(many((seed) => -38 - seed))).toEqual([
      expect.stringMatching(
        /^seed-0 and 5 more \(6 runs, cql on no-such-task, their means\): The critic lies 24.5 below the returns, and below −33, /,
      ),
    ]);
    expect((await said(many((seed) => (seed < 4 ? -20 : seed < 5 ? -15 : 0)))).map((one) => one.slice(0, 80))).toEqual([
      expect.stringMatching(/^seed-0, seed-1, seed-2, seed-3 \(4 runs, cql on no-such-task, t/),
      expect.stringMatching(/^seed-5 \(cql on no-such-task, seed 0\): The critic lies 16 above/),
    ]);
  });

  it("are not put together with those that have learned nothing", async () => {
    const runs = many(() => -40);
    const failed = { ...runs[0]!, evaluations: runs[0]!.evaluations.map((line) => ({ ...line, successRate: 0 })) };
    const sentences = await said([failed, ...runs.slice(1)]);
    expect(sentences.map((one) => one.includes("succeeded in no episode"))).toEqual([true, false]);
  });

  it("are not put together with those that have hardly been trained", async () => {
    const trained = runOf({ folder: "/runs/batch/seed-1", startQMean: -40 });
    const short = syntheticRun({ agent: "cql", task: "no-such-task", offlineUpdates: 400 });
    const metrics = short.metrics.map((line) => ({
      ...line,
      metrics: { ...line.metrics, startQMean: -40, startReturnMean: -16, idleValue: -33 },
    }));
    const sentences = await said([{ ...short, folder: "/runs/batch/seed-0", metrics }, trained]);
    expect(sentences.map((one) => one.includes("hardly been trained"))).toEqual([true, false]);
  });

  it("are named together where there is no verdict", async () => {
    const bare = many(
      () => -40,
      (run) => ({ ...run, metrics: run.metrics.map((line) => ({ ...line, metrics: {} })) }),
    );
    expect(await said(bare)).toEqual([
      "seed-0 and 5 more (6 runs): The run recorded no values at its switch, on which a verdict could be given; a run of this calql with an agent that has critics records them.",
    ]);
  });
});

it("a run that had nothing to lose is marked in its row", async () => {
  const failed = { ...low, evaluations: low.evaluations.map((line) => ({ ...line, successRate: 0.1 })) };
  const text = await doctorText([failed, calm]);
  expect(text.split("\n")[1]).toMatch(/ 10 %, nothing to lose$/);
  expect(text).toContain("nothing to lose: at the switch the policy succeeded in half of the episodes or fewer.");
  expect(await doctorText([calm])).not.toContain("nothing to lose");
});

it("a calibrated run has words where its policy has learned nothing", async () => {
  const failed = { ...calm, evaluations: calm.evaluations.map((line) => ({ ...line, successRate: 0 })) };
  expect(await doctorText([failed, low])).toMatch(
    /cal-ql\/seed-0 \(cal-ql on no-such-task, seed 0\): The critic is on/,
  );
  expect(await doctorText([calm, low])).not.toContain("The critic is on");
});

describe("one run", () => {
  it("has its sentence whatever it is", async () => {
    expect(await doctorText([calm])).toContain("seed-0 (cal-ql on no-such-task, seed 0): The critic is on the scale");
  });

  it.each([
    [true, "It goes on with: calql resume /runs/batch/cql/seed-0"],
    [false, "Unless it is still running, it goes on with: calql resume /runs/batch/cql/seed-0"],
  ])("that is offline (ended: %s) is said to be, with the figures so far", async (ended, on) => {
    const text = await doctorText([begun(low, 17, ended)]);
    expect(text.split("\n")[1]).toMatch(/ −20\.00 .* low so far +–$/);
    expect(text.replace(/\n {2}/g, " ")).toContain(
      `The run has not gone online yet (update ${ended ? 426 : 425} of 2,500). So far the critic says −20.0 where recorded episodes begin, and they reach −16.0: low. ${on}`,
    );
  });

  it("whose values are no numbers is said to have failed, with no figure of them", async () => {
    const text = await doctorText([runOf({ folder: "/runs/nan", startQMean: Number.NaN })]);
    expect(text.replace(/\n {2}/g, " ")).toContain("value of the start was no finite number at the switch");
    expect(text).not.toContain("NaN");
  });

  it("whose metrics end before the switch has no verdict on it", async () => {
    const text = await doctorText([{ ...low, metrics: low.metrics.slice(0, 17) }]);
    expect(text.split("\n")[1]).toMatch(/ – +– +– +– +– +– +– +\d+ %$/);
    expect(text.replace(/\n {2}/g, " ")).toContain("Its metrics end at update 425 of 2,500, before the switch; ");
  });

  it("of an earlier calql, whose data are gone, is said to have a doubtful floor", async () => {
    const text = await doctorText([runOf({ folder: "/runs/old", startQMean: -20, floor: "floorValue" })]);
    expect(text.replace(/\n {2}/g, " ")).toMatch(
      / An earlier calql recorded the worth of doing nothing, .* too low\.\n$/,
    );
  });
});

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
    expect(joined).toContain("cql/seed-0 (cql on no-such-task, seed 0): The critic lies 4 below the returns: ");
    expect(joined).toContain(
      "cql/seed-1 (cql on no-such-task, seed 0): The critic lies 24 below the returns, and below ",
    );
    expect(joined).not.toContain("cal-ql/seed-0 (");
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(120);
  });
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

  it("of an earlier calql, whose data are gone, is said to have a doubtful floor", async () => {
    const text = await doctorText([runOf({ folder: "/runs/old", startQMean: -20, floor: "floorValue" })]);
    expect(text.replace(/\n {2}/g, " ")).toMatch(
      / An earlier calql recorded the worth of doing nothing, .* too low\.\n$/,
    );
  });
});

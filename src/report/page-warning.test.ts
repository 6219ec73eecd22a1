/** What the page warns of when policies went online with critics that lie below the floor. */
import { parseHTML } from "linkedom";
import { expect, it } from "vitest";
import type { Run } from "../runs/read.js";
import { reportPage } from "./page.js";
import { syntheticRun } from "./synthetic.fixture.js";

it("warns of critics that lie below the floor at the switch, once for all runs of an agent, and of no others", () => {
  const withStart = (agent: "cal-ql" | "cql", seed: number, startQMean: number): Run => {
    const run = syntheticRun({ agent, seed });
    const figures = { startQMean, startReturnMean: -15, idleValue: -33 };
    return { ...run, metrics: run.metrics.map((line) => ({ ...line, metrics: { ...line.metrics, ...figures } })) };
  };
  const runs = [withStart("cal-ql", 0, -15.5), withStart("cql", 0, -40), withStart("cql", 1, -50)];
  const told = (page: string) => parseHTML(page).document.querySelector(".warnings")?.textContent ?? "";
  expect(told(reportPage(runs))).toMatch(
    /^cql, 2 of 2 runs, their means, at the switch: The critic lies 30 below the returns, and below −33, .* more than −45 /,
  );
  expect(told(reportPage(runs.slice(0, 2)))).toMatch(/^cql, seed 0, at the switch: The critic lies 25 below/);
  expect(told(reportPage(runs.slice(0, 1)))).toBe("");
  const low = withStart("cql", 2, -25);
  expect(told(reportPage([low]))).toBe("");
  expect(reportPage([low])).toContain("The critic lies 10 below the returns: it says −25 where");
  expect(told(reportPage([...runs, low]))).toMatch(/^cql, 2 of 3 runs, their means, .* more than −45 /);
});

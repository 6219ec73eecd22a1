/** The demo's sentence says what its runs did, whatever they did. */
import { expect, it } from "vitest";
import type { ComparedRun } from "../comparison/compare.js";
import { syntheticRun } from "../report/synthetic.fixture.js";
import { demoTasks, explanation } from "./demo.js";

/** A run that had this success throughout online, and a critic so far from the returns at the switch. */
function ran(task: string, agent: "cal-ql" | "cql", seed: number, successRate: number, qMinusG: number): ComparedRun {
  const run = syntheticRun({ task, agent, seed });
  const evaluations = run.evaluations.map((line) => (line.onlineSteps > 0 ? { ...line, successRate } : line));
  const metrics = run.metrics.map((line) => ({
    ...line,
    metrics: { ...line.metrics, policyQMean: -10 + qMinusG, returnToGoMean: -10 },
  }));
  return {
    ...{ name: "run", label: agent, task, seed, folder: run.folder, status: "completed" },
    run: { ...run, evaluations, metrics },
  };
}

it("counts the runs that fell, and says where the critics lay", () => {
  const { tempting, plain } = demoTasks;
  const runs = [
    ...[0, 1].map((seed) => ran(tempting, "cal-ql", seed, 1, -1)),
    ...[0, 1].map((seed) => ran(tempting, "cql", seed, seed, -31)),
    ran(plain, "cal-ql", 0, 1, 6),
    ran(plain, "cql", 0, 0, 6),
  ];
  const sentence = explanation(runs);
  expect(sentence).toContain(
    "cal-ql's critic lay 1 below the recorded returns when it went online, and its policy stopped reaching the goal in 0 of 2 runs; cql's critic lay 31 below the recorded returns when it went online, and its policy stopped reaching the goal in 1 of 2 runs.",
  );
  expect(sentence).toContain(": cal-ql ends at 100 %, cql ends at 0 %.");
});

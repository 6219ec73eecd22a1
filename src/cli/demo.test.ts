/** The demo's sentence says what its runs did, whatever they did. */
import { expect, it } from "vitest";
import type { ComparedRun } from "../comparison/compare.js";
import { syntheticRun } from "../report/synthetic.fixture.js";
import { resolveConfiguration } from "../settings/configuration.js";
import { comparisons } from "./demo.js";
import { demoTasks, explanation } from "./demo-text.js";

/** A run that had this success throughout online but for its end, and a critic so far from the returns at the switch. */
function ran(
  task: string,
  agent: "cal-ql" | "cql",
  seed: number,
  [successRate, end]: readonly [number, number],
  qMinusG: number,
): ComparedRun {
  const run = syntheticRun({ task, agent, seed });
  const evaluations = run.evaluations.map((line, i, { length }) =>
    line.onlineSteps > 0 ? { ...line, successRate: i === length - 1 ? end : successRate } : line,
  );
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
    ...[0, 1].map((seed) => ran(tempting, "cal-ql", seed, [1, 1], -1)),
    ran(tempting, "cql", 0, [0, 1], -31), // fell, and came back
    ran(tempting, "cql", 1, [1, 1], -31),
    ran(plain, "cal-ql", 0, [0.8, 1], 6),
    ran(plain, "cql", 0, [0, 0.9], 6),
  ];
  const sentence = explanation(runs);
  expect(sentence).toContain(
    "cal-ql's critic lay 1 below the recorded returns when it went online, and its policy stopped reaching the goal in 0 of 2 runs; cql's critic lay 31 below the recorded returns when it went online, and its policy stopped reaching the goal in 1 of 2 runs.",
  );
  expect(sentence).toContain(
    "cal-ql's critic lay 6 above the recorded returns when it went online, and its policy stays at 80 % or more online and ends at 100 %; cql's critic lay 6 above the recorded returns when it went online, and its policy falls to 0 % online and ends at 90 %.",
  );
});

it("takes the exit and the backup with which the corridor shows what the sentence says", () => {
  const [corridor, maze] = comparisons([0, 1]);
  expect(corridor!.tasks).toEqual(["corridor-exit?exitReward=-18"]);
  expect(corridor!.variants.map(({ label, settings }) => [label, settings.maxTargetBackup])).toEqual([
    ["cal-ql", false],
    ["cql", false],
  ]);
  for (const { settings } of corridor!.variants)
    expect(resolveConfiguration({ ...settings, task: corridor!.tasks[0]! }).run.mixingRatio).toBe(0); // the preset's
  expect([corridor!.seeds, maze!.seeds]).toEqual([[0, 1], [0]]);
});

it("counts no run that had nothing to lose as one that fell", () => {
  const learnedNothing = (seed: number) => {
    const { run, ...one } = ran(demoTasks.tempting, "cql", seed, [0, 0], -31);
    return { ...one, run: { ...run!, evaluations: run!.evaluations.map((line) => ({ ...line, successRate: 0 })) } };
  };
  const nothing = "had nothing to lose: the policy succeeded in half of the episodes or fewer when it went online";
  const held = ran(demoTasks.tempting, "cql", 1, [1, 1], -31);
  expect(explanation([learnedNothing(0), held])).toContain(`reaching the goal in 0 of 1 run; 1 more ${nothing}.`);
  expect(explanation([learnedNothing(0), learnedNothing(2)])).toContain(`, and its 2 runs ${nothing}.`);
});

it("invents nothing where runs have left nothing, or have not come so far", () => {
  const { run, ...lost } = ran(demoTasks.tempting, "cal-ql", 0, [1, 1], -1);
  const offline = {
    ...run!,
    metrics: [],
    evaluations: run!.evaluations.filter(({ onlineSteps }) => onlineSteps === 0),
  };
  const started = { ...ran(demoTasks.tempting, "cql", 0, [1, 1], -1), run: offline };
  const sentence = explanation([lost, started, ran(demoTasks.tempting, "cql", 1, [0, 0], -31)]);
  expect(sentence).toContain(
    "no run has shown where cal-ql's critic lay when it went online, and none of its runs was evaluated online; cql's critic lay 31 below the recorded returns when it went online, and its policy stopped reaching the goal in 1 of 1 run.",
  );
  expect(sentence).toContain("no run of cal-ql was evaluated online; no run of cql was evaluated online.");
});

/**
 * `calql doctor`: the switch of runs that were made: what the critics said of the way that the data show, what followed
 * from it, and how the policy fared.
 */
import type { Command } from "commander";
import { doctorColumns, type SwitchSeen, switchSeen } from "../report/doctor-table.js";
import { fixed, missing, percent } from "../report/format.js";
import { labelOf, seedOf, taskOf } from "../report/groups.js";
import { lowestOnline, runFigures } from "../report/statistics.js";
import { type Run, readRun } from "../runs/read.js";
import { gradeOf, verdictOf } from "../training/doctor.js";
import { runsOf } from "./report.js";
import { textTable } from "./text-table.js";

export function defineDoctor(command: Command): void {
  command
    .argument("<runs...>", "run folders, or folders of runs: all runs one or two levels below")
    .action((folders: string[]) => {
      const runs = runsOf(folders).map(readRun);
      const heading = [
        "run",
        "Q − G",
        ...doctorColumns.map(({ heading }) => heading),
        "the critic is",
        "lowest online",
      ];
      process.stdout.write(`${textTable([heading, ...runs.map(rowOf)])}\n`);
      if (runs.length === 1) process.stdout.write(`${sentenceOf(runs[0]!)}\n`);
    });
}

function rowOf(run: Run): string[] {
  const seen = switchSeen(run);
  const { qMinusReturnToGo } = runFigures(run);
  const lowest = lowestOnline(run);
  return [
    `${labelOf(run)} on ${taskOf(run)}, seed ${seedOf(run)}`,
    fixed(qMinusReturnToGo ?? Number.NaN, 2),
    ...doctorColumns.map(({ of }) => (seen ? fixed(of(seen) ?? Number.NaN, 2) : missing)),
    seen ? gradeOf(seen) : missing,
    lowest === undefined ? missing : percent(lowest),
  ];
}

function sentenceOf(run: Run): string {
  const seen: SwitchSeen | undefined = switchSeen(run);
  if (seen) return verdictOf(seen);
  const { qMinusReturnToGo } = runFigures(run);
  if (qMinusReturnToGo === undefined)
    return "The run recorded no values at its switch; the doctor cannot say anything.";
  const where = qMinusReturnToGo < 0 ? "below" : "above";
  return `The run recorded no value of the start (an earlier calql made it, or it has no critics); over all states the critic lies ${fixed(Math.abs(qMinusReturnToGo), 1)} ${where} the returns.`;
}

/**
 * `calql doctor`: the switch of runs that were made: what the critics said of the way that the data show, what followed
 * from it, and how the policy fared.
 */
import { basename, dirname, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { doctorColumns, type SwitchSeen, seenSoFar, switchSeen } from "../report/doctor-table.js";
import { count, fixed, missing, percent } from "../report/format.js";
import { labelOf, seedOf, taskOf } from "../report/groups.js";
import { lowestOnline, runFigures } from "../report/statistics.js";
import { offlineUpdatesOf, reachedSwitch } from "../report/timeline.js";
import { idleValueFromData } from "../runs/idle-value.js";
import { type Run, readRun } from "../runs/read.js";
import { gradeOf, verdictOf } from "../training/doctor.js";
import { runsOf } from "./report.js";
import { textTable } from "./text-table.js";
import { wrapped } from "./wrap.js";

/** A run, and what the doctor sees of it. */
interface Patient {
  readonly run: Run;
  /** Its folder below the one that holds all of them. */
  readonly name: string;
  readonly seen: SwitchSeen | undefined;
  /** Whether its worth of doing nothing was taken from the data again. */
  readonly corrected: boolean;
}

export function defineDoctor(command: Command): void {
  command
    .argument("<runs...>", "run folders, or folders of runs: all runs one or two levels below")
    .action(async (folders: string[]) => {
      process.stdout.write(await doctorText(runsOf(folders).map(readRun)));
    });
}

/** Everything that the verb prints. */
export async function doctorText(runs: readonly Run[]): Promise<string> {
  const names = namesOf(runs.map(({ folder }) => folder));
  const patients: Patient[] = [];
  for (const [i, run] of runs.entries()) patients.push(await examined(run, names[i]!));
  const sentences = patients.filter((one) => runs.length === 1 || needsWords(one)).map(sentenceOf);
  return [
    textTable([headings(), ...patients.map(rowOf)]),
    `${explanation(patients)}\n`,
    ...sentences.map((sentence) => `${wrapped(sentence, "  ")}\n`),
  ].join("\n");
}

/** What tells folders apart: each below the folder that holds all of them. */
function namesOf(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => resolve(folder));
  let common = dirname(paths[0]!);
  while (!paths.every((path) => path.startsWith(common + sep)) && dirname(common) !== common) common = dirname(common);
  return paths.map((path) => relative(common, path) || basename(path));
}

async function examined(run: Run, name: string): Promise<Patient> {
  const seen = switchSeen(run) ?? (reachedSwitch(run) ? undefined : seenSoFar(run));
  const floor = seen?.floorOfAll ? await idleValueFromData(run) : undefined;
  if (!seen || floor === undefined) return { run, name, seen, corrected: false };
  return { run, name, seen: { ...seen, floor, floorOfAll: false }, corrected: true };
}

function headings(): string[] {
  return ["run", "Q − G", ...doctorColumns.map(({ short }) => short), "the critic is", "lowest online"];
}

function rowOf({ run, name, seen }: Patient): string[] {
  const { qMinusReturnToGo } = runFigures(run);
  const lowest = lowestOnline(run);
  return [
    name,
    fixed(qMinusReturnToGo ?? Number.NaN, 2),
    ...doctorColumns.map(({ of }) => (seen ? fixed(of(seen) ?? Number.NaN, 2) : missing)),
    seen ? `${gradeOf(seen)}${reachedSwitch(run) ? "" : " so far"}` : missing,
    lowest === undefined ? missing : percent(lowest),
  ];
}

function explanation(patients: readonly Patient[]): string {
  const lines = [
    "Q − G is over all states; gap is the action gap; Q and G are those of the states where recorded episodes begin.",
    "idle: what doing nothing is worth, the lowest reward of a step that goes on, forever; margin: Q minus idle.",
    "lowest online: the lowest success of an evaluation after the switch.",
  ];
  if (patients.some(({ corrected }) => corrected))
    lines.push("idle of runs that an earlier calql made was taken again from their data.");
  return lines.join("\n");
}

function needsWords({ run, seen }: Patient): boolean {
  return !seen || !reachedSwitch(run) || gradeOf(seen) !== "calibrated" || seen.facts.success === 0;
}

function sentenceOf(patient: Patient): string {
  const { run, name } = patient;
  return `${name} (${labelOf(run)} on ${taskOf(run)}, seed ${seedOf(run)}): ${findingOf(patient)}`;
}

function findingOf({ run, seen }: Patient): string {
  if (!reachedSwitch(run)) return notOnlineYet(run, seen);
  if (seen) return verdictOf(seen, seen.facts);
  const { qMinusReturnToGo } = runFigures(run);
  if (qMinusReturnToGo === undefined)
    return "The run recorded no values at its switch; the doctor cannot say anything.";
  const where = qMinusReturnToGo < 0 ? "below" : "above";
  return `The run recorded no value of the start (an earlier calql made it, or it has no critics); over all states the critic lies ${fixed(Math.abs(qMinusReturnToGo), 1)} ${where} the returns.`;
}

function notOnlineYet(run: Run, seen: SwitchSeen | undefined): string {
  const updates = run.summary?.updates ?? Math.max(0, ...[...run.metrics, ...run.evaluations].map((l) => l.updates));
  const where = `The run has not gone online yet (update ${count(updates)} of ${count(offlineUpdatesOf(run))}).`;
  const sofar = seen
    ? `So far the critic says ${fixed(seen.startQ, 1)} where recorded episodes begin, and they reach ${fixed(seen.startReturn, 1)}: ${gradeOf(seen)}.`
    : "It has recorded no values so far.";
  const on = run.summary ? "It goes on with" : "Unless it is still running, it goes on with";
  return `${where} ${sofar} ${on}: calql resume ${run.folder}`;
}

/**
 * `calql doctor`: the switch of runs that were made: what the critics said of the way that the data show, what followed
 * from it, and how the policy fared.
 */
import { basename, dirname, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { commonVerdict, doctorColumns, type SwitchSeen, seenSoFar, switchSeen } from "../report/doctor-table.js";
import { count, fixed, missing, percent } from "../report/format.js";
import { labelOf, seedOf, taskOf } from "../report/groups.js";
import { fateOf, lowestOnline, runFigures } from "../report/statistics.js";
import { metricsAtSwitch, offlineUpdatesOf, reachedSwitch } from "../report/timeline.js";
import { idleValueFromData } from "../runs/idle-value.js";
import { type Run, readRun } from "../runs/read.js";
import { gradeOf, isHardlyTrained } from "../training/doctor.js";
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
  const sentences = sentencesOf(patients.filter((one) => runs.length === 1 || needsWords(one)));
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
    lowest === undefined
      ? missing
      : `${percent(lowest)}${fateOf(run) === "nothing to lose" ? ", nothing to lose" : ""}`,
  ];
}

function explanation(patients: readonly Patient[]): string {
  const lines = [
    "Q − G is over all states; gap is the action gap; Q and G are those of the states where recorded episodes begin.",
    "idle: what doing nothing is worth, a low reward of a step that goes on, forever; margin: Q minus idle.",
    "lowest online: the lowest success of an evaluation after the switch.",
  ];
  if (patients.some(({ run }) => fateOf(run) === "nothing to lose"))
    lines.push("nothing to lose: at the switch the policy succeeded in half of the episodes or fewer.");
  if (patients.some(({ corrected }) => corrected))
    lines.push("Of runs that an earlier calql made, idle was computed again from their data.");
  return lines.join("\n");
}

function needsWords({ run, seen }: Patient): boolean {
  return !seen || !reachedSwitch(run) || gradeOf(seen) !== "calibrated" || seen.facts.success === 0;
}

/** One for all of whom the same is to be said: of verdicts those of one agent and one grade, whose means speak for them. */
function sentencesOf(patients: readonly Patient[]): string[] {
  const alike = new Map<string, Patient[]>();
  for (const patient of patients) {
    const key = likenessOf(patient);
    alike.set(key, [...(alike.get(key) ?? []), patient]);
  }
  return [...alike.values()].map((group) => `${whoOf(group)}: ${findingOf(group)}`);
}

function likenessOf({ run, seen }: Patient): string {
  if (!reachedSwitch(run) || !seen) return findingOf([{ run, seen }]);
  const { success, returns: _, updates, ...facts } = seen.facts;
  const learned = [success === 0, isHardlyTrained({ updates })];
  return JSON.stringify([labelOf(run), taskOf(run), gradeOf(seen), ...learned, Boolean(seen.floorOfAll), facts]);
}

/** Names that stand in a sentence; of more only the first. */
const NAMED = 4;

function whoOf(group: readonly Patient[]): string {
  const [{ run, name, seen }] = group as readonly [Patient];
  if (group.length === 1) return `${name} (${labelOf(run)} on ${taskOf(run)}, seed ${seedOf(run)})`;
  const more = group.length > NAMED ? ` and ${group.length - 1} more` : "";
  const names = (more ? group.slice(0, 1) : group).map((one) => one.name).join(", ");
  return `${names}${more} (${group.length} runs${seen && reachedSwitch(run) ? `, ${labelOf(run)} on ${taskOf(run)}, their means` : ""})`;
}

function findingOf(group: readonly Pick<Patient, "run" | "seen">[]): string {
  const [{ run, seen }] = group as readonly [Patient];
  if (!reachedSwitch(run)) return notOnlineYet(run, seen);
  if (seen) return commonVerdict(group.flatMap((one) => one.seen ?? []));
  return unseen(run);
}

/** Why there is no verdict. */
function unseen(run: Run): string {
  const line = metricsAtSwitch(run);
  const last = run.metrics.findLast(({ onlineSteps }) => onlineSteps === 0);
  if (!line && last)
    return `Its metrics end at update ${count(last.updates)} of ${count(offlineUpdatesOf(run))}, before the switch; what the critics said there was not recorded. A run with a smaller logEveryUpdates records it.`;
  if (Number.isNaN(line?.metrics.startQMean))
    return "The critics' value of the start was no finite number at the switch: the training had failed, and online updates do not mend that; see its earlier lines of metrics, and take a smaller criticLearningRate.";
  const { qMinusReturnToGo } = runFigures(run);
  if (qMinusReturnToGo === undefined)
    return "The run recorded no values at its switch, on which a verdict could be given; a run of this calql with an agent that has critics records them.";
  const where = qMinusReturnToGo < 0 ? "below" : "above";
  return `The run recorded no value of the start (an earlier calql made it, or it has no critics); over all states the critic lies ${fixed(Math.abs(qMinusReturnToGo), 1)} ${where} the returns. For a verdict, run it again with this calql.`;
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

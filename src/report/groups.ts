/**
 * Which runs belong together. Runs of different tasks are never drawn into one chart; within a task, runs of one agent
 * are one line (their mean and spread over seeds), and a run that changes its agent at the switch is an agent of its
 * own ("cql -> sac"). A run with a label of its own is named by it, which distinguishes variants of one agent.
 */
import type { Run } from "../runs/read.js";
import { settingText } from "./format.js";

/** A run that left no summary, as its caller describes it. */
export interface UnrecordedRun {
  readonly label: string;
  readonly task: string;
  readonly seed: number;
  readonly status: string;
  readonly reason?: string;
}

/** Runs that are averaged: one task, one agent or labelled variant of it. */
export interface RunGroup {
  readonly label: string;
  /** Which of the palette's colours the label has throughout the report. */
  readonly colour: number;
  readonly runs: readonly Run[];
  /** Those that have left nothing. */
  readonly absent: readonly UnrecordedRun[];
}

/** "5 runs", "4 of 5 runs complete": how many runs there are, also those that have left nothing, wherever it is said. */
export function runCount(...groups: readonly RunGroup[]): string {
  const all = groups.reduce((sum, { runs, absent }) => sum + runs.length + absent.length, 0);
  const complete = groups.flatMap(({ runs }) => runs).filter(({ summary }) => summary?.status === "completed").length;
  if (complete < all) return `${complete} of ${all} runs complete`;
  return `${all} ${all === 1 ? "run" : "runs"}`;
}

/** Whether a group is one run, which goes by its seed. */
export function isOneRun({ runs, absent }: RunGroup): boolean {
  return runs.length === 1 && absent.length === 0;
}

export interface TaskRuns {
  readonly task: string;
  readonly groups: readonly RunGroup[];
}

/**
 * Orders runs by task and label, both in the order of their first appearance, seeds ascending.
 * @param unrecorded what is known of runs without a summary; those that have left nothing at all count with their group
 */
export function groupRuns(runs: readonly Run[], unrecorded: readonly UnrecordedRun[] = []): TaskRuns[] {
  const colours = [...new Set(runs.map(labelOf))];
  return [...groupBy(runs, taskOf)].map(([task, ofTask]) => ({
    task,
    groups: [...groupBy(ofTask, labelOf)].map(([label, ofLabel]) => ({
      label,
      colour: colours.indexOf(label),
      runs: ofLabel.sort((a, b) => Number(a.config.settings.seed) - Number(b.config.settings.seed)),
      absent: absentFrom(ofLabel, task, label, unrecorded),
    })),
  }));
}

function absentFrom(runs: readonly Run[], task: string, label: string, unrecorded: readonly UnrecordedRun[]) {
  const seeds = new Set(runs.map(seedOf));
  return unrecorded.filter((run) => run.task === task && run.label === label && !seeds.has(String(run.seed)));
}

export function taskOf({ config: { settings, dataset } }: Run): string {
  if (settings.task === null) return dataAlone(dataset.source);
  return settingText(settings.task ?? "unnamed task");
}

/** What stands where a task would, for runs that learn from the data alone. */
export function dataAlone(source: string): string {
  return `data alone (${lastNameIn(source)})`;
}

/** Of a path with either kind of slashes. */
export function lastNameIn(path: string): string {
  return path.split(/[\\/]/).findLast((name) => name !== "") ?? path;
}

/** The run's own label, or else "cal-ql", or "cql -> sac" if another agent learns online. */
export function labelOf(run: Run): string {
  const { label } = run.config.settings;
  if (typeof label === "string" && label !== "") return label;
  const agent = settingText(run.config.settings.agent ?? "unnamed agent");
  const online = run.config.settings.onlineAgent;
  return typeof online === "string" && online !== agent ? `${agent} -> ${online}` : agent;
}

export function seedOf(run: Run): string {
  return settingText(run.config.settings.seed ?? "unknown");
}

function groupBy(runs: readonly Run[], key: (run: Run) => string): Map<string, Run[]> {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const group = groups.get(key(run));
    if (group === undefined) groups.set(key(run), [run]);
    else group.push(run);
  }
  return groups;
}

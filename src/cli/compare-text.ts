/**
 * What a comparison prints when it has ended: a table for each task, mean and interval of each figure, one over all
 * tasks, and a line for each run that did not complete.
 */
import type { ComparedRun } from "../comparison/compare.js";
import { reasonIn } from "../errors.js";
import { columnsFor, comparableColumns, type FigureColumn, intervalText } from "../report/figures-table.js";
import { missing } from "../report/format.js";
import { groupRuns, runCount, type TaskRuns } from "../report/groups.js";
import { pairedSentences } from "../report/paired.js";
import { type FigureSummaries, summariseRuns, summariseTasks } from "../report/statistics.js";
import { textTable } from "./text-table.js";
import { wrapped } from "./wrap.js";

/**
 * Empty if no run has left anything.
 * @param meansOverTasks whether a table of means over all tasks ends it: not where tasks are shown for their contrast
 */
export function comparisonTables(runs: readonly ComparedRun[], meansOverTasks = true): string {
  const lost = runs.filter(({ run }) => run === undefined);
  const tasks = groupRuns(
    runs.flatMap(({ run }) => run ?? []),
    lost,
  );
  const tables = tasks.map(({ task, groups }) => {
    const columns = columnsFor(groups);
    const rows = groups.flatMap((group) =>
      figureRows(group.label, runCount(group), summariseRuns(group.runs), columns),
    );
    const paired = pairedSentences(groups).map((sentence) => `${sentence}\n`);
    const table = textTable([headingOf(columns), ...rows]);
    return `${task}, ${meansIn(rows)} over seeds\n${table}${inWords(columns)}${paired.join("")}`;
  });
  return [...tables, ...(meansOverTasks && tasks.length > 1 ? [overTasks(tasks)] : [])].join("\n");
}

/** "cql, seed 3 failed: its worker was killed by SIGKILL"; empty if every run is complete. */
export function failuresText(runs: readonly ComparedRun[]): string {
  return runs
    .filter(({ status }) => status !== "completed")
    .map(({ name, status, reason }) => `${name}: ${status}${reason ? `: ${reasonIn(reason)}` : ""}\n`)
    .join("");
}

function overTasks(tasks: readonly TaskRuns[]): string {
  const labels = [...new Set(tasks.flatMap(({ groups }) => groups.map((group) => group.label)))];
  const rows = labels.flatMap((label) => {
    const ofLabel = tasks.flatMap(({ groups }) => groups.filter((group) => group.label === label));
    const summaries = summariseTasks(ofLabel.map((group) => group.runs));
    return figureRows(label, `${ofLabel.length} tasks`, summaries, comparableColumns);
  });
  return `All tasks, interquartile ${meansIn(rows)}\n${textTable([headingOf(comparableColumns), ...rows])}`;
}

/** What stands in rows of figures: intervals only where some have one. */
function meansIn(rows: readonly (readonly string[])[]): string {
  return rows.some(([label]) => label === "") ? "mean and 95 % interval" : "mean";
}

/** What is not said by its heading, a line each. */
function inWords(columns: readonly FigureColumn[]): string {
  const explained = columns.filter(({ key }) => key === "qMinusReturnToGo" || key === "shareBelowReturn");
  return explained.map(({ heading, meaning }) => `${wrapped(`${heading}: ${meaning}.`)}\n`).join("");
}

function headingOf(columns: readonly FigureColumn[]): string[] {
  return ["agent", "", ...columns.map(({ heading }) => heading)];
}

/** The means, and below them their intervals where there are any. */
function figureRows(
  label: string,
  size: string,
  summaries: FigureSummaries,
  columns: readonly FigureColumn[],
): string[][] {
  const means = columns.map(({ key, format }) => (summaries[key] ? format(summaries[key].mean) : missing));
  const intervals = columns.map(({ key, format }) => {
    const { low, high } = summaries[key] ?? {};
    return low === undefined || high === undefined ? "" : intervalText(low, high, format);
  });
  return [[label, size, ...means], ...(intervals.every((text) => text === "") ? [] : [["", "", ...intervals]])];
}

/** What the chaos tool prints: where the runs of each case were killed, what came of it, and where the resumes began. */
import { textTable } from "../../src/cli/text-table.js";
import { stages } from "./order.js";
import { resumePositions } from "./resume-position.js";
import type { Tortured } from "./torture.js";

/** A column: its title, and what it counts of a case. */
type Column = readonly [title: string, count: (row: Tortured) => number];

export function killTable(rows: readonly Tortured[]): string {
  return countTable("agent", rows, [
    ["kills", ({ kills }) => kills],
    ["SIGINT/TERM", ({ requests }) => requests],
    ["resumes", ({ resumes }) => resumes],
    ["runs", ({ runs }) => runs],
    ["damaged", ({ damaged }) => damaged],
    ["mismatches", ({ problems }) => problems.length],
    ...stages.map((stage): Column => [stage, ({ killsIn }) => killsIn[stage]]),
  ]);
}

export function resumeTable(rows: readonly Tortured[]): string {
  return countTable(
    "resumed from",
    rows,
    resumePositions.map((position): Column => [position, ({ resumedFrom }) => resumedFrom[position]]),
  );
}

/** One row per case, and one for all of them. */
function countTable(title: string, rows: readonly Tortured[], columns: readonly Column[]): string {
  const all = columns.map(([, count]) => rows.reduce((total, row) => total + count(row), 0));
  return textTable([
    [title, ...columns.map(([name]) => name)],
    ...rows.map((row) => [row.name, ...columns.map(([, count]) => String(count(row)))]),
    ["all", ...all.map(String)],
  ]);
}

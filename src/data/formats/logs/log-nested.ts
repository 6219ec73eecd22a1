/**
 * Marks that logs hold within an object, as gym's wrappers write `info: {"TimeLimit.truncated": true}`: they become
 * columns of their own, `info.TimeLimit.truncated`, as members of structs in Parquet are, so that the same rules hold for
 * them. Other members are not looked at.
 */
import { boundaryOf } from "../boundary-names.js";
import { FIRST_ROWS, isEmpty, type LogTable } from "./log-features.js";

/** Deep enough for `step.info.done`. */
const DEEPEST = 3;

/** The log with these columns, as far as its first rows have them; later ones can be asked for by their names. */
export function withNestedMarks(table: LogTable): LogTable {
  if (table.isMapped) return table;
  // Where a file tells its columns itself, members of objects are among them.
  const found = table.scalars ? [] : nestedMarks(table);
  return {
    ...table,
    columns: [...table.columns, ...found],
    *rows(columns) {
      const tops = columns.map((column) => topOf(column, table.columns));
      if (tops.every((top, i) => top === columns[i])) yield* table.rows(columns);
      else
        for (const row of table.rows(tops))
          yield {
            ...row,
            cells: row.cells.map((cell, i) =>
              tops[i] === columns[i] ? cell : memberOf(cell, columns[i]!.slice(tops[i]!.length + 1)),
            ),
          };
    },
  };
}

/** Names without those that are left aside, or whose object is. */
export function without(names: readonly string[], ignore: readonly string[]): string[] {
  return names.filter((name) => !ignore.some((other) => name === other || name.startsWith(`${other}.`)));
}

function nestedMarks(table: LogTable): string[] {
  const { columns } = table;
  const found = new Set<string>();
  let count = 0;
  for (const { cells } of table.rows(columns)) {
    for (const [i, cell] of cells.entries()) for (const name of marksIn(cell, columns[i]!, 1)) found.add(name);
    if (++count === FIRST_ROWS) break;
  }
  return [...found].filter((name) => !columns.includes(name));
}

function marksIn(cell: unknown, name: string, depth: number): string[] {
  if (!isObject(cell) || depth > DEEPEST) return [];
  return Object.entries(cell).flatMap(([key, value]) => {
    const below = `${name}.${key}`;
    if (isObject(value)) return marksIn(value, below, depth + 1);
    return boundaryOf(below) === undefined || Array.isArray(value) ? [] : [below];
  });
}

/** The column of the log that a name is in; infos may be such a column although the first rows have none. */
function topOf(name: string, columns: readonly string[]): string {
  if (columns.includes(name)) return name;
  for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".", dot + 1))
    if (columns.includes(name.slice(0, dot))) return name.slice(0, dot);
  return /^infos?(?=\.)/.exec(name)?.[0] ?? name;
}

function memberOf(cell: unknown, name: string): unknown {
  if (!isObject(cell)) return undefined;
  if (Object.hasOwn(cell, name)) return cell[name];
  for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".", dot + 1)) {
    const key = name.slice(0, dot);
    if (Object.hasOwn(cell, key)) return memberOf(cell[key], name.slice(dot + 1));
  }
  return undefined;
}

function isObject(cell: unknown): cell is Readonly<Record<string, unknown>> {
  return typeof cell === "object" && !isEmpty(cell) && !Array.isArray(cell) && !ArrayBuffer.isView(cell);
}

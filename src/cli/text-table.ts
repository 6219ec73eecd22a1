/**
 * A table for a terminal: the first column to the left, numbers to the right, as wide as its widest cells.
 */

export function textTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const cell = (text: string, i: number) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!));
  return rows.map((row) => `${row.map(cell).join("  ").trimEnd()}\n`).join("");
}

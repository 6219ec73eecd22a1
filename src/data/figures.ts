/** How figures about data are written, wherever they are shown. */

/** "12.5 %"; never 0 or 100 where a few are, or are missing. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return "less than 0.1 %";
  if (share < 1 && share >= 0.9995) return "more than 99.9 %";
  return `${(100 * share).toFixed(1)} %`;
}

/** "1,234,567" */
export function whole(count: number): string {
  return count.toLocaleString("en-US");
}

/** Four significant digits at most. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** "1 step", "2 steps". */
export function counted(count: number, thing: string): string {
  return `${whole(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** "0, 3 and 4"; the first few of many. */
export function listed(items: readonly (string | number)[], most = 8): string {
  const shown = items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} more`] : items;
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

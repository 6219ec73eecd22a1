/**
 * How numbers are written in a report: short, with a true minus sign, and alike wherever they stand. A value that was
 * never recorded is a dash, one that was not finite says so.
 */

export const missing = "–";

/** 0.85 -> "85 %". */
export function percent(share: number): string {
  return withMinus(`${(100 * share).toFixed(0)} %`);
}

/** For axes: 0, 250, 20k, 1.5M, 0.003, 2e−6. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e9 || size < 1e-4) return withMinus(value.toExponential().replace("e+", "e"));
  if (size >= 1e6) return withMinus(`${trim(value / 1e6)}M`);
  if (size >= 1e3) return withMinus(`${trim(value / 1e3)}k`);
  return withMinus(trim(value));
}

/** A number with a fixed count of decimals, for columns that line up. */
export function fixed(value: number, decimals: number): string {
  return Number.isFinite(value) ? withMinus(value.toFixed(decimals)) : missing;
}

/** 20000 -> "20,000". */
export function count(value: number): string {
  return withMinus(Math.round(value).toLocaleString("en-US"));
}

/** Seconds as a person says them: "45 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${count(hours)} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** A setting's value on one line, with a plain minus sign, because settings are copied into files and commands. */
export function settingText(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" || typeof value === "string") return String(value);
  if (Array.isArray(value)) return value.map(settingText).join(", ");
  return JSON.stringify(value);
}

/** Six digits take away what binary fractions leave behind (0.30000000000000004). */
function trim(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function withMinus(text: string): string {
  return text.replace(/-/g, "\u2212");
}

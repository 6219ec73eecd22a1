/**
 * For tests of the Adroit tasks: one environment of each, closed after them, and the sums over triples of numbers in which
 * their formulas are written.
 */
import { afterAll } from "vitest";
import { makeAdroit } from "./adroit.js";

/** In the dense form, which knows every number that the binary one knows. */
export const environments = {
  pen: makeAdroit("pen", "dense"),
  door: makeAdroit("door", "dense"),
  relocate: makeAdroit("relocate", "dense"),
};

afterAll(() => {
  for (const environment of Object.values(environments)) environment.close();
});

/** The three entries from `at` on. */
export const triple = (values: ArrayLike<number>, at: number) =>
  [values[at]!, values[at + 1]!, values[at + 2]!] as const;

/** The Euclidean length. */
export const norm = (values: readonly number[]) => Math.hypot(...values);

/** Entry by entry. */
export const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - b[i]!);

/** The sum of the products, entry by entry. */
export const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/**
 * Where the numbers of declared noise come from: a seeded stream outside the graph, one filler per kind.
 */
import type { RandomStream } from "../random.js";
import type { NoiseKind } from "./context.js";

/** Fills a noise tensor whose last dimension is `columns`. */
export const fillNoise: Readonly<
  Record<NoiseKind, (random: RandomStream, target: Float32Array, columns: number) => void>
> = {
  normal: (random, target) => random.fillNormal(target),
  uniform: (random, target) => random.fillUniform(target, -1, 1),
  selection: fillSelection,
};

/** Rows with a single 1 each, in different columns: every set of columns is equally likely. */
function fillSelection(random: RandomStream, target: Float32Array, columns: number): void {
  target.fill(0);
  for (let row = 0; row < target.length; row += columns) {
    let column = random.integer(columns);
    while (isTaken(target, row, column, columns)) column = random.integer(columns);
    target[row + column] = 1;
  }
}

function isTaken(target: Float32Array, row: number, column: number, columns: number): boolean {
  for (let other = column; other < row; other += columns) if (target[other] === 1) return true;
  return false;
}

/** For tests: a perceptron in double precision over a flat vector of its arrays, layer after layer. */

interface Options {
  /** Layer normalisation before each ReLU, with a scale and a bias of its own. */
  readonly layerNorm?: boolean;
}

/** The sizes of the arrays in the order in which they lie: kernel, bias and, normalised, scale and bias of the norm. */
function arraySizes(sizes: readonly number[], { layerNorm = false }: Options): number[] {
  return sizes.slice(1).flatMap((outputs, i) => {
    const norm = layerNorm && i < sizes.length - 2 ? [outputs, outputs] : [];
    return [sizes[i]! * outputs, outputs, ...norm];
  });
}

/** How many numbers a perceptron of these sizes has. */
export function perceptronSize(sizes: readonly number[], options: Options = {}): number {
  return arraySizes(sizes, options).reduce((total, size) => total + size, 0);
}

/** The numbers of several perceptrons as an ensemble keeps them: each array of all of them before the next array. */
export function stackedNumbers(
  networks: readonly ArrayLike<number>[],
  sizes: readonly number[],
  options: Options = {},
): number[] {
  let offset = 0;
  return arraySizes(sizes, options).flatMap((size) => {
    offset += size;
    return networks.flatMap((numbers) => Array.from(numbers).slice(offset - size, offset));
  });
}

/** The numbers of network k among `count` that are stacked. */
export function unstackedNumbers(
  stacked: ArrayLike<number>,
  sizes: readonly number[],
  { count, k }: { readonly count: number; readonly k: number },
  options: Options = {},
): number[] {
  const all = Array.from(stacked);
  return arraySizes(sizes, options).flatMap((size) => all.splice(0, count * size).slice(k * size, (k + 1) * size));
}

/** The output rows for input rows, with ReLU between the layers. */
export function perceptron(
  values: ArrayLike<number>,
  sizes: readonly number[],
  rows: readonly number[][],
  options: Options = {},
): number[][] {
  const numbers = Array.from(values);
  let current = rows.map((row) => [...row]);
  sizes.slice(1).forEach((outputs, layer) => {
    const kernel = numbers.splice(0, sizes[layer]! * outputs);
    const bias = numbers.splice(0, outputs);
    const linear = current.map((row) =>
      bias.map((b, j) => row.reduce((total, x, i) => total + x * kernel[i * outputs + j]!, b)),
    );
    const last = layer === sizes.length - 2;
    const [scale, shift] = options.layerNorm && !last ? [numbers.splice(0, outputs), numbers.splice(0, outputs)] : [];
    const normed = scale ? linear.map((row) => normalised(row).map((x, j) => x * scale[j]! + shift![j]!)) : linear;
    current = last ? normed : normed.map((row) => row.map((x) => Math.max(x, 0)));
  });
  return current;
}

function normalised(row: readonly number[]): number[] {
  const mean = row.reduce((total, x) => total + x, 0) / row.length;
  const variance = row.reduce((total, x) => total + (x - mean) ** 2, 0) / row.length;
  return row.map((x) => (x - mean) / Math.sqrt(variance + 1e-6));
}

/** For tests: a perceptron in double precision over a flat vector of its kernels and biases, layer after layer. */

/** The output rows for input rows, with ReLU between the layers. */
export function perceptron(values: ArrayLike<number>, sizes: readonly number[], rows: readonly number[][]): number[][] {
  let offset = 0;
  let current = rows.map((row) => [...row]);
  sizes.slice(1).forEach((outputs, layer) => {
    const inputs = sizes[layer]!;
    const bias = offset + inputs * outputs;
    current = current.map((row) =>
      Array.from({ length: outputs }, (_, j) => {
        const sum = row.reduce((total, x, i) => total + x * values[offset + i * outputs + j]!, values[bias + j]!);
        return layer < sizes.length - 2 ? Math.max(sum, 0) : sum;
      }),
    );
    offset = bias + outputs;
  });
  return current;
}

/** How many numbers a perceptron of these sizes has. */
export function perceptronSize(sizes: readonly number[]): number {
  return sizes.slice(1).reduce((total, outputs, i) => total + (sizes[i]! + 1) * outputs, 0);
}

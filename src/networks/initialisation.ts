/**
 * First values of kernels. The Cal-QL family starts from orthogonal kernels (Saxe et al. 2014), gain sqrt(2) in hidden
 * layers and 1e-2 in the last, and from zero biases.
 */
import type { RandomStream } from "../random.js";

/** A [rows, columns] kernel whose shorter side is orthonormal, times the gain. */
export function orthogonal(rows: number, columns: number, gain: number, random: RandomStream): Float32Array {
  const [vectors, length] = rows < columns ? [rows, columns] : [columns, rows];
  const basis = orthonormalVectors(vectors, length, random);
  const kernel = new Float32Array(rows * columns);
  for (let i = 0; i < vectors; i++) {
    for (let j = 0; j < length; j++) {
      const index = rows < columns ? i * columns + j : j * columns + i;
      kernel[index] = gain * basis[i]![j]!;
    }
  }
  return kernel;
}

/** Random directions made orthonormal by Gram and Schmidt, each projection done twice for accuracy. */
function orthonormalVectors(count: number, length: number, random: RandomStream): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const other of [...vectors, ...vectors]) addScaled(vector, other, -dot(vector, other));
    const scale = 1 / Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((x) => x * scale));
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function addScaled(target: Float64Array, direction: Float64Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += scale * direction[i]!;
}

/**
 * One step of differential inverse kinematics: how joints turn so that a hand moves as wanted. Damping keeps the step
 * small where the arm is nearly straight and no motion of its joints would do it.
 */

/** The rows of a Jacobian: three of a motion in metres, three of a turn in radians. */
const ROWS = 6;

/**
 * dq = J^T (J J^T + damping^2 I)^-1 e, the damped least-squares step (Wampler 1986; Nakamura and Hanafusa 1986).
 * @param jacobian J, [6, joints] row by row; @param error e, [6]: metres, then radians
 * @param step is overwritten: radians, [joints]; @param work room for the equations, `dampedWork()`
 */
export function dampedStep(
  jacobian: Float64Array,
  error: ArrayLike<number>,
  damping: number,
  step: Float64Array,
  work: Float64Array,
): void {
  const joints = step.length;
  const width = ROWS + 1;
  for (let i = 0; i < ROWS; i++) {
    for (let k = 0; k < ROWS; k++) {
      let sum = i === k ? damping * damping : 0;
      for (let j = 0; j < joints; j++) sum += jacobian[i * joints + j]! * jacobian[k * joints + j]!;
      work[i * width + k] = sum;
    }
    work[i * width + ROWS] = error[i]!;
  }
  solveSymmetric(work, width);
  for (let j = 0; j < joints; j++) {
    let sum = 0;
    for (let i = 0; i < ROWS; i++) sum += jacobian[i * joints + j]! * work[i * width + ROWS]!;
    step[j] = sum;
  }
}

/** What `dampedStep` computes in: made once, since arms move at every step of an environment. */
export function dampedWork(): Float64Array {
  return new Float64Array(ROWS * (ROWS + 1));
}

/** Gauss-Jordan elimination of a positive definite system [6, 7], whose last column becomes the solution. */
function solveSymmetric(rows: Float64Array, width: number): void {
  for (let pivot = 0; pivot < ROWS; pivot++) {
    const scale = 1 / rows[pivot * width + pivot]!;
    for (let k = pivot; k < width; k++) rows[pivot * width + k]! *= scale;
    for (let i = 0; i < ROWS; i++) {
      const factor = rows[i * width + pivot]!;
      if (i === pivot || factor === 0) continue;
      for (let k = pivot; k < width; k++) rows[i * width + k]! -= factor * rows[pivot * width + k]!;
    }
  }
}

/**
 * The turn that leads from one orientation to another, as axis times angle in the world, radians: [3] into `target` at
 * `offset`. Orientations are quaternions w, x, y, z of length 1.
 */
export function turnBetween(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  target: Float64Array,
  offset: number,
): void {
  const [w, x, y, z] = [from[0]!, -from[1]!, -from[2]!, -from[3]!];
  const [a, b, c, d] = [to[0]!, to[1]!, to[2]!, to[3]!];
  // to times the inverse of from
  let real = a * w - b * x - c * y - d * z;
  let i = a * x + b * w + c * z - d * y;
  let j = a * y - b * z + c * w + d * x;
  let k = a * z + b * y - c * x + d * w;
  if (real < 0) [real, i, j, k] = [-real, -i, -j, -k]; // the shorter way round
  const sine = Math.hypot(i, j, k);
  const scale = sine < 1e-12 ? 2 : (2 * Math.atan2(sine, real)) / sine;
  target[offset] = scale * i;
  target[offset + 1] = scale * j;
  target[offset + 2] = scale * k;
}

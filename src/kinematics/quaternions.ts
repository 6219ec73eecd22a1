/**
 * Turns as quaternions w, x, y, z of length 1.
 */

/** The turn `b` followed by `a`, as quaternions w, x, y, z. */
export function product(a: readonly number[], b: readonly number[]): number[] {
  const [aw, ax, ay, az] = a as [number, number, number, number];
  const [bw, bx, by, bz] = b as [number, number, number, number];
  return [
    aw * bw - ax * bx - ay * by - az * bz,
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
  ];
}

/** A turn about one of the world's axes (0 for x, 1 for y, 2 for z) by an angle in radians. */
export function turnAbout(axis: number, angle: number): number[] {
  const turn = [Math.cos(angle / 2), 0, 0, 0];
  turn[1 + axis] = Math.sin(angle / 2);
  return turn;
}

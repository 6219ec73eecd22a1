/**
 * Pictures made smaller (or larger) by area averaging: a pixel of the result is the mean of the area that it covers,
 * where pixels at the edge count by the share that is covered. Nothing that was there is skipped, so thin things stay
 * visible, unlike with bilinear sampling; OpenCV calls it INTER_AREA.
 */

/** What one line of the result takes of the lines before: from which on, and with which weights, which sum to 1. */
interface Share {
  readonly from: number;
  readonly weights: Float32Array;
}

/** Resizes pictures of one size to another; takes memory once. */
export class Resizer {
  private readonly across: readonly Share[];
  private readonly down: readonly Share[];
  /** Of one line of the source, resized across. */
  private readonly line: Float32Array;
  /** Of one line of the result, before it is rounded. */
  private readonly sum: Float32Array;

  /** @param from [height, width, channels]; @param to [height, width] */
  constructor(
    private readonly from: readonly [number, number, number],
    private readonly to: readonly [number, number],
  ) {
    this.down = sharesOf(from[0], to[0]);
    this.across = sharesOf(from[1], to[1]);
    this.line = new Float32Array(to[1] * from[2]);
    this.sum = new Float32Array(to[1] * from[2]);
  }

  /** @param picture [height, width, channels]; @param target where the result, of as many channels, goes from `at` on */
  write(picture: Uint8Array, target: Uint8Array, at: number): void {
    const { sum, line } = this;
    const [, width, channels] = this.from;
    for (let y = 0; y < this.to[0]; y++) {
      const { from, weights } = this.down[y]!;
      sum.fill(0);
      for (let i = 0; i < weights.length; i++) {
        this.resizeAcross(picture, (from + i) * width * channels);
        const weight = weights[i]!;
        for (let j = 0; j < sum.length; j++) sum[j]! += weight * line[j]!;
      }
      // A sum of weights may be 1 less a rounding: half of a value is still rounded up.
      for (let j = 0; j < sum.length; j++) target[at + y * sum.length + j] = Math.min(255, sum[j]! + 0.5001);
    }
  }

  private resizeAcross(picture: Uint8Array, start: number): void {
    const channels = this.from[2];
    for (let x = 0; x < this.to[1]; x++) {
      const { from, weights } = this.across[x]!;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i]! * picture[start + (from + i) * channels + channel]!;
        this.line[x * channels + channel] = sum;
      }
    }
  }
}

/** For each of `count` lines the part of `length` lines that lies below it. */
function sharesOf(length: number, count: number): Share[] {
  return Array.from({ length: count }, (_, i) => {
    const [begin, end] = [(i * length) / count, ((i + 1) * length) / count];
    const from = Math.min(Math.floor(begin), length - 1);
    const to = Math.max(from + 1, Math.min(Math.ceil(end), length));
    const covered = Float32Array.from({ length: to - from }, (_, j) =>
      Math.max(0, Math.min(end, from + j + 1) - Math.max(begin, from + j)),
    );
    return { from, weights: covered.map((share) => share / (end - begin)) };
  });
}

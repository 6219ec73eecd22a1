/**
 * Random shift (DrQ, Kostrikov et al. 2020): each picture of a batch moves by a few pixels, and what comes into view repeats
 * its edge. Without it critics that look at pixels fit the pictures they know and no others.
 */
import { add, clip, constant, gather, mul, reshape, slice, sub, toFloat, toIndices } from "../tensor/operations.js";
import { scope, sizeOf, type Tensor } from "../tensor/tensor.js";

/**
 * Pictures [rows, height, width, channels] of any element type, each moved by whole numbers of pixels from -most to most,
 * all equally likely: pixel (y, x) shows (y + dy, x + dx), or the nearest there is. One gather in all.
 * @param noise uniform in [-1, 1], [rows, 2]: the shifts down and to the right
 */
export function randomShift(pictures: Tensor, noise: Tensor, most: number): Tensor {
  const [rows, height, width, channels] = pictures.shape as readonly [number, number, number, number];
  return scope("randomShift", () => {
    const choices = 2 * most + 1;
    // Indices are cut off, not rounded: 0 to 2·most.
    const drawn = toFloat(toIndices(clip(mul(add(noise, 1), choices / 2), 0, choices - 1)));
    // What stands at each place of a line is an index of its own, channels included: the sums then run along lines.
    const shifted = (axis: number, places: Tensor, length: number) =>
      clip(add(places, sub(slice(drawn, 1, axis, axis + 1), most)), 0, length - 1);
    const lines = mul(shifted(0, counted(height), height), width * channels);
    const pixels = shifted(
      1,
      counted(width * channels, (i) => Math.floor(i / channels)),
      width,
    );
    const inLine = add(
      mul(pixels, channels),
      counted(width * channels, (i) => i % channels),
    );
    const places = add(reshape(lines, [rows, height, 1]), reshape(inLine, [rows, 1, width * channels]));
    const size = sizeOf(pictures.shape.slice(1));
    const indices = toIndices(reshape(places, [rows, size]));
    return reshape(gather(reshape(pictures, [rows, size]), indices, 1), pictures.shape);
  });
}

/** A function of 0, 1, ..., count - 1: itself, if none is given. */
function counted(count: number, of = (i: number) => i): Tensor {
  return constant(
    Float32Array.from({ length: count }, (_, i) => of(i)),
    [count],
  );
}

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
    const shifted = (axis: number, length: number) => {
      const places = add(counted(length), sub(slice(drawn, 1, axis, axis + 1), most));
      return clip(places, 0, length - 1);
    };
    const lines = reshape(mul(shifted(0, height), width * channels), [rows, height, 1]);
    const columns = reshape(mul(shifted(1, width), channels), [rows, 1, width]);
    const pixels = reshape(add(lines, columns), [rows, height * width, 1]);
    const size = sizeOf(pictures.shape.slice(1));
    const indices = toIndices(reshape(add(pixels, counted(channels)), [rows, size]));
    return reshape(gather(reshape(pictures, [rows, size]), indices, 1), pictures.shape);
  });
}

/** 0, 1, ..., count - 1 */
function counted(count: number): Tensor {
  return constant(
    Float32Array.from({ length: count }, (_, i) => i),
    [count],
  );
}

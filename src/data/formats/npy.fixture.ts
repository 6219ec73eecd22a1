/** Arrays as .npy files, made here. */
import { zipSync } from "fflate";

/** A .npy file of version 1. */
export function npy(code: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': (${shape.map((size) => `${size}, `).join("")}), }`;
  const header = new TextEncoder().encode(text.padEnd(117, " ").concat("\n"));
  const out = new Uint8Array(10 + header.length + data.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  out.set(header, 10);
  out.set(data, 10 + header.length);
  return out;
}

/** Arrays as the content of an .npz file, float32 or bytes: shape and values by name. */
export function npzOf(
  arrays: Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[] | Uint8Array]>>,
) {
  return zipSync(
    Object.fromEntries(
      Object.entries(arrays).map(([name, [shape, values]]) => [
        `${name}.npy`,
        values instanceof Uint8Array
          ? npy("|u1", shape, values)
          : npy("<f4", shape, new Uint8Array(Float32Array.from(values).buffer)),
      ]),
    ),
  );
}

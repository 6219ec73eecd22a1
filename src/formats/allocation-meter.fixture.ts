/**
 * Counts the bytes of every typed array and buffer that code under test allocates, by standing in for their
 * constructors. A sum over everything that was ever allocated: an upper bound of what was held at any one time. The
 * memory of WebAssembly is not in it: what the HDF5 library asks for there on a damaged size (up to 1.8 GB of addresses
 * in the fuzz test) is never written to, so that the process stays small; hdf5-table.ts bounds what is.
 */
const names = [
  "ArrayBuffer",
  "Uint8Array",
  "Int8Array",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

export interface AllocationMeter {
  /** Bytes since the last call of `restart`. */
  readonly bytes: number;
  restart(): void;
  /** Puts the real constructors back. */
  remove(): void;
}

/** Begins to count; call `remove` in a `finally`. */
export function meterAllocations(): AllocationMeter {
  let bytes = 0;
  const originals = names.map((name) => globalThis[name]);
  for (const name of names) {
    Reflect.set(
      globalThis,
      name,
      new Proxy(globalThis[name], {
        construct(target, given, newTarget) {
          const [first] = given as readonly unknown[];
          // A huge request is counted before it is made: it may fail, and asking for it is wrong already.
          if (typeof first === "number" && first >= 0)
            bytes += first * ("BYTES_PER_ELEMENT" in target ? target.BYTES_PER_ELEMENT : 1);
          const made: { byteLength: number } = Reflect.construct(target, given, newTarget);
          const isView = first instanceof originals[0]! || first instanceof SharedArrayBuffer;
          if (typeof first !== "number" && !isView) bytes += made.byteLength;
          return made;
        },
      }),
    );
  }
  return {
    get bytes() {
      return bytes;
    },
    restart() {
      bytes = 0;
    },
    remove() {
      for (const [i, name] of names.entries()) Reflect.set(globalThis, name, originals[i]);
    },
  };
}

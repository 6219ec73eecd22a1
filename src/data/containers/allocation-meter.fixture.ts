/**
 * Counts the bytes of every typed array and buffer that code under test allocates, by standing in for their
 * constructors. A sum over everything that was ever allocated: an upper bound of what was held at any one time. By how
 * much the memory of WebAssembly grew is counted apart: what the HDF5 library asks for on a damaged size (up to 1.8 GB
 * of addresses in the fuzz test) is never written to, so that the process stays small.
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

const WASM_PAGE = 2 ** 16;

export interface AllocationMeter {
  /** Bytes since the last call of `restart`. */
  readonly bytes: number;
  /** By how many bytes the memory of WebAssembly grew since then. */
  readonly wasmBytes: number;
  restart(): void;
  /** Puts the real constructors back. */
  remove(): void;
}

/** Begins to count; call `remove` in a `finally`. */
export function meterAllocations(): AllocationMeter {
  let bytes = 0;
  let wasmBytes = 0;
  const memory = wasmMemory();
  const { grow } = memory;
  memory.grow = function (this: WasmMemory, pages: number) {
    wasmBytes += pages * WASM_PAGE;
    return grow.call(this, pages);
  };
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
    get wasmBytes() {
      return wasmBytes;
    },
    restart() {
      bytes = 0;
      wasmBytes = 0;
    },
    remove() {
      memory.grow = grow;
      for (const [i, name] of names.entries()) Reflect.set(globalThis, name, originals[i]);
    },
  };
}

/** The prototype of WebAssembly's memories, which the types of Node leave out. */
interface WasmMemory {
  grow(pages: number): number;
}

function wasmMemory(): WasmMemory {
  return (globalThis as unknown as { WebAssembly: { Memory: { prototype: WasmMemory } } }).WebAssembly.Memory.prototype;
}

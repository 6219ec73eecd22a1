/**
 * Values of variable length in an HDF5 file: a reference names a heap, an object in it and a length. They are looked up
 * here in the file's own bytes, because the HDF5 library believes a damaged reference, which makes it take gigabytes, and
 * loops forever on a damaged heap.
 * Source: HDF5 file format specification 3.0, III.E "Global Heap"
 */
import type { DataError } from "../../../errors.js";
import type { DataFile } from "../files.js";

const LONGEST = 2 ** 23;
const HEAP_HEADER = 16;

/** Objects follow each other without gaps: index, references, size; object 0 is the free space at the end. */
export function heapObject(
  file: DataFile,
  heap: number,
  index: number,
  length: number,
  damaged: () => DataError,
): Uint8Array {
  return length === 0 ? new Uint8Array(0) : objectIn(heapAt(file, heap, damaged), index, length, damaged);
}

/** All bytes of a heap. */
export function heapAt(file: DataFile, heap: number, damaged: () => DataError): Uint8Array {
  const end = heap + wordAt(file, heap + 8, 8);
  const isHeap = wordAt(file, heap, 4) === 0x4c4f4347; // "GCOL"
  if (!isHeap || !(end <= file.size)) throw damaged();
  return slice(file, heap, end - heap, damaged);
}

/** The first bytes of one of a heap's objects, as a part of it. */
export function objectIn(bytes: Uint8Array, index: number, length: number, damaged: () => DataError): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = HEAP_HEADER; at + HEAP_HEADER <= bytes.length; ) {
    const found = view.getUint16(at, true);
    const size = Number(view.getBigUint64(at + 8, true));
    if (found === 0 || at + HEAP_HEADER + size > bytes.length) break;
    if (found === index && length <= size) return bytes.subarray(at + HEAP_HEADER, at + HEAP_HEADER + length);
    at += HEAP_HEADER + Math.ceil(size / 8) * 8;
  }
  throw damaged();
}

export function slice(file: DataFile, offset: number, length: number, damaged: () => DataError): Uint8Array {
  if (!(length >= 0 && length <= LONGEST && offset + length <= file.size)) throw damaged();
  return file.read(offset, length);
}

export function byteAt(file: DataFile, offset: number): number {
  return wordAt(file, offset, 1);
}

/** A little-endian number; NaN beyond the end of the file, which no comparison lets pass. */
export function wordAt(file: DataFile, offset: number, bytes: number): number {
  if (!(offset >= 0 && offset + bytes <= file.size)) return Number.NaN;
  return fromLittleEndian(file.read(offset, bytes));
}

export function fromLittleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((word, byte) => word * 256 + byte, 0);
}

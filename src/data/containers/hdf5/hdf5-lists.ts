/**
 * Lists of bytes in an HDF5 file, each of a length of its own, as h5py stores the JPEG files of an episode. The library
 * is not asked for them (see hdf5-heap.ts): the references of a chunked array are found through its header and the tree
 * of its chunks, each step checked against the file.
 * Source: HDF5 file format specification 3.0, IV.A.2.i "The Data Layout Message" (version 3) and III.A.1 "Version 1 B-trees"
 */
import { DataError } from "../../../errors.js";
import type { DataFile } from "../files.js";
import { byteAt, fromLittleEndian, heapAt, objectIn, slice, wordAt } from "./hdf5-heap.js";
import { arrayMetadata } from "./hdf5-listing.js";
import { hdf5Class, type OpenHdf5 } from "./hdf5-module.js";

/** A length, a heap and a number in it. */
const REFERENCE = 16;
/** What of a header is searched for its layout. */
const LONGEST_HEADER = 1_024;
/** Version and class of the layout of arrays in chunks, and its dimensions: rows, and the bytes of an element. */
const LAYOUT = [3, 2, 2];
const TREE = 0x45455254; // "TREE"
const TREE_HEADER = 24;
const ENTRY = 32;

/** How often all bytes of a file may be gone through to find its lists, and bytes beyond that for small ones. */
const MOST_LOOKS = 64;
const SPARE_WORK = 2 ** 24;

/** Whether an array has one list of bytes a row. @throws DataError if its header is damaged */
export function isListOfBytes(file: OpenHdf5, key: string): boolean {
  const { type, vlen_type: element, shape } = arrayMetadata(file, key);
  const ofBytes = element?.type === hdf5Class.integer && element.size === 1;
  return type === hdf5Class.variableLength && ofBytes && shape?.length === 1;
}

/**
 * The rows of an array of lists of bytes.
 * @param source the file's own bytes
 * @throws DataError where the file is damaged, or is written in a way that is not read here
 */
export function readLists(file: OpenHdf5, source: DataFile, key: string): readonly Uint8Array[] {
  const { shape, chunks } = arrayMetadata(file, key);
  const [rows = 0] = shape ?? [];
  const damaged = () => new DataError(`"${file.name}": "${key}" cannot be read; copy or download it again.`);
  const [chunkRows] = chunks ?? [];
  const tree = chunkRows === undefined ? undefined : treeOf(file, source, key, chunkRows);
  if (tree === undefined)
    throw new DataError(
      `"${file.name}": "${key}" holds lists that are indexed in a way which is not read here; write them as h5py does by default.`,
    );
  if (rows * REFERENCE > source.size) throw damaged();
  const lists = new Array<Uint8Array | undefined>(rows).fill(undefined);
  const heaps = new Heaps(source, damaged);
  for (const { row, address } of chunksOf(source, tree, { left: source.size / TREE_HEADER }, damaged)) {
    const bytes = slice(source, address, chunkRows! * REFERENCE, damaged);
    for (let i = 0; i < chunkRows! && row + i < rows; i++)
      lists[row + i] = heaps.listAt(bytes.subarray(i * REFERENCE, (i + 1) * REFERENCE));
  }
  return lists.map((list) => {
    if (list === undefined) throw damaged();
    return list;
  });
}

/**
 * Looks lists up. Those that follow each other share a heap, which is kept; a damaged file may name the same list, or
 * heaps in turn, any number of times, so that the bytes that lists take and the work are bounded by the file's size.
 */
class Heaps {
  private address = -1;
  private heap: Uint8Array = new Uint8Array(0);
  private bytesLeft: number;
  private workLeft: number;

  constructor(
    private readonly source: DataFile,
    private readonly damaged: () => DataError,
  ) {
    this.bytesLeft = source.size;
    this.workLeft = MOST_LOOKS * source.size + SPARE_WORK;
  }

  listAt(reference: Uint8Array): Uint8Array {
    const number = (from: number, to: number) => fromLittleEndian(reference.subarray(from, to));
    const [length, address, index] = [number(0, 4), number(4, 12), number(12, 16)];
    if (length === 0) return new Uint8Array(0);
    if (address !== this.address) {
      this.heap = heapAt(this.source, address, this.damaged);
      this.address = address;
    }
    this.bytesLeft -= length;
    this.workLeft -= this.heap.length;
    if (this.bytesLeft < 0 || this.workLeft < 0) throw this.damaged();
    return objectIn(this.heap, index, length, this.damaged).slice();
  }
}

/** The address of the tree of an array's chunks; undefined where its header has no such layout. */
function treeOf({ library, id, attempt }: OpenHdf5, source: DataFile, key: string, rows: number): number | undefined {
  const reference: unknown = attempt(`"${key}" cannot be read`, () => library.create_object_reference(id, `/${key}`));
  if (!Array.isArray(reference) || reference.length < 8) return undefined;
  const start = fromLittleEndian(Uint8Array.from(reference.slice(0, 8)));
  for (let at = start; at < start + LONGEST_HEADER; at++) {
    if (!LAYOUT.every((byte, i) => byteAt(source, at + i) === byte)) continue;
    // The address, then the rows of a chunk and the bytes of an element.
    if (wordAt(source, at + 11, 4) === rows && wordAt(source, at + 15, 4) === REFERENCE)
      return wordAt(source, at + 3, 8);
  }
  return undefined;
}

interface Chunk {
  readonly row: number;
  readonly address: number;
}

/** @param nodes how many the file has room for: a damaged tree may lead back to itself */
function* chunksOf(
  source: DataFile,
  address: number,
  nodes: { left: number },
  damaged: () => DataError,
): Generator<Chunk> {
  const [level, entries] = [byteAt(source, address + 5), wordAt(source, address + 6, 2)];
  const isTree = wordAt(source, address, 4) === TREE && byteAt(source, address + 4) === 1;
  if (!isTree || --nodes.left < 0 || !(address + TREE_HEADER + entries * ENTRY <= source.size)) throw damaged();
  // A key has the bytes of the chunk, a mask of filters, and the first row and byte; then comes the address.
  for (let at = address + TREE_HEADER, i = 0; i < entries; i++, at += ENTRY) {
    const [bytes, row, child] = [wordAt(source, at, 4), wordAt(source, at + 8, 8), wordAt(source, at + 24, 8)];
    if (level > 0) {
      // A tree of a file that fits into memory is not deep, but a damaged one may be.
      if (byteAt(source, child + 5) !== level - 1) throw damaged();
      yield* chunksOf(source, child, nodes, damaged);
    } else if (bytes % REFERENCE !== 0)
      throw damaged(); // compressed
    else yield { row, address: child };
  }
}

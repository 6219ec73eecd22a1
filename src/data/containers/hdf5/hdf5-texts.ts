/**
 * Texts of an HDF5 file: attributes, and single texts of any length. The library is not asked for them: a damaged reference makes it take
 * gigabytes, a damaged heap of texts makes it loop forever. Instead, the bytes that it reads while it lists the
 * attributes are watched for their names, and what stands around a name is decoded here, each step within bounds.
 * Source: HDF5 file format specification 3.0, IV.A.2.m "The Attribute Message" and III.E "Global Heap"
 */
import { DataError } from "../../../errors.js";
import type { DataFile } from "../files.js";
import { byteAt, fromLittleEndian, heapObject, slice, wordAt } from "./hdf5-heap.js";
import { arrayMetadata } from "./hdf5-listing.js";
import { hdf5Class, type OpenHdf5 } from "./hdf5-module.js";

/** A file that is being read, and the places at which the wanted names were seen. */
export interface WatchedFile {
  readonly file: DataFile;
  /**
   * The texts that were seen, by name; of several under one name the one that stands last in the file.
   * @throws DataError where an attribute is damaged
   */
  texts(): Map<string, string>;
  /** From now on the file is only read. */
  stop(): void;
}

/** What of a dataset's header is searched for its layout: that of a single value is shorter. */
const longestHeader = 512;
/** The class of layout of one block. */
const contiguous = 1;
/** A length, a heap and a number in it. */
const referenceBytes = 16;

/** @param fileName for messages */
export function watchTexts(file: DataFile, names: readonly string[], fileName: string): WatchedFile {
  const seen = new Map<number, string>();
  const longest = Math.max(...names.map((name) => name.length));
  const words = names.map((name) => ({ name, word: Uint8Array.from(`${name}\0`, (letter) => letter.charCodeAt(0)) }));
  let stopped = false;
  const watched: DataFile = {
    path: file.path,
    size: file.size,
    read(offset, length) {
      if (stopped) return file.read(offset, length);
      // A name may lie across the ends of what is read now.
      const from = Math.max(0, offset - longest);
      const bytes = file.read(from, Math.min(file.size, offset + length + longest) - from);
      for (const { name, word } of words) for (const at of placesOf(word, bytes)) seen.set(from + at, name);
      return bytes.subarray(offset - from, offset - from + length);
    },
  };
  return {
    file: watched,
    stop() {
      stopped = true;
    },
    texts() {
      const found = new Map<string, string>();
      for (const [place, name] of [...seen].sort(([a], [b]) => a - b)) {
        const text = attributeAt(file, place, name, fileName);
        if (text !== undefined) found.set(name, text);
      }
      return found;
    },
  };
}

/**
 * The text that a dataset is, where h5py stored it with a length of its own; undefined where it is anything else. Such a
 * dataset is a reference into a heap, in a block of its own whose place the header tells (IV.A.2.i "Data Layout").
 * @param key of a dataset that is there
 */
export function readLongText(hdf5: OpenHdf5, file: DataFile, key: string): string | undefined {
  const what = `"${key}" cannot be read`;
  const { type, vlen, total_size } = arrayMetadata(hdf5, key);
  if (!vlen || type !== hdf5Class.string || total_size !== 1) return undefined;
  const reference: unknown = hdf5.attempt(what, () => hdf5.library.create_object_reference(hdf5.id, `/${key}`));
  if (!Array.isArray(reference) || reference.length < 8) return undefined; // the address of the header
  const damaged = () => new DataError(`"${file.path}": ${what}; copy or download it again.`);
  const start = fromLittleEndian(Uint8Array.from(reference.slice(0, 8)));
  for (let at = start; at < start + longestHeader; at++) {
    if (byteAt(file, at + 1) !== contiguous || ![3, 4].includes(byteAt(file, at))) continue;
    const data = wordAt(file, at + 2, 8);
    if (wordAt(file, at + 10, 8) !== referenceBytes || !(data + referenceBytes <= file.size)) continue;
    const bytes = heapObject(
      file,
      wordAt(file, data + 4, 8),
      wordAt(file, data + 12, 4),
      wordAt(file, data, 4),
      damaged,
    );
    return decode(bytes);
  }
  return undefined;
}

/** Where a word stands in some bytes. */
export function placesOf(word: Uint8Array, bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(word[0]!); at >= 0; at = bytes.indexOf(word[0]!, at + 1))
    if (word.every((byte, i) => bytes[at + i] === byte)) found.push(at);
  return found;
}

/** The text of the attribute whose name stands at `place`; undefined where that is not an attribute, or not a text. */
function attributeAt(file: DataFile, place: number, name: string, fileName: string): string | undefined {
  const version = [1, 2, 3].find((candidate) => {
    const start = place - (candidate === 3 ? 9 : 8);
    return start >= 0 && byteAt(file, start) === candidate && wordAt(file, start + 2, 2) === name.length + 1;
  });
  if (version === undefined) return undefined;
  const sizes = place - (version === 3 ? 5 : 4);
  const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const type = place + padded(name.length + 1);
  const data = type + padded(wordAt(file, sizes, 2)) + padded(wordAt(file, sizes + 2, 2));
  const damaged = () => new DataError(`"${fileName}": the attribute "${name}" is damaged; copy or download it again.`);
  const kind = byteAt(file, type) & 15;
  if (kind === hdf5Class.string) return decode(slice(file, data, wordAt(file, type + 4, 4), damaged));
  if (kind !== hdf5Class.variableLength) return undefined;
  return decode(
    heapObject(file, wordAt(file, data + 4, 8), wordAt(file, data + 12, 4), wordAt(file, data, 4), damaged),
  );
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/[\0 ]+$/, "");
}

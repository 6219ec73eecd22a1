/**
 * The table of contents of a zip archive, read from its end (the central directory), with its 64-bit extension. Only
 * what the table says is used, and it is checked against the file: names that lead out of the archive, encrypted
 * entries, other methods than "stored" and "deflate", and sizes that no deflate stream can reach are refused.
 */
import { DataError } from "../../../errors.js";
import type { DataFile } from "../files.js";
import { latin1 } from "../numpy/pickle-values.js";
import { quoted } from "../refusal.js";

/** One file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: "stored" | "deflate";
  readonly crc: number;
  /** Bytes in the archive and unpacked. */
  readonly packedSize: number;
  readonly size: number;
  /** Where the entry's local header begins; its data follow it. */
  readonly headerOffset: number;
}

/** The bytes with which an archive begins. */
export const ZIP_SIGNATURE = [0x50, 0x4b, 3, 4];

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
/** Deflate cannot shrink further than to one part in 1032; what claims more was made to overwhelm. */
const LARGEST_RATIO = 1100;
/** The archives that are read here have some ten entries. */
const MOST_ENTRIES = 1000;

/** @throws DataError where the table is damaged or an entry is refused */
export function zipEntries(file: DataFile, where: string): Map<string, ZipEntry> {
  const { count, size, offset } = directoryOf(file, where);
  if (count > MOST_ENTRIES || !(offset + size <= file.size) || count * 46 > size)
    throw damagedZip(where, `claims ${count} entries in ${size} bytes`);
  const view = viewOf(file.read(offset, size));
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== ENTRY) throw damagedZip(where, `has no entry ${i}`);
    const nameSize = view.getUint16(at + 28, true);
    const extraSize = view.getUint16(at + 30, true);
    const commentSize = view.getUint16(at + 32, true);
    if (at + 46 + nameSize + extraSize > size) throw damagedZip(where, `has an entry ${i} that is cut off`);
    const entry = entryAt(view, at, nameSize, extraSize, where);
    checkEntry(entry, view.getUint16(at + 8, true), file, where);
    if (entries.has(entry.name)) throw damagedZip(where, `has ${quoted(entry.name)} twice`);
    entries.set(entry.name, entry);
    at += 46 + nameSize + extraSize + commentSize;
  }
  return entries;
}

/** Where an entry's bytes begin. @throws DataError where its local header is not there */
export function zipDataOffset(file: DataFile, { name, headerOffset, packedSize }: ZipEntry, where: string): number {
  const place = `${where} has ${quoted(name)} where no entry is`;
  if (!(headerOffset + 30 <= file.size)) throw damagedZip(place, "");
  const view = viewOf(file.read(headerOffset, 30));
  const offset = headerOffset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (view.getUint32(0, true) !== LOCAL || !(offset + packedSize <= file.size)) throw damagedZip(place, "");
  return offset;
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

function directoryOf(file: DataFile, where: string): Directory {
  const tailSize = Math.min(file.size, END_SIZE + LONGEST_COMMENT);
  const tail = viewOf(file.read(file.size - tailSize, tailSize));
  for (let at = tailSize - END_SIZE; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const directory = {
      count: tail.getUint16(at + 10, true),
      size: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    const large = directory.count === 0xffff || directory.size === 0xffffffff || directory.offset === 0xffffffff;
    return large ? directory64(file, file.size - tailSize + at - 20, where) : directory;
  }
  throw damagedZip(where, "has no table of contents at its end");
}

function directory64(file: DataFile, locatorOffset: number, where: string): Directory {
  const problem = "has no table of contents where its end says";
  if (locatorOffset < 0) throw damagedZip(where, problem);
  const locator = viewOf(file.read(locatorOffset, 20));
  const offset = Number(locator.getBigUint64(8, true));
  if (locator.getUint32(0, true) !== LOCATOR_64 || !(offset + 56 <= file.size)) throw damagedZip(where, problem);
  const end = viewOf(file.read(offset, 56));
  if (end.getUint32(0, true) !== END_64) throw damagedZip(where, problem);
  const number = (field: number) => Number(end.getBigUint64(field, true));
  return { count: number(32), size: number(40), offset: number(48) };
}

function entryAt(view: DataView, at: number, nameSize: number, extraSize: number, where: string): ZipEntry {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const name = latin1(bytes, at + 46, at + 46 + nameSize);
  const method = view.getUint16(at + 10, true);
  if (method !== 0 && method !== 8)
    throw damagedZip(
      where,
      `packs ${quoted(name)} with the method ${method}, where only "stored" and "deflate" are known,`,
    );
  const wide = wideNumbers(view, at + 46 + nameSize, extraSize);
  const number = (field: number) => {
    const value = view.getUint32(at + field, true);
    return value === 0xffffffff ? (wide.shift() ?? value) : value;
  };
  // The order in which the extension holds those that are too large for the table.
  const size = number(24);
  const packedSize = number(20);
  const headerOffset = number(42);
  const crc = view.getUint32(at + 16, true);
  return { name, method: method === 0 ? "stored" : "deflate", crc, packedSize, size, headerOffset };
}

/** The numbers of the 64-bit extension (field 1), in their order. */
function wideNumbers(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; ) {
    const [id, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (at + 4 + size > start + length) return [];
    if (id === 1)
      return Array.from({ length: Math.floor(size / 8) }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)));
    at += 4 + size;
  }
  return [];
}

function checkEntry(entry: ZipEntry, flags: number, file: DataFile, where: string): void {
  const { name, method, packedSize, size } = entry;
  if (flags & 1) throw damagedZip(where, `has ${quoted(name)} encrypted`);
  if (name.startsWith("/") || name.includes("\\") || name.split("/").includes(".."))
    throw damagedZip(where, `has an entry ${quoted(name)} that leads out of it`);
  if (!(packedSize <= file.size)) throw damagedZip(where, `claims ${packedSize} bytes for ${quoted(name)}`);
  if (method === "stored" ? size !== packedSize : size > LARGEST_RATIO * packedSize)
    throw damagedZip(where, `claims that ${quoted(name)} unpacks from ${packedSize} to ${size} bytes`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function damagedZip(where: string, problem: string): DataError {
  return new DataError(`${where}${problem && ` ${problem}`}; the archive is damaged or not what it claims to be.`);
}

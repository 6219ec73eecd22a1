/**
 * Open files of the HDF5 library that wait for the next who asks for the same file: readers ask for one several times
 * (to recognise it, to learn its columns, for each of its episodes), and opening and listing a file anew costs more than
 * reading a small one. While a file waits, its bytes are not held, only what the library knows of it; the one that waits
 * longest is closed when there are too many, and one in which the library failed is closed at once.
 */
import type { DataFile } from "../files.js";
import type { OpenHdf5 } from "./hdf5-module.js";

/** A file that the library has open. */
export interface OpenedHdf5 {
  readonly file: OpenHdf5;
  close(): void;
}

/** What is kept of a file. */
export interface Kept {
  readonly opened: OpenedHdf5;
  readonly bytes: LentBytes;
  /** Whether the library failed in it, after which nobody knows its state. */
  readonly failed: () => boolean;
}

interface Entry extends Kept {
  users: number;
  closed: boolean;
}

const MOST_WAITING = 4;
const entries = new WeakMap<DataFile, Entry>();
const waiting = new Set<Entry>();

/** The bytes of a file, which can be reached only while somebody uses it. */
export class LentBytes implements DataFile {
  readonly path: string;
  readonly size: number;
  source: DataFile | undefined;

  constructor(source: DataFile) {
    this.path = source.path;
    this.size = source.size;
    this.source = source;
  }

  read(offset: number, length: number): Uint8Array {
    if (this.source === undefined) throw new Error(`"${this.path}" is read although nobody uses it`);
    return this.source.read(offset, length);
  }
}

/** The file as it was opened before; undefined where it was not, was closed, or had another name in messages. */
export function keptHdf5(source: DataFile, name: string): OpenedHdf5 | undefined {
  const entry = entries.get(source);
  if (entry === undefined || entry.closed || entry.failed() || entry.opened.file.name !== name) return undefined;
  return lend(source, entry);
}

/** Keeps a file that was just opened; whoever closes what this returns gives it back. */
export function keepHdf5(source: DataFile, kept: Kept): OpenedHdf5 {
  const entry = { ...kept, users: 0, closed: false };
  entries.set(source, entry);
  return lend(source, entry);
}

function lend(source: DataFile, entry: Entry): OpenedHdf5 {
  entry.users++;
  entry.bytes.source = source;
  waiting.delete(entry);
  let given = false;
  const close = () => {
    if (!given) giveBack(entry);
    given = true;
  };
  return { file: entry.opened.file, close };
}

function giveBack(entry: Entry): void {
  if (--entry.users > 0) return;
  if (entry.failed()) {
    closeNow(entry);
    return;
  }
  entry.bytes.source = undefined;
  waiting.add(entry);
  const [longest] = waiting;
  if (waiting.size > MOST_WAITING) closeNow(longest!);
}

function closeNow(entry: Entry): void {
  waiting.delete(entry);
  entry.closed = true;
  entry.opened.close();
}

/**
 * The door to the HDF5 library (h5wasm, the C library in WebAssembly): a file is bytes in the library's in-memory file
 * system, so that the same code runs in a browser and on Node. What the library would print on stderr is kept here
 * instead; whatever goes wrong inside it leaves this file as a `DataError`.
 */
import h5wasm from "h5wasm";
import { DataError } from "../errors.js";

/** The library's functions, once its WebAssembly is ready. */
export type Hdf5Library = Awaited<typeof h5wasm.ready>;

/** A file that is being written. */
export type WritableHdf5 = InstanceType<typeof h5wasm.File>;

/** A file that is open: the library, its id for the file, and what it said when something failed. */
export interface OpenHdf5 {
  readonly library: Hdf5Library;
  readonly id: bigint;
  /** The file's name for messages. */
  readonly name: string;
  /** Runs one call into the library; any failure, a trap included, becomes a DataError that begins with `what`. */
  attempt<T>(what: string, call: () => T): T;
  /** Reports a call that failed by its return value. */
  fail(what: string): never;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const STDERR = 2;

/** The part of the in-memory file system that the types of h5wasm leave out: the streams behind stdout and stderr. */
interface TerminalStream {
  readonly tty?: { ops: { put_char(tty: unknown, character: number): void; fsync(tty: unknown): void } };
}

let opened = 0;

/**
 * Opens an HDF5 file that is held in memory, hands it to `use` and closes it again.
 *
 * @param bytes the file; not changed, and not copied either
 * @param name the file's name for messages
 * @throws DataError if the bytes are not HDF5, or damaged
 */
export async function withHdf5<T>(bytes: Uint8Array, name: string, use: (file: OpenHdf5) => T): Promise<T> {
  if (!hasSignature(bytes)) throw new DataError(notHdf5(bytes, name));
  const library = await h5wasm.ready;
  const path = `/read-${opened++}.hdf5`;
  const log: number[] = [];
  return listening(library, log, () => {
    library.FS.writeFile(path, bytes, { canOwn: true } as { flags?: string });
    try {
      return useFile(library, path, name, log, use);
    } finally {
      library.FS.unlink(path);
    }
  });
}

function useFile<T>(library: Hdf5Library, path: string, name: string, log: number[], use: (file: OpenHdf5) => T): T {
  const fail = (what: string): never => {
    throw new DataError(
      `"${name}": ${what}${lastReason(log)}. The file is damaged or incomplete; copy or download it again.`,
    );
  };
  const attempt = <R>(what: string, call: () => R): R => {
    log.length = 0;
    try {
      return call();
    } catch {
      return fail(what);
    }
  };
  const id = attempt("cannot be opened", () => library.open(path, library.H5F_ACC_RDONLY));
  if (id < 0n) fail("cannot be opened");
  try {
    return use({ library, id, name, attempt, fail });
  } finally {
    quietly(() => library.close_file(id));
  }
}

/**
 * Writes an HDF5 file in memory: `fill` gets the library and the id of an empty file.
 * @returns the bytes of the file
 */
export async function createHdf5(fill: (file: WritableHdf5) => void): Promise<Uint8Array> {
  const library = await h5wasm.ready;
  const path = `/write-${opened++}.hdf5`;
  return listening(library, [], () => {
    // The oldest format: every HDF5 program reads it, and its headers have no checksums over the times of writing.
    const file = new h5wasm.File(path, "w", { libver: ["earliest", "latest"] });
    try {
      fill(file);
      file.close();
      return library.FS.readFile(path);
    } finally {
      quietly(() => library.FS.unlink(path));
    }
  });
}

/** Runs `action` while the library's stderr goes into `log`; all that happens inside is synchronous. */
function listening<T>(library: Hdf5Library, log: number[], action: () => T): T {
  const { streams } = library.FS as unknown as { streams?: readonly (TerminalStream | undefined)[] };
  const tty = streams?.[STDERR]?.tty;
  if (tty === undefined) return action();
  const spoken = tty.ops;
  tty.ops = { put_char: (_tty, character) => void log.push(character), fsync: () => {} };
  try {
    return action();
  } finally {
    tty.ops = spoken;
  }
}

/** The innermost line of the library's error stack, e.g. " (truncated file)"; the paths of its build are left out. */
function lastReason(log: readonly number[]): string {
  const text = String.fromCharCode(...log.slice(0, 20_000));
  const reasons = [...text.matchAll(/#\d{3}: .*? line \d+ in \w+\(\): ([\x20-\x7e]{1,160})/g)];
  const reason = reasons.at(-1)?.[1];
  return reason === undefined ? "" : ` (${reason})`;
}

/** The signature stands at byte 0, or after a user block of 512, 1024, 2048 ... bytes. */
function hasSignature(bytes: Uint8Array): boolean {
  for (let offset = 0; offset + SIGNATURE.length <= bytes.length; offset = offset === 0 ? 512 : offset * 2) {
    if (SIGNATURE.every((byte, i) => bytes[offset + i] === byte)) return true;
  }
  return false;
}

function notHdf5(bytes: Uint8Array, name: string): string {
  const what = bytes.length === 0 ? "is empty" : "is not an HDF5 file (its first bytes are not the HDF5 signature)";
  return `"${name}" ${what}. Give a file in the D4RL layout, such as one written by "calql data collect".`;
}

/** Closing what is broken may fail as well; the first error is the one worth telling. */
function quietly(action: () => unknown): void {
  try {
    action();
  } catch {}
}

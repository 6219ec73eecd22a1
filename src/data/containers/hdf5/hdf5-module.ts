/**
 * The interface to the HDF5 library (h5wasm, the C library in WebAssembly). A file is a node of the library's own file
 * system whose bytes are read from their place when the library asks for them, so that a file may be larger than memory
 * and the same code runs in a browser and on Node. Every
 * failure inside it leaves this file as a `DataError`.
 */
import type h5wasm from "h5wasm";
import { DataError } from "../../../errors.js";
import { type DataFile, fileInMemory, type TargetFile } from "../files.js";
import { callLibrary } from "./hdf5-call.js";
import { keepHdf5, keptHdf5, LentBytes, type OpenedHdf5 } from "./hdf5-kept.js";
import { attachFile, attachTarget, type Trouble } from "./hdf5-node.js";

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
  /** Bytes of the file. */
  readonly size: number;
  /** Runs one call into the library; any failure, a trap included, becomes a DataError that begins with `what`. */
  attempt<T>(what: string, call: () => T): T;
  /** Reports a call that failed by its return value. */
  fail(what: string): never;
}

/** The bytes with which an HDF5 file begins. */
export const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** HDF5's numbers for the classes of values. */
export const hdf5Class = { integer: 0, float: 1, string: 3, enumeration: 8, variableLength: 9 } as const;

/** The oldest format: every HDF5 program reads it, and its headers have no checksums over the times of writing. */
const OLDEST = ["earliest", "latest"] as const satisfies readonly string[];

let opened = 0;

/** The library is large, so it loads when a file is first opened or written. */
async function loadLibrary(): Promise<{ library: Hdf5Library; File: typeof h5wasm.File }> {
  const { default: h5wasm } = await import("h5wasm");
  return { library: await h5wasm.ready, File: h5wasm.File };
}

/**
 * Opens an HDF5 file, hands it to `use` and gives it back.
 *
 * @param source the file, or its bytes, which are not changed
 * @param name the file's name for messages
 * @throws DataError if it is not HDF5, or damaged
 */
export async function withHdf5<T>(
  source: DataFile | Uint8Array,
  name: string,
  use: (file: OpenHdf5) => T | Promise<T>,
): Promise<T> {
  const { file, close } = await openHdf5(source, name);
  try {
    return await use(file);
  } finally {
    close();
  }
}

/** As `withHdf5`, for a file that stays open until it is closed; the same `DataFile` is opened by the library once. */
export async function openHdf5(source: DataFile | Uint8Array, name: string): Promise<OpenedHdf5> {
  const bytes = source instanceof Uint8Array ? fileInMemory(name, source) : source;
  const kept = keptHdf5(bytes, name);
  if (kept) return kept;
  if (!hasSignature(bytes)) throw new DataError(notHdf5(bytes, name));
  const { library } = await loadLibrary();
  const lent = new LentBytes(bytes);
  const trouble: Trouble = { text: "", error: undefined, failed: false };
  const opened = openWith(library, lent, name, trouble);
  return source instanceof Uint8Array ? opened : keepHdf5(bytes, { opened, bytes: lent, failed: () => trouble.failed });
}

function openWith(library: Hdf5Library, bytes: DataFile, name: string, trouble: Trouble): OpenedHdf5 {
  const path = `/read-${opened++}.hdf5`;
  attachFile(library, path, bytes, trouble);
  const remove = () => library.FS.unlink(path);
  try {
    const { attempt, fail } = reporting(library, name, trouble);
    const id = attempt("cannot be opened", () => library.open(path, library.H5F_ACC_RDONLY));
    if (id < 0n) fail("cannot be opened");
    const close = () => {
      quietly(() => callLibrary(library, { text: "" }, () => library.close_file(id)));
      remove();
    };
    return { file: { library, id, name, size: bytes.size, attempt, fail }, close };
  } catch (error) {
    remove();
    throw error;
  }
}

function reporting(library: Hdf5Library, name: string, trouble: Trouble): Pick<OpenHdf5, "attempt" | "fail"> {
  const fail = (what: string): never => {
    trouble.failed = true;
    if (trouble.error !== undefined) throw trouble.error;
    throw new DataError(
      `"${name}": ${what}${lastReason(trouble.text)}. The file is damaged or incomplete; copy or download it again.`,
    );
  };
  const attempt = <R>(what: string, call: () => R): R => {
    trouble.text = "";
    trouble.error = undefined;
    let result: R;
    try {
      result = callLibrary(library, trouble, call);
    } catch {
      return fail(what);
    }
    // The library may swallow a failed read or write and continue with something else.
    if (trouble.error !== undefined) fail(what);
    return result;
  };
  return { attempt, fail };
}

/** A file that is being written where it will stay. */
export interface GrowingHdf5 {
  readonly library: Hdf5Library;
  readonly file: WritableHdf5;
  /** Runs one call into the library; any failure becomes an error that begins with `what`, or that of the target. */
  attempt<T>(what: string, call: () => T): T;
  /** Completes the file. */
  finish(): void;
  /** Gives up what was not finished; nothing is reported any more. */
  abandon(): void;
}

/** Starts an HDF5 file whose bytes go to a target as they are made, so that it may be larger than memory. */
export async function growHdf5(target: TargetFile, name: string): Promise<GrowingHdf5> {
  const { library, File } = await loadLibrary();
  const path = `/write-${opened++}.hdf5`;
  const trouble: Trouble = { text: "", error: undefined, failed: false };
  const { attempt } = reporting(library, name, trouble);
  attachTarget(library, path, target, trouble);
  const remove = () => quietly(() => library.FS.unlink(path));
  const file = attempt("cannot be begun", () => new File(path, "w", { libver: [...OLDEST] }));
  return {
    library,
    file,
    attempt,
    finish() {
      attempt("cannot be completed", () => file.close());
      remove();
    },
    abandon() {
      quietly(() => callLibrary(library, { text: "" }, () => file.close()));
      remove();
    },
  };
}

/** Lends bytes of the library's memory to `use`; the pointer is 0 where there is not so much. */
export function withMemory<T>(library: Hdf5Library, bytes: number, use: (pointer: number) => T): T {
  const pointer = library._malloc(bytes);
  try {
    return use(pointer);
  } finally {
    library._free(pointer);
  }
}

/** The innermost line of the library's error stack, e.g. " (truncated file)"; the paths of its build are left out. */
function lastReason(text: string): string {
  const reasons = [...text.matchAll(/#\d{3}: .*? line \d+ in \w+\(\): ([\x20-\x7e]{1,160})/g)];
  const reason = reasons.at(-1)?.[1];
  return reason === undefined ? "" : ` (${reason})`;
}

/** The signature stands at byte 0, or after a user block of 512, 1024, 2048 ... bytes. */
function hasSignature(file: DataFile): boolean {
  for (let offset = 0; offset + HDF5_SIGNATURE.length <= file.size; offset = offset === 0 ? 512 : offset * 2) {
    const found = file.read(offset, HDF5_SIGNATURE.length);
    if (HDF5_SIGNATURE.every((byte, i) => byte === found[i])) return true;
  }
  return false;
}

function notHdf5(file: DataFile, name: string): string {
  const what = file.size === 0 ? "is empty" : "is not an HDF5 file (its first bytes are not the HDF5 signature)";
  return `"${name}" ${what}. Give a file in the D4RL layout, such as one written by "calql data collect".`;
}

/** Closing what is broken may fail as well; the first error is the one worth reporting. */
function quietly(action: () => unknown): void {
  try {
    action();
  } catch {}
}

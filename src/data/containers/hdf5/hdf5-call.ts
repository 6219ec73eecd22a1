/**
 * One call into the HDF5 library: what it prints on stderr meanwhile is caught, and its stack is put back where an error
 * leaves it.
 */
import type { Hdf5Library } from "./hdf5-module.js";

/** The part of the library's own file system that the types of h5wasm leave out: the stream behind stderr. */
interface Stream {
  stream_ops: { readonly write: Write };
}

/** The memory is the library's, signed bytes. */
type Write = (stream: unknown, memory: Int8Array, at: number, length: number, ...rest: unknown[]) => number;

const STDERR = 2;
/** What is kept of the library's words: the stack of errors of one call is far shorter. */
const LONGEST = 20_000;

/** Where the words of each library go; nowhere between calls. */
const listeners = new WeakMap<Hdf5Library, { log: { text: string } | undefined }>();

/** Calls the library; the characters of its stderr are added to `log`. All that happens inside is synchronous. */
export function callLibrary<T>(library: Hdf5Library, log: { text: string }, call: () => T): T {
  const listener = listeners.get(library) ?? listenTo(library);
  const outer = listener.log;
  listener.log = log;
  try {
    return keepingStack(library, call);
  } finally {
    listener.log = outer;
  }
}

function listenTo(library: Hdf5Library): { log: { text: string } | undefined } {
  const listener: { log: { text: string } | undefined } = { log: undefined };
  listeners.set(library, listener);
  const { streams } = library.FS as unknown as { streams: readonly (Stream | undefined)[] };
  const stderr = streams[STDERR];
  if (stderr === undefined) return listener;
  const { write: speak } = stderr.stream_ops;
  const write: Write = (stream, memory, at, length, ...rest) => {
    const { log } = listener;
    if (log === undefined) return speak(stream, memory, at, length, ...rest);
    for (let i = at; i < at + length && log.text.length < LONGEST; i++)
      log.text += String.fromCharCode(memory[i]! & 255);
    return length;
  };
  stderr.stream_ops = { ...stderr.stream_ops, write };
  return listener;
}

/**
 * An error that is thrown across the library's frames leaves their part of its stack taken (WebAssembly's own stack is
 * freed, the one that C keeps in memory is not); after some ten thousand errors of one process nothing would be left, and
 * every call would fail. `ccall` remembers the place on that stack whenever it passes a text, and goes back to it.
 */
function keepingStack<T>(library: Hdf5Library, call: () => T): T {
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  const _guarded = (): void => {
    try {
      outcome = { value: call() };
    } catch (error) {
      outcome = { error };
    }
  };
  Object.assign(library, { _guarded });
  library.ccall("guarded", null, ["string"], [""]);
  if (outcome === undefined || "error" in outcome) throw outcome?.error;
  return outcome.value;
}

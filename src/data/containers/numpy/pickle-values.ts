/**
 * What a pickle unpacks to here: data only. Dictionaries are Maps, so that no key can reach a prototype; tuples and
 * lists are both arrays; a NumPy array keeps its bytes where they are in the file until its numbers are asked for.
 */
import type { NumpyType } from "./numpy-type.js";

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleBytes
  | PickleValue[]
  | PickleDictionary
  | NumpyArray
  | NumpyTypeValue
  | PickleGlobal;

export type PickleKey = null | boolean | number | string;
export type PickleDictionary = Map<PickleKey, PickleValue>;

/** Bytes at a place of a buffer: a view would cost more memory than the few bytes that it shows. */
export class PickleBytes {
  constructor(
    readonly buffer: Uint8Array,
    readonly start: number,
    readonly length: number,
  ) {}

  toString(): string {
    return latin1(this.buffer, this.start, this.start + this.length);
  }
}

/** A name from the allow-list, before it is called. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** numpy.dtype; its byte order arrives after its making. */
export class NumpyTypeValue {
  constructor(public type: NumpyType) {}
}

/** numpy.ndarray; empty until its state arrives. */
export class NumpyArray {
  type: NumpyType | undefined;
  shape: readonly number[] = [];
  fortranOrder = false;
  /** The bytes of the elements, or the elements themselves where they are objects. */
  data: PickleBytes | PickleValue[] | undefined;
}

/** What a value is, for messages. */
export function kindOf(value: PickleValue | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "a dictionary";
  if (value instanceof NumpyArray) return "an array";
  if (value instanceof PickleBytes) return "bytes";
  if (value instanceof NumpyTypeValue) return "an element type";
  if (value instanceof PickleGlobal) return `the function ${value.name}`;
  return { string: "a text", number: "a number", boolean: "a truth value" }[typeof value as string] ?? "something else";
}

/** Each byte as the character of that number; TextDecoder's "latin1" is in truth another code. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let from = start; from < end; from += 4096)
    text += String.fromCharCode(...bytes.subarray(from, Math.min(from + 4096, end)));
  return text;
}

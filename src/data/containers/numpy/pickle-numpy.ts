/**
 * The few names that a pickle may refer to, and what stands for them here. In Python a pickle calls whatever function
 * it names, which is how such files carry programs; here a name is looked up in this list, nothing is ever executed,
 * and any other name is refused.
 */
import { DataError } from "../../../errors.js";
import { quoted } from "../refusal.js";
import { numpyType, withByteOrder } from "./numpy-type.js";
import { damaged } from "./pickle-cursor.js";
import {
  kindOf,
  latin1,
  NumpyArray,
  NumpyTypeValue,
  PickleBytes,
  PickleGlobal,
  type PickleValue,
} from "./pickle-values.js";

type Call = (given: readonly PickleValue[], place: string) => PickleValue;

/** By the name without NumPy's private part, which version 2 renamed from `numpy.core` to `numpy._core`. */
const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ["numpy.multiarray._reconstruct", () => new NumpyArray()],
  ["numpy.multiarray.scalar", scalar],
  ["numpy.numeric._frombuffer", fromBuffer],
  ["numpy.dtype", ([code], place) => new NumpyTypeValue(numpyType(textOf(code), place))],
  [
    "numpy.ndarray",
    (_given, place) => {
      throw damaged(place, "calls numpy.ndarray, which no array that was saved does");
    },
  ],
  ["collections.OrderedDict", ordered],
  ["_codecs.encode", encode],
]);

/** @throws DataError naming what the file wanted to call, unless it is one of the few known names */
export function globalNamed(module: string, name: string, place: string): PickleGlobal {
  const known = `${module.replace(/^numpy\._?core\./, "numpy.")}.${name}`;
  if (calls.has(known)) return new PickleGlobal(known);
  throw new DataError(
    `${place} asks for ${quoted(`${module}.${name}`)}, which is not on the list of names that plain arrays need; ` +
      "the file is refused and nothing in it was executed. Save its arrays anew, without other objects.",
  );
}

/** What a call of a known name gives. */
export function callGlobal(callee: PickleValue, given: PickleValue, place: string): PickleValue {
  const call = callee instanceof PickleGlobal ? calls.get(callee.name) : undefined;
  if (!call || !Array.isArray(given)) throw damaged(place, `calls ${kindOf(callee)} with ${kindOf(given)}`);
  return call(given, place);
}

/** Gives an array or an element type the state that follows its making. */
export function buildState(value: PickleValue, state: PickleValue, place: string): void {
  if (!Array.isArray(state)) throw damaged(place, `has ${kindOf(state)} for the state of ${kindOf(value)}`);
  if (value instanceof NumpyTypeValue) buildType(value, state, place);
  else if (value instanceof NumpyArray) buildArray(value, state, place);
  else throw damaged(place, `has a state for ${kindOf(value)}`);
}

/** (version, byte order, sub-type, names, fields, size, alignment, flags) */
function buildType(value: NumpyTypeValue, state: readonly PickleValue[], place: string): void {
  if (state[2] !== null || state[3] !== null || state[4] !== null)
    throw damaged(place, "has records for elements, where plain numbers are expected");
  value.type = withByteOrder(value.type, textOf(state[1]), place);
}

/** (version, shape, element type, Fortran order, bytes or list of objects) */
function buildArray(array: NumpyArray, state: readonly PickleValue[], place: string): void {
  const [shape, type, fortranOrder, data] = state.slice(-4);
  if (!(type instanceof NumpyTypeValue) || typeof fortranOrder !== "boolean")
    throw damaged(place, "has an array without an element type");
  fillArray(array, type, shape, data, fortranOrder, place);
}

function fillArray(
  array: NumpyArray,
  { type }: NumpyTypeValue,
  shape: PickleValue | undefined,
  data: PickleValue | undefined,
  fortranOrder: boolean,
  place: string,
): void {
  if (!Array.isArray(shape) || !shape.every((size) => typeof size === "number" && Number.isInteger(size) && size >= 0))
    throw damaged(place, "has an array without a shape");
  const count = shape.reduce((product: number, size) => product * (size as number), 1);
  const stored = data instanceof PickleBytes ? data.length / type.bytes : Array.isArray(data) ? data.length : undefined;
  if (stored === undefined) throw damaged(place, `has ${kindOf(data)} for the elements of an array`);
  // The size of a text's element is in the state of its type, which is ignored: texts are not read here.
  if (count !== stored && (type.read !== undefined || Array.isArray(data)))
    throw damaged(place, `has an array of the shape [${shape.slice(0, 8).join(", ")}] with ${stored} elements`);
  Object.assign(array, { type, shape, fortranOrder, data });
}

/** (element type, bytes): one number. */
function scalar([type, data]: readonly PickleValue[], place: string): PickleValue {
  if (!(type instanceof NumpyTypeValue)) throw damaged(place, "has a number without an element type");
  const { read, bytes } = type.type;
  if (!(data instanceof PickleBytes)) throw damaged(place, `has ${kindOf(data)} for a number`);
  if (!read) return data;
  if (data.length !== bytes) throw damaged(place, `has ${data.length} bytes for a number of ${bytes}`);
  const value = read(new DataView(data.buffer.buffer, data.buffer.byteOffset + data.start, bytes), 0);
  return type.type.code.endsWith("b1") ? value === 1 : value;
}

/** (bytes, element type, shape, "C" or "F"): an array as protocol 5 writes it. */
function fromBuffer([data, type, shape, order]: readonly PickleValue[], place: string): PickleValue {
  if (!(type instanceof NumpyTypeValue)) throw damaged(place, "has an array without an element type");
  const array = new NumpyArray();
  fillArray(array, type, shape, data, textOf(order) === "F", place);
  return array;
}

/** (list of [key, value]); the writers of today make it empty and set its entries. */
function ordered(given: readonly PickleValue[], place: string): PickleValue {
  if (given.length > 0) throw damaged(place, "makes an ordered dictionary with entries at once");
  return new Map();
}

/** (text, "latin1"): how protocols before 3 write bytes. */
function encode([text, code]: readonly PickleValue[], place: string): PickleValue {
  if (typeof text !== "string" || code !== "latin1") throw damaged(place, `encodes ${kindOf(text)} in another code`);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 255) throw damaged(place, "has a character that is no byte");
    bytes[i] = unit;
  }
  return new PickleBytes(bytes, 0, bytes.length);
}

function textOf(value: PickleValue | undefined): string {
  if (value instanceof PickleBytes) return latin1(value.buffer, value.start, value.start + Math.min(value.length, 64));
  return typeof value === "string" ? value : "";
}

/**
 * A data-only unpickler: carries out the operations of protocols 0 to 5 that plain data and NumPy arrays need. It makes
 * numbers, texts, lists, dictionaries and arrays; it imports nothing, calls nothing and builds objects of no class, and
 * refuses whatever asks for that. The operations are described in Python's `pickletools`.
 */
import type { DataError } from "../../../errors.js";
import { costs, PickleMachine } from "./pickle-machine.js";
import { buildState, callGlobal, globalNamed } from "./pickle-numpy.js";
import type { PickleValue } from "./pickle-values.js";

/**
 * Unpacks the pickle that begins at `start`; what may follow it is not looked at.
 *
 * @param where the file, to stand at the beginning of messages
 * @param budget bytes of memory that the values may take beside the file's own
 * @throws DataError where the pickle is damaged, takes too much, or asks for anything that is not plain data
 */
export function unpickle(bytes: Uint8Array, start: number, where: string, budget: number): PickleValue {
  const machine = new PickleMachine(bytes, start, where, budget);
  for (;;) {
    const code = machine.cursor.next();
    if (code === STOP) return machine.result();
    const operation = operations[code];
    if (!operation) throw refusedOperation(machine, code);
    operation(machine);
  }
}

type Operation = (machine: PickleMachine) => void;

const STOP = ".".charCodeAt(0);

const pushText = (machine: PickleMachine, text: string) => machine.push(text, costs.text + text.length);
const pushBytes = (machine: PickleMachine, length: number) => machine.push(machine.cursor.raw(length), costs.bytes);
const pushList = (machine: PickleMachine, items: PickleValue[]) =>
  machine.push(items, costs.list + items.length * costs.number);

function pushTuple(machine: PickleMachine, length: number): void {
  const items: PickleValue[] = [];
  for (let i = 0; i < length; i++) items.unshift(machine.pop());
  pushList(machine, items);
}

/** By the character that stands for them. */
const byCharacter: Readonly<Record<string, Operation>> = {
  // Framing
  "\x80": (machine) => {
    const protocol = machine.cursor.uint8();
    if (protocol > 5) throw machine.cursor.fail(`is written in protocol ${protocol}, where 5 is the newest known`);
  },
  "\x95": (machine) => machine.cursor.skip(8),
  // Constants and numbers
  N: (machine) => machine.push(null, costs.number),
  "\x88": (machine) => machine.push(true, costs.number),
  "\x89": (machine) => machine.push(false, costs.number),
  J: (machine) => machine.push(machine.cursor.int32(), costs.number),
  K: (machine) => machine.push(machine.cursor.uint8(), costs.number),
  M: (machine) => machine.push(machine.cursor.uint16(), costs.number),
  G: (machine) => machine.push(machine.cursor.float64(), costs.number),
  "\x8a": (machine) => machine.push(machine.cursor.long(machine.cursor.uint8()), costs.number),
  "\x8b": (machine) => machine.push(machine.cursor.long(machine.cursor.uint32()), costs.number),
  I: (machine) => machine.push(numberOrTruth(machine), costs.number),
  L: (machine) => machine.push(numberOf(machine, machine.cursor.line().replace(/L$/, ""), /^-?\d+$/), costs.number),
  F: (machine) => machine.push(floatOf(machine), costs.number),
  // Texts and bytes
  X: (machine) => pushText(machine, machine.cursor.text(machine.cursor.uint32())),
  "\x8c": (machine) => pushText(machine, machine.cursor.text(machine.cursor.uint8())),
  "\x8d": (machine) => pushText(machine, machine.cursor.text(machine.cursor.uint64())),
  V: (machine) => pushText(machine, unescaped(machine)),
  B: (machine) => pushBytes(machine, machine.cursor.uint32()),
  C: (machine) => pushBytes(machine, machine.cursor.uint8()),
  "\x8e": (machine) => pushBytes(machine, machine.cursor.uint64()),
  "\x96": (machine) => pushBytes(machine, machine.cursor.uint64()),
  U: (machine) => pushBytes(machine, machine.cursor.uint8()),
  T: (machine) => pushBytes(machine, machine.cursor.uint32()),
  // Tuples, lists, dictionaries
  ")": (machine) => pushList(machine, []),
  "\x85": (machine) => pushTuple(machine, 1),
  "\x86": (machine) => pushTuple(machine, 2),
  "\x87": (machine) => pushTuple(machine, 3),
  t: (machine) => pushList(machine, machine.popToMark()),
  l: (machine) => pushList(machine, machine.popToMark()),
  "]": (machine) => pushList(machine, []),
  a: (machine) => {
    const item = machine.pop();
    machine.append([item]);
  },
  e: (machine) => machine.append(machine.popToMark()),
  "}": (machine) => machine.push(new Map(), costs.dictionary),
  d: (machine) => {
    const items = machine.popToMark();
    machine.push(new Map(), costs.dictionary);
    machine.setItems(items);
  },
  s: (machine) => {
    const value = machine.pop();
    const key = machine.pop();
    machine.setItems([key, value]);
  },
  u: (machine) => machine.setItems(machine.popToMark()),
  // The stack and the memo
  "(": (machine) => machine.mark(),
  "0": (machine) => machine.drop(),
  "1": (machine) => void machine.popToMark(),
  "2": (machine) => machine.push(machine.top(), costs.number),
  q: (machine) => machine.remember(machine.cursor.uint8()),
  r: (machine) => machine.remember(machine.cursor.uint32()),
  p: (machine) => machine.remember(indexOf(machine)),
  "\x94": (machine) => machine.rememberNext(),
  h: (machine) => machine.recall(machine.cursor.uint8()),
  j: (machine) => machine.recall(machine.cursor.uint32()),
  g: (machine) => machine.recall(indexOf(machine)),
  // Names, calls, states
  c: (machine) => {
    const module = machine.cursor.line();
    machine.push(globalNamed(module, machine.cursor.line(), machine.cursor.place), costs.bytes);
  },
  "\x93": (machine) => {
    const name = machine.pop();
    const module = machine.pop();
    if (typeof name !== "string" || typeof module !== "string") throw machine.cursor.fail("has a name that is no text");
    machine.push(globalNamed(module, name, machine.cursor.place), costs.bytes);
  },
  R: (machine) => {
    const given = machine.pop();
    const callee = machine.pop();
    // Bytes that were written as a text exist twice from here on.
    const [text] = Array.isArray(given) ? given : [];
    machine.charge(typeof text === "string" ? text.length : 0);
    machine.forgetLast(given);
    const value = callGlobal(callee, given, machine.cursor.place);
    machine.push(value, value instanceof Map ? costs.dictionary : costs.array);
  },
  b: (machine) => {
    const state = machine.pop();
    machine.forgetLast(state);
    buildState(machine.top(), state, machine.cursor.place);
  },
};

const operations: readonly (Operation | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => byCharacter[String.fromCharCode(code)],
);

/** What builds objects of classes, by the character of the operation. */
const refusals: ReadonlyMap<string, string> = new Map([
  ["i", "makes an object of a class"],
  ["o", "makes an object of a class"],
  ["\x81", "makes an object of a class"],
  ["\x92", "makes an object of a class"],
  ["P", "asks for an object outside the file"],
  ["Q", "asks for an object outside the file"],
  ["\x97", "asks for a buffer outside the file"],
]);

function refusedOperation({ cursor }: PickleMachine, code: number): DataError {
  const known = refusals.get(String.fromCharCode(code));
  if (known) return cursor.fail(`${known}, which is refused (nothing was executed)`);
  return cursor.fail(`has the operation 0x${code.toString(16).padStart(2, "0")}, which plain data do not need`);
}

function numberOrTruth(machine: PickleMachine): number | boolean {
  const line = machine.cursor.line();
  if (line === "00" || line === "01") return line === "01";
  return numberOf(machine, line, /^[+-]?\d+$/);
}

function floatOf(machine: PickleMachine): number {
  const line = machine.cursor.line();
  if (line === "nan") return Number.NaN;
  if (line === "inf" || line === "-inf") return line === "inf" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return numberOf(machine, line, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/);
}

function indexOf(machine: PickleMachine): number {
  return numberOf(machine, machine.cursor.line(), /^\d{1,10}$/);
}

function numberOf(machine: PickleMachine, line: string, form: RegExp): number {
  if (line.length > 400 || !form.test(line)) throw machine.cursor.fail("has a number that is none");
  return Number(line);
}

/** Protocol 0 writes what does not fit into a line, and the backslash, as \uXXXX. */
function unescaped(machine: PickleMachine): string {
  return machine.cursor.line().replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_whole, short, long) => {
    const code = Number.parseInt(short ?? long, 16);
    if (code > 0x10ffff) throw machine.cursor.fail("has a character that does not exist");
    return String.fromCodePoint(code);
  });
}

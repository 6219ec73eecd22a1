/**
 * The stack machine that a pickle is a program for: a stack, marks in it, and a memo. What the program makes is counted
 * in bytes against a budget, because a few bytes of program can make a lot: an empty dictionary takes one byte.
 */
import { PickleCursor } from "./pickle-cursor.js";
import { kindOf, type PickleDictionary, type PickleKey, type PickleValue } from "./pickle-values.js";

/** Bytes of memory, roughly, that things take in a JavaScript engine. */
export const costs = { number: 12, text: 40, bytes: 48, list: 64, dictionary: 240, entry: 64, array: 160, memo: 16 };

/** How far a memo's number may run ahead of the entries that there are; writers number them without gaps. */
const LARGEST_GAP = 16;

export class PickleMachine {
  readonly cursor: PickleCursor;
  private stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  private readonly memo: (PickleValue | undefined)[] = [];

  /** @param budget bytes that the values may take beside the file itself */
  constructor(
    bytes: Uint8Array,
    start: number,
    where: string,
    private budget: number,
  ) {
    this.cursor = new PickleCursor(bytes, start, where);
  }

  charge(bytes: number): void {
    this.budget -= bytes;
    if (this.budget < 0) throw this.cursor.fail("unpacks to far more memory than its size allows");
  }

  push(value: PickleValue, cost: number): void {
    this.charge(cost);
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || this.stack.length < (this.marks.at(-1) ?? 0))
      throw this.cursor.fail("takes a value where there is none");
    return value;
  }

  /** The value on top, which stays there. */
  top(): PickleValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  mark(): void {
    this.charge(costs.memo);
    this.marks.push(this.stack.length);
  }

  /** Takes everything above the last mark, and the mark. */
  popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.cursor.fail("looks for a mark where there is none");
    return this.stack.splice(mark);
  }

  /** Drops the value on top, or the mark if there is one on top. */
  drop(): void {
    if (this.marks.at(-1) === this.stack.length) this.marks.pop();
    else this.pop();
  }

  remember(index: number): void {
    if (!(index >= 0 && index <= this.memo.length + LARGEST_GAP)) throw this.cursor.fail("numbers its memo wrongly");
    this.charge(costs.memo);
    while (this.memo.length < index) this.memo.push(undefined);
    this.memo[index] = this.top();
  }

  /**
   * Lets go of a tuple that was made only to be handed over: writers remember it like everything else and never recall
   * it, and two such tuples for every array would take as much memory as a short array itself.
   */
  forgetLast(value: PickleValue): void {
    if (!Array.isArray(value) || this.memo.at(-1) !== value) return;
    this.memo[this.memo.length - 1] = undefined;
    this.budget += costs.list + value.length * costs.number;
  }

  rememberNext(): void {
    this.remember(this.memo.length);
  }

  recall(index: number): void {
    const value = this.memo[index];
    if (value === undefined) throw this.cursor.fail("recalls what it never remembered");
    this.push(value, costs.number);
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.cursor.fail(`adds an item to ${kindOf(list)}`);
    this.charge(items.length * costs.number);
    for (const item of items) list.push(item);
  }

  /** @param items keys and values by turns */
  setItems(items: readonly PickleValue[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map)) throw this.cursor.fail(`sets an entry of ${kindOf(dictionary)}`);
    if (items.length % 2 !== 0) throw this.cursor.fail("has a key without a value");
    this.charge((items.length / 2) * costs.entry);
    this.fill(dictionary, items);
  }

  private fill(dictionary: PickleDictionary, items: readonly PickleValue[]): void {
    for (let i = 0; i < items.length; i += 2) dictionary.set(this.keyOf(items[i]!), items[i + 1]!);
  }

  private keyOf(value: PickleValue): PickleKey {
    if (value === null || typeof value !== "object") return value;
    // The texts of Python 2 are bytes.
    if ("buffer" in value) return value.toString();
    throw this.cursor.fail(`has ${kindOf(value)} as the key of a dictionary`);
  }

  /** The pickle's one value, at its end. */
  result(): PickleValue {
    const value = this.pop();
    if (this.stack.length > 0) throw this.cursor.fail("ends with values left over");
    return value;
  }
}

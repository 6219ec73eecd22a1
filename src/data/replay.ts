/**
 * The replay buffer that updates sample from: transitions are only ever added, and drawn uniformly with replacement.
 */
import { UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";
import {
  allocateRows,
  type Batch,
  type Columns,
  columnsDiffer,
  type ObservationParts,
  type TransitionRows,
  transitionColumns,
  type Values,
  widthOf,
} from "./columns.js";
import { counted } from "./figures.js";
import { copiedColumns, isViewed, ViewedRows, viewsOf } from "./row-views.js";
import type { Transitions } from "./transitions.js";

/** What a replay is for. */
export interface ReplayOptions {
  readonly observations: ObservationParts;
  readonly actionSize: number;
  /** The algorithm bounds its critics by returns-to-go: no transition may enter without one. */
  readonly requiresReturnToGo: boolean;
  /** Transitions for which there is room from the beginning; default 0. */
  readonly capacity?: number;
}

const GROWTH = 1.5;

/** What updates draw recorded transitions from. */
export interface SampledReplay {
  /** The number of transitions that can be drawn, sooner or later. */
  readonly length: number;
  /** Fills the rows `from` to `to - 1` of a batch. */
  sampleInto(batch: Batch, from: number, to: number, random: RandomStream): void;
  /** Rows drawn so far, where what can be drawn next depends on it. */
  readonly draws?: number;
  /** Continues as if so many rows had been drawn; only on a replay from which nothing was drawn. */
  skipTo?(draws: number): void;
}

/** An append-only, growing store of transitions. */
export class Replay implements SampledReplay {
  readonly columns: Columns;
  readonly requiresReturnToGo: boolean;
  private readonly copied: Columns;
  private store: Required<TransitionRows>;
  /** The columns of bytes, whose rows stay where they are. */
  private readonly viewed: Readonly<Record<string, ViewedRows>>;
  private capacity: number;
  private count = 0;
  /** The rows that were drawn for a batch; kept, so that drawing allocates nothing. */
  private drawn = new Int32Array(0);

  constructor({ observations, actionSize, requiresReturnToGo, capacity = 0 }: ReplayOptions) {
    this.columns = transitionColumns(observations, actionSize);
    this.requiresReturnToGo = requiresReturnToGo;
    this.capacity = capacity;
    this.copied = copiedColumns(this.columns);
    this.store = allocateRows(this.copied, capacity);
    const viewed = this.columns.filter(isViewed).map((column) => [column.name, new ViewedRows(column)] as const);
    this.viewed = Object.fromEntries(viewed);
  }

  /** The number of transitions. */
  get length(): number {
    return this.count;
  }

  /**
   * Adds transitions, or those of them from `from` to `to - 1`: copies them, but for bytes, which stay where they are. Where next actions are not given, or
   * returns-to-go are neither required nor given, NaN stands in for them, so that using them by mistake shows at once.
   *
   * @throws UsageError if the sizes differ, or if a return-to-go is required and missing or NaN
   */
  append(transitions: Transitions, from = 0, to = transitions.length): void {
    this.check(transitions, from, to);
    const end = this.count + to - from;
    if (end > this.capacity) this.grow(end);
    this.put(transitions, from, to, this.count);
    this.count = end;
  }

  /**
   * Puts the transitions `from` to `to - 1` in the place of others, from row `row` on.
   * @throws UsageError as `append` does, or if there are not so many rows to be replaced
   */
  replace(row: number, transitions: Transitions, from: number, to: number): void {
    this.check(transitions, from, to);
    if (!(row >= 0 && row + to - from <= this.count))
      throw new UsageError(`Rows ${row} to ${row + to - from - 1} of ${this.count} cannot be replaced; append them.`);
    this.put(transitions, from, to, row);
  }

  private put({ rows, views = {}, length }: Transitions, from: number, to: number, row: number): void {
    for (const [name, kept] of Object.entries(this.viewed))
      kept.put(views[name] ?? viewsOf(rows[name]!, rows[name]!.length / length), from, to, row);
    for (const column of this.copied) {
      const width = widthOf(column);
      const [values, target] = [rows[column.name], this.store[column.name]!];
      if (values !== undefined) target.set(values.subarray(from * width, to * width), row * width);
      else target.fill(Number.NaN, row * width, (row + to - from) * width);
    }
  }

  /**
   * Fills the rows `from` to `to - 1` of a batch with transitions drawn uniformly with replacement. Allocates nothing.
   * @throws UsageError if the replay is empty but rows are wanted, or if the batch has other sizes
   */
  sampleInto(batch: Batch, from: number, to: number, random: RandomStream): void {
    if (to <= from) return;
    if (this.count === 0) throw new UsageError("The replay is empty; append transitions before drawing from it.");
    this.checkBatch(batch, from, to);
    const count = to - from;
    if (this.drawn.length < count) this.drawn = new Int32Array(count);
    for (let i = 0; i < count; i++) this.drawn[i] = random.integer(this.count);
    for (const column of this.copied)
      copyRows(this.store[column.name]!, this.drawn, count, batch.rows[column.name]!, from, widthOf(column));
    for (const name in this.viewed) this.viewed[name]!.copyTo(batch.rows[name]!, this.drawn, count, from);
  }

  /** All transitions but their bytes, in the order of their arrival, as views that hold until the next `append`. */
  transitions(): Transitions & { readonly rows: Required<TransitionRows> } {
    const { columns, count } = this;
    const views = this.copied.map((c) => [c.name, this.store[c.name]!.subarray(0, count * widthOf(c))] as const);
    return { length: count, columns, rows: Object.fromEntries(views) as unknown as Required<TransitionRows> };
  }

  private check(transitions: Transitions, from: number, to: number): void {
    if (!(from >= 0 && from <= to && to <= transitions.length))
      throw new UsageError(`There are no transitions ${from} to ${to - 1} among ${transitions.length}; give others.`);
    const { columns, rows, length, views = {} } = transitions;
    const { returnsToGo } = rows;
    const difference = columnsDiffer(this.columns, columns);
    if (difference !== undefined)
      throw new UsageError(`The replay holds ${difference}, which the transitions have; use data of the same task.`);
    for (const column of columns) {
      const expected = length * widthOf(column);
      const viewed = views[column.name];
      const missing = isViewed(column) ? 0 : expected;
      const found = viewed ? viewed.length * widthOf(column) : (rows[column.name]?.length ?? missing);
      if (found === expected) continue;
      throw new UsageError(
        `${length} transitions come with ${counted(found, "value")} of ${column.name} where ${expected} are needed.`,
      );
    }
    if (!this.requiresReturnToGo) return;
    if (returnsToGo === undefined) {
      throw new UsageError(
        "These transitions have no returns-to-go, which the algorithm needs; make them with a returns rule.",
      );
    }
    const missing = returnsToGo.subarray(from, to).findIndex(Number.isNaN);
    if (missing < 0) return;
    throw new UsageError(
      `Transition ${from + missing} has no return-to-go (NaN), which the algorithm needs; compute it with returnsToGo.`,
    );
  }

  private checkBatch(batch: Batch, from: number, to: number): void {
    const difference = columnsDiffer(this.columns, batch.columns);
    if (difference === undefined && from >= 0 && to <= batch.size) return;
    const what = difference === undefined ? `rows ${from} to ${to - 1}` : difference;
    throw new UsageError(`A batch of ${batch.size} rows cannot take ${what}; create it for this task.`);
  }

  /** The first transitions get just the room they need: a recorded dataset arrives whole and may be large. */
  private grow(needed: number): void {
    const old = this.store;
    this.capacity = Math.max(needed, Math.ceil(this.capacity * GROWTH));
    this.store = allocateRows(this.copied, this.capacity);
    for (const column of this.copied)
      this.store[column.name]!.set(old[column.name]!.subarray(0, this.count * widthOf(column)));
  }
}

/** Copies the drawn rows one after the other to `target`, from its row `first` on. */
function copyRows(
  source: Values,
  drawn: Int32Array,
  count: number,
  target: Values,
  first: number,
  width: number,
): void {
  let to = first * width;
  for (let i = 0; i < count; i++) {
    const from = drawn[i]! * width;
    for (let k = 0; k < width; k++) target[to++] = source[from + k]!;
  }
}

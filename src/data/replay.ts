/**
 * The memory that updates draw from: transitions are only ever added, and drawn uniformly with replacement.
 */
import { UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";
import type { Batch } from "./batch.js";
import type { Transitions } from "./transitions.js";

/** What a replay is for. */
export interface ReplayOptions {
  readonly observationSize: number;
  readonly actionSize: number;
  /** The algorithm bounds its critics by returns-to-go: no transition may enter without one. */
  readonly requiresReturnToGo: boolean;
  /** Transitions for which there is room from the beginning; default 0. */
  readonly capacity?: number;
}

/** The part of a transition that is copied; each has a fixed number of values per row. */
type Store = Record<(typeof PARTS)[number], Float32Array<ArrayBuffer>>;

const PARTS = [
  "observations",
  "actions",
  "rewards",
  "nextObservations",
  "nextActions",
  "terminated",
  "returnsToGo",
] as const;
const GROWTH = 1.5;

/** What updates draw recorded transitions from. */
export interface SampledReplay {
  /** The number of transitions that can be drawn, sooner or later. */
  readonly length: number;
  /** Fills the rows `from` to `to - 1` of a batch. */
  sampleInto(batch: Batch, from: number, to: number, random: RandomStream): void;
  /** Rows drawn so far, where what can be drawn next depends on it. */
  readonly draws?: number;
  /** Goes on as if so many rows had been drawn; only on a replay from which nothing was drawn. */
  skipTo?(draws: number): void;
}

/** An append-only, growing store of transitions. */
export class Replay implements SampledReplay {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly requiresReturnToGo: boolean;
  private store: Store;
  private capacity: number;
  private count = 0;

  constructor(options: ReplayOptions) {
    this.observationSize = options.observationSize;
    this.actionSize = options.actionSize;
    this.requiresReturnToGo = options.requiresReturnToGo;
    this.capacity = options.capacity ?? 0;
    this.store = this.allocate(this.capacity);
  }

  /** The number of transitions. */
  get length(): number {
    return this.count;
  }

  /**
   * Adds transitions, or those of them from `from` to `to - 1` (copies them). Where next actions are not given, or
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

  private put(transitions: Transitions, from: number, to: number, row: number): void {
    for (const part of PARTS) {
      const width = this.width(part);
      const values = transitions[part];
      if (values !== undefined) this.store[part].set(values.subarray(from * width, to * width), row * width);
      else this.store[part].fill(Number.NaN, row * width, (row + to - from) * width);
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
    const { store, observationSize, actionSize } = this;
    for (let row = from; row < to; row++) {
      const drawn = random.integer(this.count);
      copyRow(store.observations, drawn, batch.observations, row, observationSize);
      copyRow(store.actions, drawn, batch.actions, row, actionSize);
      copyRow(store.nextObservations, drawn, batch.nextObservations, row, observationSize);
      copyRow(store.nextActions, drawn, batch.nextActions, row, actionSize);
      batch.rewards[row] = store.rewards[drawn]!;
      batch.terminated[row] = store.terminated[drawn]!;
      batch.returnsToGo[row] = store.returnsToGo[drawn]!;
    }
  }

  /** All transitions, in the order of their arrival, as views that hold until the next `append`. */
  transitions(): Required<Transitions> {
    const view = (part: keyof Store) => this.store[part].subarray(0, this.count * this.width(part));
    return {
      length: this.count,
      observationSize: this.observationSize,
      actionSize: this.actionSize,
      observations: view("observations"),
      actions: view("actions"),
      rewards: view("rewards"),
      nextObservations: view("nextObservations"),
      nextActions: view("nextActions"),
      terminated: view("terminated"),
      returnsToGo: view("returnsToGo"),
    };
  }

  private check(transitions: Transitions, from: number, to: number): void {
    if (!(from >= 0 && from <= to && to <= transitions.length))
      throw new UsageError(`There are no transitions ${from} to ${to - 1} among ${transitions.length}; give others.`);
    const { observationSize, actionSize, returnsToGo, length } = transitions;
    if (observationSize !== this.observationSize || actionSize !== this.actionSize) {
      throw new UsageError(
        `The replay holds observations of ${this.observationSize} and actions of ${this.actionSize} values, but the ` +
          `transitions have ${observationSize} and ${actionSize}; use data of the same task.`,
      );
    }
    for (const part of PARTS) {
      const found = transitions[part]?.length ?? length * this.width(part);
      if (found === length * this.width(part)) continue;
      throw new UsageError(
        `${length} transitions come with ${found} values of ${part} where ${length * this.width(part)} are needed.`,
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
    const fits = from >= 0 && to <= batch.size;
    if (fits && batch.observationSize === this.observationSize && batch.actionSize === this.actionSize) return;
    throw new UsageError(
      `A batch of ${batch.size} rows with sizes ${batch.observationSize} and ${batch.actionSize} cannot take rows ${from} to ` +
        `${to - 1} with sizes ${this.observationSize} and ${this.actionSize}; create it for this task.`,
    );
  }

  /** The first transitions get just the room they need: a recorded data set arrives whole and may be large. */
  private grow(needed: number): void {
    const old = this.store;
    this.capacity = Math.max(needed, Math.ceil(this.capacity * GROWTH));
    this.store = this.allocate(this.capacity);
    for (const part of PARTS) this.store[part].set(old[part].subarray(0, this.count * this.width(part)));
  }

  private allocate(rows: number): Store {
    const part = (name: keyof Store) => new Float32Array(rows * this.width(name));
    return {
      observations: part("observations"),
      actions: part("actions"),
      rewards: part("rewards"),
      nextObservations: part("nextObservations"),
      nextActions: part("nextActions"),
      terminated: part("terminated"),
      returnsToGo: part("returnsToGo"),
    };
  }

  /** Values per row. */
  private width(part: keyof Store): number {
    if (part === "observations" || part === "nextObservations") return this.observationSize;
    return part === "actions" || part === "nextActions" ? this.actionSize : 1;
  }
}

function copyRow(source: Float32Array, row: number, target: Float32Array, targetRow: number, width: number): void {
  const from = row * width;
  const to = targetRow * width;
  for (let i = 0; i < width; i++) target[to + i] = source[from + i]!;
}

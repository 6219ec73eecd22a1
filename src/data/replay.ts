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

/** An append-only, growing store of transitions. */
export class Replay {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly requiresReturnToGo: boolean;
  private store: Store;
  private capacity = 0;
  private count = 0;

  constructor(options: ReplayOptions) {
    this.observationSize = options.observationSize;
    this.actionSize = options.actionSize;
    this.requiresReturnToGo = options.requiresReturnToGo;
    this.store = this.allocate(0);
  }

  /** The number of transitions. */
  get length(): number {
    return this.count;
  }

  /**
   * Adds transitions (copies them). Where next actions are not given, or returns-to-go are neither required nor given,
   * NaN stands in for them, so that using them by mistake shows at once.
   *
   * @throws UsageError if the sizes differ, or if a return-to-go is required and missing or NaN
   */
  append(transitions: Transitions): void {
    this.check(transitions);
    const end = this.count + transitions.length;
    if (end > this.capacity) this.grow(end);
    for (const part of PARTS) {
      const offset = this.count * this.width(part);
      const values = transitions[part];
      if (values !== undefined) this.store[part].set(values, offset);
      else this.store[part].fill(Number.NaN, offset, end * this.width(part));
    }
    this.count = end;
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

  private check(transitions: Transitions): void {
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
    const missing = returnsToGo.findIndex(Number.isNaN);
    if (missing < 0) return;
    throw new UsageError(
      `Transition ${missing} has no return-to-go (NaN), which the algorithm needs; compute it with returnsToGo.`,
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

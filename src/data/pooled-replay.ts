/**
 * A replay of data that are larger than memory: a pool of transitions in memory, through which all blocks of the data
 * pass in random order, again and again. Batches are drawn uniformly from the pool, and after every `REUSE` times as many
 * draws as a group has transitions, the oldest group is replaced by the next one.
 *
 * How uniform that is: every transition enters the pool once in a pass over the data and stays for the same number of
 * draws, so each is drawn `REUSE` times a pass in expectation. What differs from drawing from all of the data at once is
 * the order: before the first pass is complete some have not been drawn at all, and those of one block, which are
 * neighbours in time, are in the pool together. The more blocks the pool holds, the less that matters.
 */

import { RandomStream } from "../random.js";
import { type Batch, type Column, rowBytes, transitionColumns } from "./columns.js";
import type { EpisodeBlocks } from "./episode-source.js";
import { Replay, type ReplayOptions, type SampledReplay } from "./replay.js";
import { isViewed, VIEW_BYTES } from "./row-views.js";
import { type TransitionOptions, type Transitions, toTransitions } from "./transitions.js";

/** How often a transition is drawn while it is in the pool, on average. */
export const REUSE = 4;
/** Transitions that enter at once; the pool holds a whole number of such groups, so that all stay equally long. */
const LARGEST_GROUP = 64;

/** The data, the size of the pool, and how recorded steps become transitions. */
export interface PoolOptions extends ReplayOptions {
  /** Transitions that are in memory at once; fewer than the data have. */
  readonly poolRows: number;
  /** How recorded steps become transitions. */
  readonly transitions: TransitionOptions;
  /** Of the order of the blocks. */
  readonly seed: number;
}

/** Bytes of one transition in a replay; bytes that are seen after a step and before the next are there once. */
export function transitionBytes({ observations, actionSize }: Pick<ReplayOptions, "observations" | "actionSize">) {
  const bytes = (column: Column) => (isViewed(column) ? (rowBytes(column) + VIEW_BYTES) / 2 : rowBytes(column));
  return transitionColumns(observations, actionSize).reduce((sum, column) => sum + bytes(column), 0);
}

/** Draws from blocks on disk. */
export class PooledReplay implements SampledReplay {
  private readonly pool: Replay;
  private readonly order: Uint32Array;
  private readonly random: RandomStream;
  /** The place in `order` of the block that comes next. */
  private place = 0;
  /** The block that is entering the pool, and how much of it has. */
  private entering: Transitions;
  private entered = 0;
  /** The oldest row of the pool. */
  private oldest = 0;
  private readonly group: number;
  private readonly rows: number;
  /** Draws until the next group enters. */
  private remaining: number;
  draws = 0;

  constructor(
    private readonly blocks: EpisodeBlocks,
    private readonly options: PoolOptions,
  ) {
    this.group = Math.max(1, Math.min(LARGEST_GROUP, Math.floor(options.poolRows / 8)));
    this.rows = this.group * Math.floor(options.poolRows / this.group);
    this.remaining = REUSE * this.group;
    this.pool = new Replay({ ...options, capacity: this.rows });
    this.random = new RandomStream(options.seed, "order of blocks");
    this.order = Uint32Array.from({ length: blocks.count }, (_, block) => block);
    this.entering = this.nextBlock();
    this.fill();
  }

  get length(): number {
    return this.blocks.steps;
  }

  /** Draws from the pool as `Replay.sampleInto` does; allocates only when a block is read. */
  sampleInto(batch: Batch, from: number, to: number, random: RandomStream): void {
    for (let row = from; row < to; ) {
      const draws = Math.min(to - row, this.remaining);
      this.pool.sampleInto(batch, row, row + draws, random);
      row += draws;
      this.count(draws);
    }
  }

  /** Reads the blocks again that have passed since, which takes as long as it took then. */
  skipTo(draws: number): void {
    while (this.draws < draws) this.count(Math.min(this.remaining, draws - this.draws));
  }

  private count(draws: number): void {
    this.draws += draws;
    this.remaining -= draws;
    if (this.remaining === 0) this.letIn();
  }

  /** The oldest group gives way to the next. */
  private letIn(): void {
    const end = this.oldest + this.group;
    while (this.oldest < end) {
      const rows = Math.min(this.ready(), end - this.oldest);
      this.pool.replace(this.oldest, this.entering, this.entered, this.entered + rows);
      this.entered += rows;
      this.oldest += rows;
    }
    this.oldest %= this.rows;
    this.remaining = REUSE * this.group;
  }

  /** The pool gets exactly the room it needs, once. */
  private fill(): void {
    while (this.pool.length < this.rows) {
      const rows = Math.min(this.ready(), this.rows - this.pool.length);
      this.pool.append(this.entering, this.entered, this.entered + rows);
      this.entered += rows;
    }
  }

  /** How many rows of the entering block have not entered yet; at least one. */
  private ready(): number {
    if (this.entered === this.entering.length) {
      this.entering = this.nextBlock();
      this.entered = 0;
    }
    return this.entering.length - this.entered;
  }

  private nextBlock(): Transitions {
    if (this.place === 0) shuffle(this.order, this.random);
    const block = this.order[this.place]!;
    this.place = (this.place + 1) % this.order.length;
    return toTransitions(this.blocks.read(block), this.options.transitions);
  }
}

/** Every order is equally likely (Fisher and Yates). */
function shuffle(values: Uint32Array, random: RandomStream): void {
  for (let i = values.length - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    const value = values[i]!;
    values[i] = values[other]!;
    values[other] = value;
  }
}

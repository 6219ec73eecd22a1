/**
 * Rows as they were recorded, one after the other, and the rules by which they become episodes.
 */

/** Rows as recorded; arrays are row-major. */
export interface RecordedRows {
  readonly count: number;
  readonly observationSize: number;
  readonly actionSize: number;
  /** [count, observationSize] */
  readonly observations: Float32Array;
  /** [count, actionSize] */
  readonly actions: Float32Array;
  /** [count] */
  readonly rewards: Float32Array;
  /** [count], 1 where the task ended. */
  readonly terminals: Uint8Array;
  /** [count], 1 where the clock ended the episode. */
  readonly timeouts?: Uint8Array;
  /** [count, observationSize] */
  readonly nextObservations?: Float32Array;
  /** [count], the number of the demonstration that a row belongs to. */
  readonly demonstrations?: Float32Array | Float64Array;
  /** [count], a counter of steps or the time within an episode: where it falls back, another one has begun. */
  readonly counters?: Float32Array | Float64Array;
  /** [count], 1 where the task was solved; only where rewards are made of it. */
  readonly success?: Uint8Array;
}

/** How rows are split. */
export interface SplitRules {
  /** Steps after which the clock ends an episode, where no mark of the clock is there. */
  readonly horizon?: number | undefined;
  /** Terminals are the clock's in episodes of so many steps and more, which the horizon then does not end; default: never. */
  readonly clockFrom?: number | undefined;
  /** Whether the row before the first one is terminal, and the recording went on after it. */
  readonly afterTerminal?: boolean | undefined;
  /** The reward of the row before the first one. */
  readonly rewardBefore?: number | undefined;
  /** Whether a row of zeros at an end may be one that only holds the last observation. */
  readonly closingRows?: boolean | undefined;
  /** Where rewards are made: whether an episode succeeded, by its number in the stretch and its rows. */
  readonly succeeded?: ((episode: number, first: number, last: number) => boolean) | undefined;
  /** Whether the rows end where the recording does; else the last row's ending is not known yet. */
  readonly complete: boolean;
}

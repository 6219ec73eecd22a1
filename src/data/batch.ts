/**
 * The rows that one update consumes: preallocated once, filled again before every update, so that sampling allocates
 * nothing.
 */

/** `size` transitions, row-major; B is the size, dO and dA are the sizes of an observation and an action. */
export interface Batch {
  readonly size: number;
  readonly observationSize: number;
  readonly actionSize: number;
  /** [B, dO] */
  readonly observations: Float32Array<ArrayBuffer>;
  /** [B, dA], clipped; the numbers of discrete actions, [B, 1]. */
  readonly actions: Float32Array<ArrayBuffer>;
  /** [B], scaled and shifted. */
  readonly rewards: Float32Array<ArrayBuffer>;
  /** [B, dO] */
  readonly nextObservations: Float32Array<ArrayBuffer>;
  /** [B, dA], the action that the data took at the next observation; NaN where the replay does not know it. */
  readonly nextActions: Float32Array<ArrayBuffer>;
  /** [B], 1 where there is no bootstrap, else 0. */
  readonly terminated: Float32Array<ArrayBuffer>;
  /** [B], on the scale of `rewards`; NaN where the replay does not know it. */
  readonly returnsToGo: Float32Array<ArrayBuffer>;
}

/** A batch of `size` rows of zeros. */
export function createBatch(size: number, observationSize: number, actionSize: number): Batch {
  return {
    size,
    observationSize,
    actionSize,
    observations: new Float32Array(size * observationSize),
    actions: new Float32Array(size * actionSize),
    rewards: new Float32Array(size),
    nextObservations: new Float32Array(size * observationSize),
    nextActions: new Float32Array(size * actionSize),
    terminated: new Float32Array(size),
    returnsToGo: new Float32Array(size),
  };
}

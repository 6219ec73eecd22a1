/**
 * One trajectory of the library imitation, as either of its forms stores it.
 */
import { DataError } from "../../../errors.js";

/** One trajectory as stored. */
export interface StoredTrajectory {
  /** The file and the trajectory, to stand at the beginning of messages. */
  readonly where: string;
  readonly obs: StoredRows;
  readonly acts: StoredRows;
  readonly rews: StoredRows;
  /** [1] */
  readonly terminal: Float32Array;
}

/** [rows, columns], row-major. */
export interface StoredRows {
  /** As stored: actions that are choices have no second axis. */
  readonly shape: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** Whether they are stored as unsigned bytes. */
  readonly bytes: boolean;
  /** Bytes where the rows are pictures of an archive. */
  readonly values: Float32Array | Uint8Array;
}

/** What is said of data without rewards. */
export function noRewards(name: string): DataError {
  return new DataError(
    `"${name}" has no rews, and without rewards there is nothing to improve; save the trajectories as TrajectoryWithRew.`,
  );
}

/**
 * Where a pickled trajectory stands in its file: what its readers need for their messages, and how it is to be read.
 */
import { quoted } from "../../containers/refusal.js";
import type { ReadOptions } from "../format.js";

/** Where a trajectory stands and how it is wanted. */
export interface TrajectoryPlace {
  /** The file's name. */
  readonly name: string;
  readonly index: number;
  /** Whether it is the rows of a whole recording, whose marks alone tell where episodes end. */
  readonly flat: boolean;
  readonly options: ReadOptions;
}

/** How messages name a key of a trajectory. */
export function textOf({ name, index, flat }: TrajectoryPlace, key: string): string {
  return `"${name}"${flat ? "" : `, trajectory ${index}`}, ${quoted(key)}`;
}

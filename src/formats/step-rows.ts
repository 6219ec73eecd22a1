/**
 * From the rows of one episode, as robots and applications record them, to the episode: one row a step, with the
 * observation before the action. Where the observation after the last action comes from is decided here, as it is for
 * D4RL's rows (data/trajectories.ts).
 */
import type { Episode } from "../data/episode.js";

/** How the episode stands after a row. */
export type RowEnding = "goes on" | "terminated" | "truncated";

/** What makes a sequence of rows no episode: a reason, and the row where it stands, counted from 0 in the episode. */
export interface RowProblem {
  readonly row: number;
  readonly reason: string;
}

/** Two observations closer than this (Euclidean) are the same one; the field's tolerance, as in trajectories.ts. */
const SAME_OBSERVATION = 1e-6;

/** The rows of one episode, gathered one after the other. */
export class StepRows {
  private observations: Float32Array<ArrayBuffer>;
  private actions: Float32Array<ArrayBuffer>;
  private rewards = new Float32Array(16);
  private endings: RowEnding[] = [];
  private withAction: boolean[] = [];
  /** The observation after the last row, where the row stores it. */
  private next: Float32Array | undefined;
  private problem: RowProblem | undefined;

  constructor(
    private readonly observationSize: number,
    private readonly actionSize: number,
  ) {
    this.observations = new Float32Array(16 * observationSize);
    this.actions = new Float32Array(16 * actionSize);
  }

  get count(): number {
    return this.endings.length;
  }

  /**
   * Adds a row.
   * @param action undefined in a row that only tells the last observation
   * @param next the observation after the row's action, where it is stored
   */
  add(
    observation: ArrayLike<number>,
    action: ArrayLike<number> | undefined,
    reward: number,
    ending: RowEnding,
    next?: ArrayLike<number>,
  ): void {
    const row = this.count;
    if (this.rewards.length === row) this.grow();
    this.observations.set(observation, row * this.observationSize);
    this.problem ??= this.problemWith(row, action !== undefined);
    if (action) this.actions.set(action, row * this.actionSize);
    this.rewards[row] = reward;
    this.endings.push(ending);
    this.withAction.push(action !== undefined);
    this.next = next && Float32Array.from(next);
  }

  /**
   * The episode of all rows so far.
   *
   * - A last row without an action tells the observation after the action before it.
   * - Else a last row that is terminated is kept, its own observation standing in for the next one, which nothing uses.
   * - Else the last row is kept if it stores its next observation, and dropped if not: it then tells only an observation.
   *
   * @param success whether the last row ended the task although no row is marked
   * @returns undefined where no step is left; the problem where the rows contradict each other
   */
  finish(success = false): Episode | RowProblem | undefined {
    if (this.problem) return this.problem;
    const last = this.count - 1;
    const closing = this.withAction[last] === false;
    const ending = this.endings[closing ? last - 1 : last];
    const terminated = ending === "terminated" || (success && ending === "goes on" && !closing);
    const kept = !closing && (terminated || this.next !== undefined);
    const length = kept ? this.count : last;
    if (length <= 0) return undefined;
    const observations = this.observations.slice(0, (length + 1) * this.observationSize);
    const own = this.observations.subarray((length - 1) * this.observationSize, length * this.observationSize);
    if (kept) observations.set(this.next ?? own, length * this.observationSize);
    const ends = new Uint8Array(length);
    if (terminated) ends[length - 1] = 1;
    return {
      length,
      observations,
      actions: this.actions.slice(0, length * this.actionSize),
      rewards: this.rewards.slice(0, length),
      terminated: ends,
      truncated: !terminated,
    };
  }

  /** What the new row `row`, whose observation is there already, says against the row before it. */
  private problemWith(row: number, acts: boolean): RowProblem | undefined {
    if (row === 0) return undefined;
    const marked = (at: number) => ({
      row: at,
      reason: `is marked ${this.endings[at]} although the episode goes on after it`,
    });
    // A row after the end may still tell the last observation; an action, or a second row, contradicts the end.
    if (this.endings[row - 1] !== "goes on" && acts) return marked(row - 1);
    if (row >= 2 && this.endings[row - 2] !== "goes on") return marked(row - 2);
    if (this.withAction[row - 1] === false)
      return { row: row - 1, reason: "has no action although the episode goes on after it" };
    if (this.next === undefined) return undefined;
    const from = row * this.observationSize;
    const distance = Math.hypot(...Array.from(this.next, (value, i) => value - this.observations[from + i]!));
    if (distance <= SAME_OBSERVATION || Number.isNaN(distance)) return undefined;
    return { row: row - 1, reason: "stores a next observation that is not the observation of the row after it" };
  }

  private grow(): void {
    this.rewards = larger(this.rewards);
    this.observations = larger(this.observations);
    this.actions = larger(this.actions);
  }
}

/** Whether `finish` found a problem. */
export function isProblem(result: Episode | RowProblem | undefined): result is RowProblem {
  return result !== undefined && "reason" in result;
}

/** Why an episode cannot be told by rows, for writers; undefined where it can. */
export function rowProblem({ length, terminated, truncated }: Episode): string | undefined {
  if (length === 0) return "it has no steps; leave it out";
  const early = terminated.subarray(0, length - 1).indexOf(1);
  if (early >= 0) return `it is terminated in step ${early} but goes on`;
  if (terminated[length - 1] === 1 || truncated) return undefined;
  return "it ends neither terminated nor truncated; say which of the two it is";
}

function larger(values: Float32Array): Float32Array<ArrayBuffer> {
  const copy = new Float32Array(values.length * 2);
  copy.set(values);
  return copy;
}

/**
 * From the rows of one episode, as robots and applications record them, to the episode: one row per step, with the
 * observation before the action. Where the observation after the last action comes from is decided here, as it is for
 * D4RL's rows (data/trajectories.ts).
 */

import { type ObservationParts, type Observations, STATE, type Values, widthOf } from "../columns.js";
import type { Episode } from "../episode.js";
import { counted } from "../figures.js";
import { sameObservation } from "../row-endings.js";
import type { EpisodeMemory } from "./episode-memory.js";
import { RowBlocks } from "./row-blocks.js";

/** How the episode stands after a row. */
export type RowEnding = "goes on" | "terminated" | "truncated";

/** What makes a sequence of rows no episode: a reason, and the row where it stands, counted from 0 in the episode. */
export interface RowProblem {
  readonly row: number;
  readonly reason: string;
  /** What of the row does not fit; absent where it has no action. */
  readonly of?: "mark" | "next observation" | "reward";
}

/** Rows that gave no step when their episode was finished, and why. */
export interface LostRows {
  readonly count: number;
  readonly why: "a single row" | "no action" | "an unknown next observation";
  /** Whether the last of them is marked as the clock's end. */
  readonly marked: boolean;
  /** The reward that the last of them stores. */
  readonly reward: number;
}

/** What a row is among the others. */
interface Mark {
  readonly ending: RowEnding;
  readonly acts: boolean;
}

/** The rows of one episode, gathered one after the other. */
export class StepRows {
  private readonly observations: RowBlocks;
  private readonly actions: RowBlocks;
  private readonly rewards = new RowBlocks(1);
  /** Of rows with an action, where the recording tells them. */
  private readonly propensities = new RowBlocks(1);
  /** Of each part besides the vector. */
  private readonly others: ReadonlyMap<string, RowBlocks<Values>>;
  /** The row before the last, and the last. */
  private previous: Mark | undefined;
  private last: Mark | undefined;
  /** The observation after the last row, where the row stores it. */
  private next: Float32Array | undefined;
  private rows = 0;
  private bytes = 0;
  private reward = 0;
  /** Whether a row with an action has a reward other than 0. */
  private rewarded = false;
  private left: LostRows | undefined;

  /**
   * @param memory which all episodes in hand share
   * @param others what observations have besides the vector
   */
  constructor(
    private readonly observationSize: number,
    private readonly actionSize: number,
    private readonly memory: EpisodeMemory,
    others: ObservationParts = {},
  ) {
    this.others = new Map(
      Object.entries(others).map(([name, part]) => [name, new RowBlocks<Values>(widthOf(part), part.type)]),
    );
    this.observations = new RowBlocks(observationSize);
    this.actions = new RowBlocks(actionSize);
  }

  get count(): number {
    return this.rows;
  }

  /**
   * Adds a row.
   * @param action undefined in a row that only tells the last observation; a reward in it is the action's before it
   * @param next the observation after the row's action, where it is stored
   * @param others one row of each
   * @param propensity of the action: in each row with an action, or in none
   * @returns what the row contradicts: the episode is none then
   * @throws DataError where the episode takes more memory than the file's size allows
   */
  add(
    observation: ArrayLike<number>,
    action: ArrayLike<number> | undefined,
    reward: number,
    ending: RowEnding,
    next?: ArrayLike<number>,
    others: Observations = {},
    propensity?: number,
  ): RowProblem | undefined {
    this.takeMemory();
    this.observations.add(observation);
    for (const [name, rows] of this.others) rows.add(others[name]);
    this.actions.add(action);
    this.rewards.add([reward]);
    if (propensity !== undefined) this.propensities.add([propensity]);
    this.reward = reward;
    const problem = this.problemWith(action !== undefined);
    if (action !== undefined) this.rewarded ||= reward !== 0;
    [this.previous, this.last] = [this.last, { ending, acts: action !== undefined }];
    this.next = next && Float32Array.from(next);
    this.rows++;
    return problem;
  }

  /**
   * The episode of all rows so far, of which nothing is kept here; called once.
   *
   * - A last row without an action tells the observation after the action before it; the end may be marked in either.
   * - Else a last row that is terminated is kept, its own observation standing in for the next one, which nothing uses.
   * - Else the last row is kept if it stores its next observation, and dropped if not: it then tells only an observation.
   *
   * @param success whether the last row ended the task where no row is marked
   * @param surely whether it did so whatever the marks say
   * @returns undefined where no step is left
   */
  finish(success = false, surely = false): Episode | undefined {
    this.memory.give(this.bytes);
    const closing = this.last?.acts === false;
    const ending =
      closing && this.previous && this.previous.ending !== "goes on" ? this.previous.ending : this.last?.ending;
    const terminated = ending === "terminated" || surely || (success && ending === "goes on");
    const kept = !closing && (terminated || this.next !== undefined);
    const length = kept ? this.rows : this.rows - 1;
    if (!kept && (!closing || length <= 0))
      this.left = {
        count: 1,
        why: closing ? "no action" : length > 0 ? "an unknown next observation" : "a single row",
        marked: ending !== "goes on",
        reward: this.reward,
      };
    if (length <= 0) return undefined;
    const observations = kept ? closed(this.observations, length, this.next) : this.observations.join(length + 1);
    const others = Array.from(this.others, ([name, rows]) => {
      return [name, kept ? closed(rows, length) : rows.join(length + 1)] as const;
    });
    const ends = new Uint8Array(length);
    if (terminated) ends[length - 1] = 1;
    const rewards = this.rewards.join(length);
    if (this.closingReward !== undefined) rewards[length - 1] = this.closingReward;
    return {
      length,
      observations: { ...(this.observationSize > 0 && { [STATE]: observations }), ...Object.fromEntries(others) },
      actions: this.actions.join(length),
      rewards,
      terminated: ends,
      truncated: !terminated,
      ...(this.propensities.count > 0 && { propensities: this.propensities.join(length) }),
    };
  }

  /** The rows that `finish` left out: their observation may be used, their action and reward are not. */
  get lost(): LostRows | undefined {
    return this.left;
  }

  /** The reward of a last row without an action, which is that of the action before it; undefined where there is none. */
  get closingReward(): number | undefined {
    return this.last?.acts === false && this.reward !== 0 ? this.reward : undefined;
  }

  /** Gives up the episode: nothing of it is wanted. */
  drop(): void {
    this.memory.give(this.bytes);
    this.bytes = 0;
  }

  /** For each block, also the memory of the episode that it is copied into. */
  private takeMemory(): void {
    const numbers =
      this.observations.nextBlock * this.observationSize +
      this.actions.nextBlock * this.actionSize +
      this.rewards.nextBlock;
    let bytes = 8 * numbers;
    for (const rows of this.others.values()) bytes += 2 * rows.nextBlockBytes;
    if (bytes === 0) return;
    this.memory.take(
      bytes,
      this.rows === 0 ? "a new episode" : `the episode that has ${counted(this.rows, "row")} so far`,
    );
    this.bytes += bytes;
  }

  /** What the new row, whose observation is there already, says against the rows before it. */
  private problemWith(acts: boolean): RowProblem | undefined {
    const { last, previous, rows } = this;
    if (last === undefined) return undefined;
    const marked = (row: number, ending: RowEnding): RowProblem => ({
      row,
      of: "mark",
      reason: `is marked ${ending} although the episode goes on after it`,
    });
    // A row after the end may still tell the last observation; an action, or a second row, contradicts the end.
    if (last.ending !== "goes on" && acts) return marked(rows - 1, last.ending);
    if (previous && previous.ending !== "goes on") return marked(rows - 2, previous.ending);
    if (!last.acts) return { row: rows - 1, reason: "has no action although the episode goes on after it" };
    // With other rewards in the episode nothing tells whether each stands in the row of its action or in the one after it.
    if (!acts && this.reward !== 0 && this.rewarded) {
      const reason = `has a reward of ${this.reward} and no action, although other rows of its episode have rewards; write each reward in the row of the action that earned it`;
      return { row: rows, reason, of: "reward" };
    }
    if (!this.next || sameObservation(this.next, 0, this.observations.last, 0, this.observationSize)) return undefined;
    const reason = "stores a next observation that is not the observation of the row after it";
    return { row: rows - 1, reason, of: "next observation" };
  }
}

/** The rows of an episode of which each gives a step, and one more: the next observation of the last, or its own. */
function closed<Numbers extends Values>(
  blocks: RowBlocks<Numbers>,
  length: number,
  next: Numbers = blocks.last,
): Numbers {
  const rows = blocks.join(length + 1);
  rows.set(next, rows.length - next.length);
  return rows;
}
